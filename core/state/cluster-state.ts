// The cluster as the core sees it, kept up to date by watch events. Machines are known by provider
// id, so that a NodeClaim and its Node meet although they have different names. Everything derived
// is computed when it is asked for and kept until an event touches what it rests on.
import {
  labelInstanceType,
  labelNodeInitialized,
  labelNodePool,
  type CsiNode,
  type Node,
  type NodeClaim,
  type NodePool,
  objectKey,
  type Pod,
} from "../apis/index.ts";
import {
  after,
  type DurationMs,
  durationMs,
  type ResourceList,
  seconds,
  type SimTime,
} from "../units/index.ts";
import { BufferPodCounts } from "./buffer-pod-counts.ts";
import type { Cluster } from "./cluster.ts";
import { ConsolidationTimestamp } from "./consolidation-timestamp.ts";
import { DaemonSetPods } from "./daemon-set-pods.ts";
import { NodePoolClaimStates } from "./node-pool-claim-states.ts";
import { NodePoolUsage } from "./node-pool-usage.ts";
import { ProvisionablePods } from "./provisionable-pods.ts";
import { isReschedulable, isScheduled, isTerminal } from "./pod-predicates.ts";
import type { StateNodeEntry } from "./state-node-entry.ts";
import type { StateNode } from "./state-node.ts";
import { StateNodes } from "./state-nodes.ts";
import type { WatchEvent } from "./watch.ts";

/** What cluster state is built from. */
export interface ClusterStateInput {
  readonly cluster: Cluster;
  readonly options: {
    /** The longest that provisioning waits for more pods; sets how long a nomination holds. */
    readonly batchMaxDuration: DurationMs;
  };
}

const shortestNomination = seconds(10);

/**
 * Machines with their pods, usage of NodePools, pending pods, and what disruption remembers.
 *
 * Differs: upstream's informers lag behind the API server; here every event is taken in at once.
 *
 * @see karpenter v1.14.1 pkg/controllers/state/cluster.go Cluster
 */
export class ClusterState {
  /** NodeClaims of each NodePool by what is about to happen to them; for static NodePools. */
  readonly nodePoolClaims: NodePoolClaimStates = new NodePoolClaimStates();
  readonly bufferPods: BufferPodCounts = new BufferPodCounts();
  readonly #cluster: Cluster;
  readonly #nominationWindow: DurationMs;
  readonly #nodes: StateNodes;
  readonly #nodeNameByPod = new Map<string, string>();
  readonly #consolidation = new ConsolidationTimestamp();
  readonly #usage = new NodePoolUsage();
  readonly #provisionablePods = new ProvisionablePods();
  readonly #daemonSetPods: DaemonSetPods;
  #hasSynced = false;

  constructor({ cluster, options }: ClusterStateInput) {
    this.#cluster = cluster;
    this.#nodes = new StateNodes(cluster);
    this.#daemonSetPods = new DaemonSetPods(cluster);
    this.#nominationWindow = durationMs(Math.max(2 * options.batchMaxDuration, shortestNomination));
  }

  /** Takes in one change of the cluster. */
  observe(event: WatchEvent, now: SimTime): void {
    const { object } = event;
    switch (object.kind) {
      case "Pod":
        return this.#observePod(event as WatchEvent<Pod>, now);
      case "Node":
        return event.type === "deleted"
          ? this.#detachNode(object.metadata.name, now)
          : this.#observeNode(object, now);
      case "NodeClaim":
        return event.type === "deleted"
          ? this.#detachNodeClaim(object.metadata.name, now)
          : this.#observeNodeClaim(object, now);
      case "NodePool":
        return this.#observeNodePool(event as WatchEvent<NodePool>, now);
      case "DaemonSet":
        this.#daemonSetPods.observeDaemonSet({ type: event.type, object });
        return;
      case "CSINode":
        return this.#observeCsiNode(object);
      case "PersistentVolumeClaim":
        return this.#forgetVolumes();
      default:
        return;
    }
  }

