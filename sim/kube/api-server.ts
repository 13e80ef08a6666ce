/**
 * The simulated Kubernetes API server: all objects in memory, writes at once, watchers told
 * synchronously. It is the port through which Karpenter's core sees the cluster, and the only way
 * for scheduler, controllers and kubelets to learn of each other.
 */
import { objectKey } from "../../core/apis/index.ts";
import type {
  CapacityBuffer,
  CsiNode,
  DaemonSet,
  Deployment,
  Node,
  NodeClaim,
  NodeOverlay,
  NodePool,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
  PodDisruptionBudget,
  PodTemplateObject,
  ReplicaSet,
  StatefulSet,
  StorageClass,
  VolumeAttachment,
} from "../../core/apis/index.ts";
import type {
  Cluster,
  ClusterEvent,
  ClusterObject,
  EvictionResult,
  NodeClaimDraft,
  ScalableKind,
} from "../../core/state/index.ts";
import type { SimTime } from "../../core/units/index.ts";
import { compareStrings } from "../../core/units/index.ts";
import type { LedgerSink } from "../ledger/index.ts";
import { PodAdmission } from "./admission.ts";
import { EventRecorder } from "./event-recorder.ts";
import { budgetKeys, decideEviction, withDisruption } from "./eviction.ts";
import { deepFreeze } from "./freeze.ts";
import { KubeNotices } from "./notices.ts";
import { draftMeta } from "./object-drafts.ts";
import { ObjectNames } from "./object-names.ts";
import { ObjectStore } from "./object-store.ts";
import type { ObjectKind, ObjectOf } from "./object-store.ts";
import { ObjectWriter } from "./object-writer.ts";
import { withPodConditions } from "./pod-conditions.ts";
import { WatchQueue } from "./watch-queue.ts";
import type { WatchListener } from "./watch-queue.ts";

/** What the server needs. */
export interface KubeApiServerOptions {
  readonly now: () => SimTime;
  readonly seed: number | string;
  readonly ledger: LedgerSink;
  readonly notices?: KubeNotices;
  /** Seconds of work that the pod loses if it ends now, for the ledger; 0 where unknown. */
  readonly workLostSeconds?: (pod: Pod) => number;
}

/** Namespaces that every cluster has. */
const builtInNamespaces = ["default", "kube-node-lease", "kube-public", "kube-system"];
const noLabels: Readonly<Record<string, string>> = Object.freeze({});

/** See the head of this file. Keys are `namespace/name`, or the name for cluster-scoped kinds. */
export class KubeApiServer implements Cluster {
  readonly #now: () => SimTime;
  readonly #ledger: LedgerSink;
  readonly #store = new ObjectStore();
  readonly #watch = new WatchQueue();
  readonly #writer: ObjectWriter;
  readonly #admission: PodAdmission;
  /** What Karpenter says of objects. */
  readonly events: EventRecorder;
  readonly #workLostSeconds: (pod: Pod) => number;
  readonly #namespaceLabels = new Map<string, Readonly<Record<string, string>>>();

  constructor(options: KubeApiServerOptions) {
    this.#now = options.now;
    this.#ledger = options.ledger;
    this.events = new EventRecorder(options.ledger);
    this.#workLostSeconds = options.workLostSeconds ?? (() => 0);
    this.#admission = new PodAdmission(options.notices ?? new KubeNotices());
    const names = new ObjectNames(options.seed);
    const { now } = options;
    this.#writer = new ObjectWriter({ store: this.#store, watch: this.#watch, names, now });
    this.subscribe((event) => {
      if (event.object.kind === "PriorityClass") this.#admission.reset();
    });
  }

  /** Tells the listener of every change from now on; the result takes it off again. */
  subscribe(listener: WatchListener): () => void {
    return this.#watch.subscribe(listener);
  }

  // Any kind

  get<Kind extends ObjectKind>(kind: Kind, key: string): ObjectOf<Kind> | undefined {
    return this.#store.get(kind, key);
  }

  /** All objects of a kind, sorted by key. */
  list<Kind extends ObjectKind>(kind: Kind): readonly ObjectOf<Kind>[] {
    return this.#store.list(kind);
  }

