import { controllerOf, objectKey } from "../../../core/apis/index.ts";
import type {
  Affinity,
  DaemonSet,
  Node,
  NodeSelectorTerm,
  Pod,
  PodSpec,
  Toleration,
} from "../../../core/apis/index.ts";
import { toleratesAll } from "../../../core/scheduling/index.ts";
import type { WatchEvent } from "../../../core/state/index.ts";
import { compareStrings } from "../../../core/units/index.ts";
import { matchesNodeAffinity } from "../node-affinity.ts";
import { taintNotReady, taintUnreachable, taintUnschedulable } from "../admission.ts";
import { podOfTemplate } from "../object-drafts.ts";
import { isPodReady, isPodTerminal, isPodTerminating } from "../pod-conditions.ts";
import type { KubeContext, KubeController } from "./controller.ts";
import { asPodEvent, changesAvailability, controllerKey, WorkQueue } from "./controller.ts";
import { templateHash } from "./template-hash.ts";

const labelRevision = "controller-revision-hash";

/** What has become of one DaemonSet, so that only nodes on which something changed are looked at. */
interface DaemonSetState {
  readonly revision: string;
  readonly dirtyNodes: Set<string>;
  /** Nodes on which there is to be a pod. */
  readonly runningNodes: Set<string>;
  /** Pods that are not bound, by key, with the node that they are meant for. */
  readonly waitingPods: Map<string, string>;
  mayHaveOldPods: boolean;
}

/**
 * Keeps one pod of each DaemonSet on every node that it may run on, from the node's appearance on.
 *
 * Rolling updates replace one pod at a time (maxUnavailable 1, no surge).
 *
 * @see kubernetes pkg/controller/daemon/daemon_controller.go
 */
export class DaemonSetController implements KubeController {
  readonly name = "daemon-set";
  readonly #context: KubeContext;
  readonly #queue: WorkQueue;
  readonly #stateByKey = new Map<string, DaemonSetState>();
  readonly #desiredByUid = new Map<string, number>();
  readonly #specs = new WeakMap<PodSpec, PodSpec>();

  constructor(context: KubeContext) {
    this.#context = context;
    this.#queue = new WorkQueue(context.timeline, this.name);
  }

  observe(event: WatchEvent): void {
    const { object } = event;
    if (object.kind === "DaemonSet") {
      const key = objectKey(object);
      this.#stateByKey.delete(key);
      if (event.type === "deleted") this.#recordDesired(object, 0);
      else this.#queue.add(key);
    } else if (object.kind === "Node") {
      if (!changesEligibility(event as WatchEvent<Node>)) return;
      for (const state of this.#stateByKey.values()) state.dirtyNodes.add(object.metadata.name);
      for (const set of this.#context.api.daemonSets()) this.#queue.add(objectKey(set));
    } else {
      const podEvent = asPodEvent(event);
      if (podEvent !== undefined) this.#observePod(podEvent);
    }
  }

  #observePod(event: WatchEvent<Pod>): void {
    const { object: pod, type } = event;
    const key = controllerKey(pod, "DaemonSet");
    if (key === undefined) return;
    const state = this.#stateByKey.get(key);
    const nodeName = nodeOf(pod);
    if (state !== undefined) {
      const isWaiting = type !== "deleted" && pod.spec.nodeName === undefined;
      if (isWaiting) state.waitingPods.set(objectKey(pod), nodeName);
      else state.waitingPods.delete(objectKey(pod));
    }
    if (!changesAvailability(event)) return;
    state?.dirtyNodes.add(nodeName);
    if (state !== undefined && pod.metadata.labels[labelRevision] !== state.revision) {
      state.mayHaveOldPods = true;
    }
    this.#queue.add(key);
  }

  reconcile(key: string): void {
    this.#queue.remove(key);
    const { api } = this.#context;
    const set = api.get("DaemonSet", key);
    if (set === undefined || set.metadata.deletionTimestamp !== undefined) return;
    const state = this.#stateByKey.get(key) ?? this.#newState(set, key);
    const dirtyNodes = [...state.dirtyNodes].sort(compareStrings);
    state.dirtyNodes.clear();
    const waitingByNode = podKeysByNode(state.waitingPods);
    const orphans: (readonly Pod[])[] = [];
    for (const name of dirtyNodes) {
      const pods = this.#podsOn(set, name, waitingByNode.get(name) ?? []);
      const node = api.node(name);
      if (node === undefined) {
        state.runningNodes.delete(name);
        orphans.push(pods);
      } else if (this.#tend(set, node, pods)) state.runningNodes.add(name);
      else state.runningNodes.delete(name);
    }
    orphans.sort(([a], [b]) => compareStrings(keyOf(a), keyOf(b)));
    for (const pod of orphans.flat()) {
      if (pod.spec.nodeName === undefined) api.delete("Pod", objectKey(pod));
    }
    this.#recordDesired(set, state.runningNodes.size);
    if (state.mayHaveOldPods) state.mayHaveOldPods = this.#rollOne(set);
  }

  /** All nodes are to be looked at when a DaemonSet is new or has changed. */
  #newState(set: DaemonSet, key: string): DaemonSetState {
    const { api } = this.#context;
    const pods = api.podsOf(set.metadata.uid);
    const waiting = pods.filter(({ spec }) => spec.nodeName === undefined);
    const state: DaemonSetState = {
      revision: templateHash(set.spec.template),
      dirtyNodes: new Set([
        ...api.nodes().map(({ metadata }) => metadata.name),
        ...pods.map(nodeOf),
      ]),
      runningNodes: new Set(),
      waitingPods: new Map(waiting.map((pod) => [objectKey(pod), nodeOf(pod)])),
      mayHaveOldPods: true,
    };
    this.#stateByKey.set(key, state);
    return state;
  }

  /** The set's pods on the node or on their way there, sorted by key. */
  #podsOn(set: DaemonSet, nodeName: string, waiting: readonly string[]): readonly Pod[] {
    const { api } = this.#context;
    const { uid } = set.metadata;
    const pods = api.podsOnNode(nodeName).filter((pod) => controllerOf(pod)?.uid === uid);
    if (waiting.length === 0) return pods;
    const coming = waiting.flatMap((key) => api.pod(key) ?? []);
    return [...pods, ...coming.filter((pod) => controllerOf(pod)?.uid === uid)].sort((a, b) =>
      compareStrings(objectKey(a), objectKey(b)),
    );
  }