  /** Every machine, sorted by name; the same array while nothing changes. */
  stateNodes(): readonly StateNode[] {
    return this.#nodes.views();
  }

  /** The machine of this provider id (the Node's name for an unmanaged Node without one). */
  stateNode(providerId: string): StateNode | undefined {
    return this.#nodes.byProviderId(providerId)?.view();
  }

  byNodeName(nodeName: string): StateNode | undefined {
    return this.#nodes.byNodeName(nodeName)?.view();
  }

  /** The NodeClaim's machine; `undefined` until it is launched. */
  byNodeClaimName(nodeClaimName: string): StateNode | undefined {
    return this.#nodes.byNodeClaimName(nodeClaimName)?.view();
  }

  /** Whether the NodeClaim is known, launched or not. */
  hasNodeClaim(nodeClaimName: string): boolean {
    return this.#nodes.hasNodeClaim(nodeClaimName);
  }

  /**
   * Whether decisions may rest on this state: every NodeClaim is launched, and, until that was true
   * once, everything in the cluster is known.
   *
   * @see karpenter v1.14.1 pkg/controllers/state/cluster.go Cluster.Synced
   */
  isSynced(): boolean {
    if (this.#nodes.hasUnlaunchedNodeClaims) return false;
    if (this.#hasSynced) return true;
    this.#hasSynced =
      this.#cluster.nodeClaims().every(({ metadata }) => this.hasNodeClaim(metadata.name)) &&
      this.#cluster.nodes().every(({ metadata }) => this.#nodes.hasNode(metadata.name));
    return this.#hasSynced;
  }

  /** NodeClaims that keep the state from being synced, sorted. */
  unlaunchedNodeClaims(): readonly string[] {
    return this.#nodes.unlaunchedNodeClaims();
  }

  /** Whether the state has been synced at least once. */
  get hasSynced(): boolean {
    return this.#hasSynced;
  }

  /** Notes that the machines are about to be deleted; unknown ones are left out. */
  markForDeletion(providerIds: readonly string[]): void {
    for (const entry of this.#known(providerIds)) {
      entry.setMarked(true);
      this.#touch(entry);
      const { nodeClaim } = entry;
      if (nodeClaim !== undefined) this.#setClaimState(nodeClaim, "deleting");
    }
  }

  /** Takes the mark back. A machine that is being deleted stays marked by that. */
  unmarkForDeletion(providerIds: readonly string[]): void {
    for (const entry of this.#known(providerIds)) {
      entry.setMarked(false);
      this.#touch(entry);
      const { nodeClaim } = entry;
      if (nodeClaim !== undefined && nodeClaim.metadata.deletionTimestamp === undefined) {
        this.#setClaimState(nodeClaim, "active");
      }
    }
  }

  /**
   * Promises the machine to a pod, for twice the longest batch and at least 10 s from now. An
   * unknown machine is ignored.
   *
   * @see karpenter v1.14.1 pkg/controllers/state/statenode.go nominationWindow
   */
  nominate(providerId: string, now: SimTime): void {
    for (const entry of this.#known([providerId])) {
      entry.nominate(after(now, this.#nominationWindow));
      this.#touch(entry);
    }
  }

  /** Capacity of the NodePool's machines that are not marked for deletion, `nodes` included. */
  nodePoolUsage(nodePoolName: string): ResourceList {
    return this.#usage.of(nodePoolName);
  }

  /**
   * When something last changed that could make consolidation possible; moves by itself after five
   * minutes. Equal readings mean that nothing has changed.
   */
  consolidationTimestamp(now: SimTime): SimTime {
    return this.#consolidation.read(now);
  }

  /** Says that something has changed which could make consolidation possible. */
  markUnconsolidated(now: SimTime): void {
    this.#consolidation.advance(now);
  }

  /**
   * 1 plus the positive eviction costs of the machine's pods other than DaemonSets'; 1 for an unknown
   * machine.
   *
   * @see karpenter v1.14.1 pkg/controllers/state/statenode.go StateNode.DisruptionCost
   */
  disruptionCost(providerId: string): number {
    return this.#nodes.byProviderId(providerId)?.disruptionCost ?? 1.0;
  }

  /** One pod per DaemonSet, in order of their keys: the newest living one, or the template's. */
  daemonSetPods(): readonly Pod[] {
    return this.#daemonSetPods.pods();
  }

  /** Pods that ask for new capacity (not yet validated), sorted by key. */
  pendingPods(): readonly Pod[] {
    return this.#provisionablePods.sorted();
  }

  #known(providerIds: readonly string[]): readonly StateNodeEntry[] {
    return providerIds.flatMap((providerId) => this.#nodes.byProviderId(providerId) ?? []);
  }

  #setClaimState(nodeClaim: NodeClaim, state: "active" | "deleting"): void {
    const { labels, name } = nodeClaim.metadata;
    this.nodePoolClaims.set(labels[labelNodePool], name, state);
  }

  /** The machine has changed in what its NodePool's usage may rest on. */
  #touch(entry: StateNodeEntry): void {
    this.#nodes.touch();
    this.#usage.change(entry);
  }

  /** Changes one half of a machine, and notices whether consolidation should look again. */
  #change(entry: StateNodeEntry, change: () => void, now: SimTime): void {
    const isNew = entry.node === undefined && entry.nodeClaim === undefined;
    const { isInitialized, isMarkedForDeletion } = entry;
    const name = isNew ? undefined : entry.name;
    change();
    if (entry.name !== name) this.#nodes.touchOrder();
    this.#touch(entry);
    if (
      isNew ||
      entry.isInitialized !== isInitialized ||
      entry.isMarkedForDeletion !== isMarkedForDeletion
    ) {
      this.markUnconsolidated(now);
    }
  }

  #observeNodeClaim(nodeClaim: NodeClaim, now: SimTime): void {
    const { name } = nodeClaim.metadata;
    const providerId = nodeClaim.status.providerId ?? "";
    const entry = providerId === "" ? undefined : this.#nodes.add(providerId);
    if (entry !== undefined) {
      // Usually the NodeClaim was known without provider id; its state is counted anew below.
      if (this.#nodes.byNodeClaimName(name) !== entry) this.#detachNodeClaim(name, now);
      this.#change(entry, () => entry.setNodeClaim(nodeClaim), now);
    }
    this.#nodes.nameNodeClaim(name, providerId);
    this.#setClaimState(nodeClaim, entry?.isMarkedForDeletion === true ? "deleting" : "active");
  }

  #detachNodeClaim(name: string, now: SimTime): void {
    const entry = this.#nodes.byNodeClaimName(name);
    this.#nodes.forgetNodeClaim(name);
    this.nodePoolClaims.remove(name);
    if (entry === undefined) return;
    entry.setNodeClaim(undefined);
    this.#afterDetach(entry, now);
  }