  /** Adds an object; undefined when the name is taken. Pods pass admission. */
  create<T extends ClusterObject>(
    draft: T,
    options: { readonly generateName?: boolean } = {},
  ): T | undefined {
    const admitted = draft.kind === "Pod" ? (this.#admit(draft) as ClusterObject as T) : draft;
    return this.#writer.create(admitted, options.generateName ?? false);
  }

  /** Replaces an object; false when it (by uid) is gone. Same object: nothing happens. */
  update(object: ClusterObject): boolean {
    return this.#writer.update(object);
  }

  /** Deletes an object; pods within `graceSeconds`, by default their own. False when gone. */
  delete(kind: ObjectKind, key: string, graceSeconds?: number): boolean {
    return this.#writer.delete(kind, key, graceSeconds);
  }

  /** Pods whose controller has this uid, sorted by key. */
  podsOf(controllerUid: string): readonly Pod[] {
    return this.#store.podsOf(controllerUid);
  }

  /** Objects with an owner reference to this uid, oldest first. */
  dependentsOf(ownerUid: string): readonly ClusterObject[] {
    return this.#store.dependentsOf(ownerUid);
  }

  /** The grace, in seconds, that a terminating pod was granted; undefined for others. */
  deletionGraceSeconds(pod: Pod): number | undefined {
    return this.#writer.graceSeconds(pod.metadata.uid);
  }

  /** Makes a namespace known, with its labels. */
  setNamespace(name: string, labels: Readonly<Record<string, string>>): void {
    const named = { ...labels, "kubernetes.io/metadata.name": name };
    this.#namespaceLabels.set(name, deepFreeze(named));
  }

  // Reads of the core's port

  nodePools(): readonly NodePool[] {
    return this.#store.list("NodePool");
  }

  nodePool(name: string): NodePool | undefined {
    return this.#store.get("NodePool", name);
  }

  nodeClaims(): readonly NodeClaim[] {
    return this.#store.list("NodeClaim");
  }

  nodeClaim(name: string): NodeClaim | undefined {
    return this.#store.get("NodeClaim", name);
  }

  nodes(): readonly Node[] {
    return this.#store.list("Node");
  }

  node(name: string): Node | undefined {
    return this.#store.get("Node", name);
  }

  pods(): readonly Pod[] {
    return this.#store.list("Pod");
  }

  pod(key: string): Pod | undefined {
    return this.#store.get("Pod", key);
  }

  podsOnNode(nodeName: string): readonly Pod[] {
    return this.#store.podsOnNode(nodeName);
  }

  daemonSets(): readonly DaemonSet[] {
    return this.#store.list("DaemonSet");
  }

  podDisruptionBudgets(): readonly PodDisruptionBudget[] {
    return this.#store.list("PodDisruptionBudget");
  }

  nodeOverlays(): readonly NodeOverlay[] {
    return this.#store.list("NodeOverlay");
  }

  capacityBuffers(): readonly CapacityBuffer[] {
    return this.#store.list("CapacityBuffer");
  }

  podTemplate(key: string): PodTemplateObject | undefined {
    return this.#store.get("PodTemplate", key);
  }

  scalable(kind: ScalableKind, key: string): Deployment | ReplicaSet | StatefulSet | undefined {
    return this.#store.get(kind, key);
  }

  persistentVolumeClaim(key: string): PersistentVolumeClaim | undefined {
    return this.#store.get("PersistentVolumeClaim", key);
  }

  persistentVolume(name: string): PersistentVolume | undefined {
    return this.#store.get("PersistentVolume", name);
  }

  storageClass(name: string): StorageClass | undefined {
    return this.#store.get("StorageClass", name);
  }

  storageClasses(): readonly StorageClass[] {
    return this.#store.list("StorageClass");
  }

  csiNode(name: string): CsiNode | undefined {
    return this.#store.get("CSINode", name);
  }

  volumeAttachments(nodeName: string): readonly VolumeAttachment[] {
    return this.#store.volumeAttachments(nodeName);
  }

  /** Unknown namespaces have no labels; those made known also carry their name as one. */
  namespaceLabels(name: string): Readonly<Record<string, string>> {
    return this.#namespaceLabels.get(name) ?? noLabels;
  }

  namespaces(): readonly string[] {
    const names = new Set([
      ...builtInNamespaces,
      ...this.#namespaceLabels.keys(),
      ...this.#store.namespacesInUse(),
    ]);
    return [...names].sort(compareStrings);
  }

  // Writes of the core's port

  createNodeClaim(draft: NodeClaimDraft): NodeClaim {
    const nodeClaim: NodeClaim = {
      kind: "NodeClaim",
      metadata: draftMeta({ ...draft.metadata, name: draft.generateName }),
      spec: draft.spec,
      status: { capacity: {}, allocatable: {}, conditions: [] },
    };
    return this.#writer.create(nodeClaim, true) as NodeClaim;
  }

  updateNodeClaim(nodeClaim: NodeClaim): boolean {
    const current = this.nodeClaim(nodeClaim.metadata.name);
    if (current === undefined) return false;
    // The spec is immutable.
    const { spec } = current;
    return this.#writer.update(nodeClaim.spec === spec ? nodeClaim : { ...nodeClaim, spec });
  }

  deleteNodeClaim(name: string): boolean {
    return this.#writer.delete("NodeClaim", name);
  }

  updateNode(node: Node): boolean {
    return this.#writer.update(node);
  }

  deleteNode(name: string): boolean {
    return this.#writer.delete("Node", name);
  }

  /** Writes metadata maps and status; the spec stays the user's. */
  updateNodePoolStatus(nodePool: NodePool): boolean {
    const current = this.nodePool(nodePool.metadata.name);
    if (current === undefined) return false;
    const { spec } = current;
    return this.#writer.update(nodePool.spec === spec ? nodePool : { ...nodePool, spec });
  }

  /** Writes the status; the rest stays the user's. */
  updateNodeOverlayStatus({ metadata, status }: NodeOverlay): boolean {
    const current = this.#store.get("NodeOverlay", metadata.name);
    if (current?.metadata.uid !== metadata.uid) return false;
    return this.#writer.update({ ...current, status });
  }

  /** The same for a CapacityBuffer. */
  updateCapacityBufferStatus({ metadata, status }: CapacityBuffer): boolean {
    const current = this.#store.get("CapacityBuffer", objectKey({ metadata }));
    if (current?.metadata.uid !== metadata.uid) return false;
    return this.#writer.update({ ...current, status });
  }

  /**
   * The eviction subresource. A granted eviction marks the pod as a disruption target and deletes
   * it with its own grace period.
   *
   * @see kubernetes pkg/registry/core/pod/storage/eviction.go Create
   */
  evictPod(key: string, uid: string): EvictionResult {
    const pod = this.pod(key);
    if (pod === undefined) return { kind: "not-found" };
    if (pod.metadata.uid !== uid) return { kind: "conflict" };
    const decision = decideEviction(pod, this.podDisruptionBudgets());
    switch (decision.kind) {
      case "multiple-budgets": {
        const podDisruptionBudgets = budgetKeys(decision.budgets);
        this.#recordBlockedEviction(pod, podDisruptionBudgets);
        return { kind: "multiple-budgets", podDisruptionBudgets };
      }
      case "too-many-requests": {
        const podDisruptionBudget = objectKey(decision.budget);
        this.#recordBlockedEviction(pod, [podDisruptionBudget]);
        return { kind: "too-many-requests", podDisruptionBudget };
      }
      case "delete-within-budget":
        this.#writer.update(withDisruption(decision.budget, pod, this.#now()));
        break;
      case "delete":
        break;
    }
    this.deletePodAs(pod, {
      entry: "pod-evicted",
      reason: "EvictionByEvictionAPI",
      message: "Eviction API: evicting",
    });
    return { kind: "evicted" };
  }

  #recordBlockedEviction(pod: Pod, podDisruptionBudgets: readonly string[]): void {
    const facts = { nodeName: pod.spec.nodeName ?? "", podDisruptionBudgets };
    const identity = podIdentity(pod);
    this.#ledger.record({ kind: "eviction-blocked", at: this.#now(), ...identity, ...facts });
  }