  /** Sees to the set's pods on one node; whether there is to be one. */
  #tend(set: DaemonSet, node: Node, pods: readonly Pod[]): boolean {
    const { shouldRun, shouldContinue } = daemonFit(this.#daemonSpec(set), node);
    for (const pod of pods) this.#keepOrDelete(pod, shouldContinue);
    if (shouldRun && pods.length === 0) this.#create(set, node.metadata.name);
    return shouldRun;
  }

  #keepOrDelete(pod: Pod, shouldContinue: boolean): void {
    if (isPodTerminating(pod)) return;
    if (!shouldContinue || isPodTerminal(pod)) this.#context.api.delete("Pod", objectKey(pod));
  }

  /** The template's spec with the tolerations every daemon gets; one object per template. */
  #daemonSpec(set: DaemonSet): PodSpec {
    const { spec } = set.spec.template;
    let daemonSpec = this.#specs.get(spec);
    if (daemonSpec === undefined) {
      const tolerations = [...spec.tolerations, ...daemonTolerations(spec.hostNetwork)];
      daemonSpec = { ...spec, tolerations };
      this.#specs.set(spec, daemonSpec);
    }
    return daemonSpec;
  }

  #create(set: DaemonSet, nodeName: string): void {
    const { template } = set.spec;
    const labels = { ...template.labels, [labelRevision]: templateHash(template) };
    const pod = podOfTemplate(set, template, { name: `${set.metadata.name}-`, labels });
    const spec = boundTo(this.#daemonSpec(set), nodeName);
    this.#context.api.create({ ...pod, spec }, { generateName: true });
  }

  /** Replaces a pod of an older template, if there is one; whether there is. */
  #rollOne(set: DaemonSet): boolean {
    const { api } = this.#context;
    const revision = templateHash(set.spec.template);
    const pods = api.podsOf(set.metadata.uid);
    const isOld = (pod: Pod): boolean => pod.metadata.labels[labelRevision] !== revision;
    const old = pods.filter((pod) => isOld(pod) && !isPodTerminating(pod));
    if (old.length === 0) return false;
    const broken = old.filter((pod) => !isPodReady(pod));
    for (const pod of broken) api.delete("Pod", objectKey(pod));
    const isAllReady = pods.every((pod) => isPodReady(pod) && !isPodTerminating(pod));
    const [next] = old;
    if (isAllReady && next !== undefined) api.delete("Pod", objectKey(next));
    return true;
  }

  #recordDesired(set: DaemonSet, replicas: number): void {
    const { uid, namespace, name } = set.metadata;
    if ((this.#desiredByUid.get(uid) ?? 0) === replicas) return;
    this.#desiredByUid.set(uid, replicas);
    const { ledger, timeline } = this.#context;
    const workload = { kind: "DaemonSet", namespace, name };
    ledger.record({ at: timeline.now, kind: "workload-desired", workload, replicas });
  }
}