  /**
   * A managed Node is taken in once it has a provider id and, before it is initialized, its instance
   * type: without that label its capacity would be counted for nothing that is known.
   *
   * @see karpenter v1.14.1 pkg/controllers/state/cluster.go Cluster.UpdateNode
   */
  #observeNode(node: Node, now: SimTime): void {
    const { name, labels } = node.metadata;
    const isOfNodePool = hasLabel(labels, labelNodePool);
    if (node.spec.providerId === "" && isOfNodePool) return;
    const isLabelled =
      hasLabel(labels, labelInstanceType) || hasLabel(labels, labelNodeInitialized);
    if (isOfNodePool && !isLabelled) return;
    const providerId = node.spec.providerId === "" ? name : node.spec.providerId;
    const previous = this.#nodes.byNodeName(name);
    if (previous !== undefined && previous.providerId !== providerId) this.#detachNode(name, now);
    const entry = this.#nodes.add(providerId);
    const isSameNode = entry.node?.metadata.name === name;
    this.#change(entry, () => entry.setNode(node), now);
    this.#nodes.nameNode(name, providerId);
    if (!isSameNode) this.#loadPods(entry, name, now);
  }

  #detachNode(name: string, now: SimTime): void {
    const entry = this.#nodes.byNodeName(name);
    this.#nodes.forgetNode(name);
    if (entry === undefined) return;
    entry.setNode(undefined);
    entry.clearPods();
    this.#afterDetach(entry, now);
    const other = this.#cluster.node(this.#nodes.nodeNameOf(entry.providerId) ?? "");
    if (other !== undefined) this.#observeNode(other, now);
  }

  #afterDetach(entry: StateNodeEntry, now: SimTime): void {
    this.#nodes.prune(entry);
    this.#touch(entry);
    this.markUnconsolidated(now);
  }

  /** Pods may have been bound before the Node was known. */
  #loadPods(entry: StateNodeEntry, nodeName: string, now: SimTime): void {
    entry.clearPods();
    for (const pod of this.#cluster.podsOnNode(nodeName)) {
      if (isKept(pod)) this.#bind(entry, pod, nodeName, now);
    }
  }

  #observePod(event: WatchEvent<Pod>, now: SimTime): void {
    const { object: pod } = event;
    this.#provisionablePods.observe(event);
    this.#daemonSetPods.observePod(event);
    if (event.type === "deleted") {
      this.#unbind(objectKey(pod));
      this.markUnconsolidated(now);
      return;
    }
    if (!isKept(pod)) return this.#unbind(objectKey(pod));
    if (!isScheduled(pod)) return;
    const nodeName = pod.spec.nodeName ?? "";
    const entry = this.#nodes.byNodeName(nodeName);
    if (entry?.node !== undefined) this.#bind(entry, pod, nodeName, now);
    // A pod on a node that isn't known yet is taken in together with the node.
    else if (this.#nodeNameByPod.get(objectKey(pod)) !== nodeName) this.#unbind(objectKey(pod));
  }

  #bind(entry: StateNodeEntry, pod: Pod, nodeName: string, now: SimTime): void {
    const key = objectKey(pod);
    entry.setPod(pod);
    this.#nodes.touch();
    if (this.#nodeNameByPod.get(key) === nodeName) return;
    // A name may be used again, by a pod on another node.
    this.#unbind(key);
    this.#nodeNameByPod.set(key, nodeName);
    // A finished pod that is kept for its controller's sake uses nothing: nothing has changed.
    if (!isTerminal(pod)) this.markUnconsolidated(now);
  }

  #unbind(podKey: string): void {
    const nodeName = this.#nodeNameByPod.get(podKey);
    if (nodeName === undefined) return;
    this.#nodeNameByPod.delete(podKey);
    const entry = this.#nodes.byNodeName(nodeName);
    if (entry === undefined) return;
    entry.removePod(podKey);
    this.#nodes.touch();
  }

  #observeNodePool({ type, object, before }: WatchEvent<NodePool>, now: SimTime): void {
    if (type === "deleted") return;
    if (before?.metadata.generation !== object.metadata.generation) this.markUnconsolidated(now);
  }

  #observeCsiNode(csiNode: CsiNode): void {
    this.#nodes.byNodeName(csiNode.metadata.name)?.forgetUsage();
    this.#nodes.touch();
  }

  #forgetVolumes(): void {
    for (const entry of this.#nodes.entries()) {
      if (entry.hasVolumes()) entry.forgetUsage();
    }
    this.#nodes.touch();
  }
}

function hasLabel(labels: Readonly<Record<string, string>>, key: string): boolean {
  return (labels[key] ?? "") !== "";
}

/** A StatefulSet's pod that is over and going takes no room, but will be needed elsewhere. */
function isKept(pod: Pod): boolean {
  return !isTerminal(pod) || isReschedulable(pod);
}