  /** A plain delete by Karpenter, which forces pods off a node whose time is up. */
  deletePod(key: string, gracePeriodSeconds: number): boolean {
    const pod = this.pod(key);
    if (pod === undefined) return false;
    if (pod.metadata.deletionTimestamp === undefined) {
      this.#recordDisruption(pod, "pod-killed", "forced-delete");
    }
    return this.#writer.delete("Pod", key, gracePeriodSeconds);
  }

  recordEvent(event: ClusterEvent): void {
    this.events.record(event, this.#now());
  }

  // Disruptions by Kubernetes itself

  /**
   * Deletes a pod as a disruption: sets condition DisruptionTarget and notes who did it. Pods that
   * are terminating already, or unbound, leave no disruption in the ledger.
   */
  deletePodAs(pod: Pod, disruption: PodDisruption): boolean {
    const { entry, reason, message } = disruption;
    if (pod.metadata.deletionTimestamp === undefined) this.#recordDisruption(pod, entry, reason);
    const condition = { type: "DisruptionTarget", status: "True", reason, message } as const;
    this.#writer.update(withPodConditions(pod, [condition], this.#now()));
    return this.#writer.delete("Pod", objectKey(pod), disruption.graceSeconds);
  }

  #recordDisruption(pod: Pod, kind: PodDisruption["entry"], reason: string): void {
    const { nodeName } = pod.spec;
    if (nodeName === undefined) return;
    const { phase } = pod.status;
    if (phase === "Succeeded" || phase === "Failed") return;
    const lostWorkSeconds = this.#workLostSeconds(pod);
    const facts = { ...podIdentity(pod), nodeName, reason, lostWorkSeconds };
    this.#ledger.record({ at: this.#now(), kind, ...facts });
  }

  #admit(pod: Pod): Pod {
    return this.#admission.admit(pod, this.#store.list("PriorityClass"));
  }
}

/** How a pod is disrupted, for its condition and for the ledger. */
export interface PodDisruption {
  readonly entry: "pod-evicted" | "pod-killed";
  /** As in condition DisruptionTarget. */
  readonly reason: string;
  readonly message: string;
  /** Absent: the pod's own. */
  readonly graceSeconds?: number;
}

function podIdentity(pod: Pod): { readonly podKey: string; readonly podUid: string } {
  return { podKey: objectKey(pod), podUid: pod.metadata.uid };
}