/** @see kubernetes pkg/controller/daemon/util/daemonset_util.go AddOrUpdateDaemonPodTolerations */
function daemonTolerations(isHostNetwork: boolean): readonly Toleration[] {
  const tolerate = (key: string, effect: "NoSchedule" | "NoExecute"): Toleration => ({
    key,
    operator: "Exists",
    value: "",
    effect,
  });
  return [
    tolerate(taintNotReady, "NoExecute"),
    tolerate(taintUnreachable, "NoExecute"),
    tolerate("node.kubernetes.io/disk-pressure", "NoSchedule"),
    tolerate("node.kubernetes.io/memory-pressure", "NoSchedule"),
    tolerate("node.kubernetes.io/pid-pressure", "NoSchedule"),
    tolerate(taintUnschedulable, "NoSchedule"),
    ...(isHostNetwork ? [tolerate("node.kubernetes.io/network-unavailable", "NoSchedule")] : []),
  ];
}

/**
 * Whether a daemon belongs on a node, and whether one that is there may stay.
 *
 * @see kubernetes pkg/controller/daemon/daemon_controller.go NodeShouldRunDaemonPod
 */
function daemonFit(
  spec: PodSpec,
  node: Node,
): { readonly shouldRun: boolean; readonly shouldContinue: boolean } {
  const isForNode =
    matchesNodeAffinity(spec, node) &&
    (spec.nodeName === undefined || spec.nodeName === node.metadata.name);
  if (!isForNode) return { shouldRun: false, shouldContinue: false };
  const { taints } = node.spec;
  const hard = taints.filter((taint) => taint.effect !== "PreferNoSchedule");
  if (toleratesAll(hard, spec.tolerations)) return { shouldRun: true, shouldContinue: true };
  const executing = hard.filter((taint) => taint.effect === "NoExecute");
  return { shouldRun: false, shouldContinue: toleratesAll(executing, spec.tolerations) };
}

/** The spec bound to one node by name, in place of the template's required node affinity. */
function boundTo(spec: PodSpec, nodeName: string): PodSpec {
  const term: NodeSelectorTerm = {
    matchExpressions: [],
    matchFields: [{ key: "metadata.name", operator: "In", values: [nodeName] }],
  };
  const affinity: Affinity = {
    preferredNodeTerms: [],
    requiredPodAffinity: [],
    preferredPodAffinity: [],
    requiredPodAntiAffinity: [],
    preferredPodAntiAffinity: [],
    ...spec.affinity,
    requiredNodeTerms: [term],
  };
  return { ...spec, affinity };
}

/** The node that a daemon pod is on, or is meant for. */
function nodeOf(pod: Pod): string {
  return pod.spec.nodeName ?? targetNode(pod);
}

function keyOf(pod: Pod | undefined): string {
  return pod === undefined ? "" : objectKey(pod);
}

function podKeysByNode(nodesByPodKey: ReadonlyMap<string, string>): Map<string, string[]> {
  const keys = new Map<string, string[]>();
  for (const [key, nodeName] of nodesByPodKey) {
    const others = keys.get(nodeName);
    if (others === undefined) keys.set(nodeName, [key]);
    else others.push(key);
  }
  return keys;
}

/** The node that a daemon pod is meant for; empty for a pod that names none. */
function targetNode(pod: Pod): string {
  const [term] = pod.spec.affinity?.requiredNodeTerms ?? [];
  return term?.matchFields[0]?.values[0] ?? "";
}

function changesEligibility(event: WatchEvent<Node>): boolean {
  const { before, object } = event;
  if (event.type !== "modified" || before === undefined) return true;
  return (
    before.spec.taints !== object.spec.taints ||
    before.metadata.labels !== object.metadata.labels ||
    before.spec.unschedulable !== object.spec.unschedulable
  );
}
