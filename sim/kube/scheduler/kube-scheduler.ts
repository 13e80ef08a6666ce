/**
 * kube-scheduler: takes pending pods one at a time, filters and scores the nodes, binds. It is an
 * actor of its own: it knows nothing of Karpenter's plans, and of a node only once it exists.
 *
 * A pod that fits nowhere waits until something happens that could help it. Its first failure writes
 * the condition PodScheduled=False, Unschedulable, from which Karpenter learns of it.
 *
 * Scheduling takes no virtual time.
 */
import type { Node, Pod, PodSpec } from "../../../core/apis/index.ts";
import type { WatchEvent } from "../../../core/state/index.ts";
import { simTime } from "../../../core/units/index.ts";
import type { SimTime } from "../../../core/units/index.ts";
import type { EventHandle } from "../../engine/index.ts";
import { hashUniform } from "../../engine/index.ts";
import type { KubeContext } from "../controllers/controller.ts";
import { isPodTerminal, isPodTerminating, withPodConditions } from "../pod-conditions.ts";
import { type FailureCounts, failureMessage } from "./failure-message.ts";
import { feasibleNodesToFind, totalScores } from "./node-choice.ts";
import type { FilterFailure, FilterName } from "./node-filters.ts";
import { lackingResource, staticFailure } from "./node-filters.ts";
import type { NodeInfo } from "./node-info.ts";
import { PodFilter } from "./pod-filter.ts";
import { podInfo } from "./pod-info.ts";
import type { PodInfo } from "./pod-info.ts";
import { PodQueue } from "./pod-queue.ts";
import type { QueuedPod } from "./pod-queue.ts";
import { findPreemption } from "./preemption.ts";
import { schedulability } from "./schedulability.ts";
import { SchedulerSnapshot } from "./snapshot.ts";

/** The outcome of a search for feasible nodes. */
interface Search {
  readonly feasible: readonly NodeInfo[];
  readonly failures: FailureCounts;
  /** Nodes that failed for what removing pods can mend; empty unless somebody may be preempted. */
  readonly curable: readonly NodeInfo[];
}

interface Rejection {
  readonly helpVersion: number;
  readonly filters: ReadonlySet<FilterName>;
  readonly message: string;
}

interface Nomination {
  readonly info: PodInfo;
  readonly nodeName: string;
}

const noFailures: FailureCounts = new Map();
const nobody: readonly PodInfo[] = Object.freeze([]);
const labelFilters: readonly FilterName[] = ["PodTopologySpread", "InterPodAffinity"];
const bound = { type: "PodScheduled", status: "True", reason: "", message: "" } as const;

/** Whether nothing about the node itself or its room speaks against the pod. */
function fits(info: PodInfo, node: NodeInfo): boolean {
  return staticFailure(info, node) === undefined && lackingResource(info, node) === undefined;
}

/** See the head of this file. */
export class KubeScheduler {
  readonly #context: KubeContext;
  readonly #snapshot = new SchedulerSnapshot();
  readonly #queue: PodQueue;
  readonly #nominationsByUid = new Map<string, Nomination>();
  /** Why pods of a shape, then of labels, fitted nowhere; good until something could help. */
  readonly #rejectionsByShape = new Map<string, Map<string, Rejection>>();
  readonly #boundSpecs = new WeakMap<PodSpec, Map<string, PodSpec>>();
  #helpVersion = 0;
  #startIndex = 0;
  #wakeUp: { readonly at: SimTime; readonly handle: EventHandle } | undefined;

  constructor(context: KubeContext) {
    this.#context = context;
    const { popsFromBackoff } = context.settings.scheduler;
    this.#queue = new PodQueue({ popsFromBackoff });
  }

  observe(event: WatchEvent): void {
    const { object, before, type } = event;
    switch (object.kind) {
      case "Pod":
        if (object.spec.nodeName === undefined) this.#observePending(type, object);
        else this.#observeBound(type, object, before?.kind === "Pod" ? before : undefined);
        return;
      case "Node":
        this.#observeNode(type, object, before?.kind === "Node" ? before : undefined);
        return;
      case "PersistentVolumeClaim":
      case "PersistentVolume":
      case "StorageClass":
      case "CSINode":
      case "VolumeAttachment":
        this.#retryRejectedBy(["VolumeBinding"]);
        return;
      default:
    }
  }

  /** Empties the queue as far as pods may be tried now. */
  schedule(): void {
    this.#wakeUp = undefined;
    const { timeline } = this.#context;
    for (;;) {
      const queued = this.#queue.pop(timeline.now);
      if (queued === undefined) break;
      this.#attempt(queued);
    }
    const nextAt = this.#queue.nextFlushAt();
    if (nextAt !== undefined) this.#wake(simTime(Math.max(nextAt, timeline.now)));
  }

  #observePending(type: WatchEvent["type"], pod: Pod): void {
    const { uid } = pod.metadata;
    if (type === "deleted" || isPodTerminating(pod) || isPodTerminal(pod)) {
      this.#queue.remove(uid);
      this.#forgetNomination(uid);
      return;
    }
    if (schedulability(pod, this.#context) !== "schedulable") return;
    const isNew = this.#queue.get(uid) === undefined;
    this.#queue.add(podInfo(pod), this.#context.timeline.now);
    if (isNew) this.#wake(this.#context.timeline.now);
  }

  #observeBound(type: WatchEvent["type"], pod: Pod, before: Pod | undefined): void {
    const node = this.#snapshot.node(pod.spec.nodeName as string);
    if (type === "deleted" || isPodTerminal(pod)) {
      // An unbound pod may be bound and gone in the same instant.
      this.#queue.remove(pod.metadata.uid);
      this.#snapshot.removePod(pod);
      this.#forgetNomination(pod.metadata.uid);
      if (node !== undefined) this.#retryFor(node, labelFilters);
      return;
    }
    const isBinding = before?.spec.nodeName === undefined;
    if (isBinding) {
      this.#queue.remove(pod.metadata.uid);
      this.#forgetNomination(pod.metadata.uid);
    } else if (
      before.metadata.labels === pod.metadata.labels &&
      isPodTerminating(before) === isPodTerminating(pod)
    ) {
      return;
    }
    this.#snapshot.setPod(pod);
    this.#retryRejectedBy(labelFilters);
  }

  #observeNode(type: WatchEvent["type"], node: Node, before: Node | undefined): void {
    if (type === "deleted") {
      this.#snapshot.removeNode(node.metadata.name);
      this.#helpVersion += 1;
      this.#retryRejectedBy(labelFilters);
      return;
    }
    const isSame =
      before !== undefined &&
      before.spec === node.spec &&
      before.metadata.labels === node.metadata.labels &&
      before.status.allocatable === node.status.allocatable;
    if (isSame) return;
    this.#retryFor(this.#snapshot.setNode(node), labelFilters);
  }

  /** Retries pods that now fit on the node, and those that one of the filters had rejected. */
  #retryFor(node: NodeInfo, filters: readonly FilterName[]): void {
    this.#helpVersion += 1;
    const helped = this.#queue.rejectedBy(filters);
    const isAny = this.#retry([
      ...helped,
      ...this.#queue.unschedulable((info) => fits(info, node)),
    ]);
    if (isAny) this.#wake(this.#context.timeline.now);
  }

  #retryRejectedBy(filters: readonly FilterName[]): void {
    if (this.#retry(this.#queue.rejectedBy(filters))) this.#wake(this.#context.timeline.now);
  }

  #retry(queued: readonly QueuedPod[]): boolean {
    const { now } = this.#context.timeline;
    for (const each of queued) this.#queue.retry(each, now);
    return queued.length > 0;
  }

  #attempt(queued: QueuedPod): void {
    const { info } = queued;
    const remembered = this.#rememberedRejection(info);
    if (remembered !== undefined) {
      this.#reject(queued, remembered);
      return;
    }
    const filter = new PodFilter(info, this.#snapshot, this.#context.api);
    const search = this.#search(info, filter);
    const { feasible } = search;
    if (feasible.length > 0) {
      this.#bind(queued, this.#choose(queued, feasible), filter);
      return;
    }
    const rejection: Rejection = {
      helpVersion: this.#helpVersion,
      filters: new Set([...search.failures.keys()].map(({ filter: name }) => name)),
      message: failureMessage(search.failures, this.#snapshot.nodeCount),
    };
    if (filter.isLocal) this.#rememberRejection(info, rejection);
    this.#reject(queued, rejection, this.#preempt(queued, search));
  }

  #rememberedRejection(info: PodInfo): Rejection | undefined {
    // Preemption may succeed where it failed before: less important pods may have come.
    if (this.#snapshot.hasPodsBelow(info.pod.spec.priority)) return undefined;
    const labels = this.#snapshot.labelGroups.keyOf(info.pod);
    const rejection = this.#rejectionsByShape.get(info.spec.shape)?.get(labels);
    if (rejection === undefined) return undefined;
    if (rejection.helpVersion === this.#helpVersion) return rejection;
    this.#rejectionsByShape.clear();
    return undefined;
  }

  #rememberRejection({ pod, spec: { shape } }: PodInfo, rejection: Rejection): void {
    const rejections = this.#rejectionsByShape.get(shape) ?? new Map<string, Rejection>();
    this.#rejectionsByShape.set(shape, rejections);
    rejections.set(this.#snapshot.labelGroups.keyOf(pod), rejection);
  }

  #search(info: PodInfo, filter: PodFilter): Search {
    const nominatedNode = info.pod.status.nominatedNodeName;
    const nominated = this.#snapshot.node(nominatedNode ?? "");
    if (nominated !== undefined && this.#failure(info, filter, nominated) === undefined) {
      return { feasible: [nominated], failures: noFailures, curable: [] };
    }
    const { nodeNames } = info.spec;
    const all = this.#snapshot.nodes();
    const nodes =
      nodeNames === undefined ? all : nodeNames.flatMap((name) => this.#snapshot.node(name) ?? []);
    const { percentageOfNodesToScore } = this.#context.settings.scheduler;
    const enough = feasibleNodesToFind(nodes.length, percentageOfNodesToScore);
    const feasible: NodeInfo[] = [];
    const curable: NodeInfo[] = [];
    const failures = new Map<FilterFailure, number>();
    const mayPreempt = this.#canPreempt(info);
    let examined = 0;
    for (; examined < nodes.length && feasible.length < enough; examined++) {
      const node = nodes[(this.#startIndex + examined) % nodes.length] as NodeInfo;
      const failure = this.#failure(info, filter, node);
      if (failure === undefined) {
        feasible.push(node);
        continue;
      }
      failures.set(failure, (failures.get(failure) ?? 0) + 1);
      if (mayPreempt && !failure.isFinal) curable.push(node);
    }
    if (all.length > 0) this.#startIndex = (this.#startIndex + examined) % all.length;
    return { feasible, failures, curable };
  }

  #failure(info: PodInfo, filter: PodFilter, node: NodeInfo): FilterFailure | undefined {
    return filter.failure(node, this.#nominatedTo(node.name, info));
  }

  /** Other pods of equal or higher priority that are nominated to the node. */
  #nominatedTo(nodeName: string, info: PodInfo): readonly PodInfo[] {
    if (this.#nominationsByUid.size === 0) return nobody;
    const { uid } = info.pod.metadata;
    const { priority } = info.pod.spec;
    return [...this.#nominationsByUid.values()]
      .filter((it) => it.nodeName === nodeName && it.info.pod.metadata.uid !== uid)
      .filter((it) => it.info.pod.spec.priority >= priority)
      .map((it) => it.info);
  }

  /** The node with the highest score; ties go by a draw of the pod's and the attempt's own. */
  #choose(queued: QueuedPod, feasible: readonly NodeInfo[]): NodeInfo {
    const [only] = feasible;
    if (feasible.length === 1 && only !== undefined) return only;
    const { api, settings, seed } = this.#context;
    const view = { snapshot: this.#snapshot, api, settings: settings.scheduler };
    const scores = totalScores(queued.info, feasible, view);
    const highest = Math.max(...scores);
    const best = feasible.filter((_, index) => scores[index] === highest);
    const { uid } = queued.info.pod.metadata;
    const draw = hashUniform(seed, "kube-scheduler-tie", uid, queued.attempts);
    return best[Math.floor(draw * best.length)] as NodeInfo;
  }

  #bind(queued: QueuedPod, node: NodeInfo, filter: PodFilter): void {
    const { api, timeline } = this.#context;
    const { pod } = queued.info;
    filter.volumes?.bind(node);
    const { nominatedNodeName: _, ...status } = pod.status;
    const spec = this.#boundSpec(pod.spec, node.name);
    api.update(withPodConditions({ ...pod, spec, status }, [bound], timeline.now));
  }

  /** The spec with the node's name; pods of one template on one node share it. */
  #boundSpec(spec: PodSpec, nodeName: string): PodSpec {
    let specsByNode = this.#boundSpecs.get(spec);
    if (specsByNode === undefined) {
      specsByNode = new Map();
      this.#boundSpecs.set(spec, specsByNode);
    }
    let boundSpec = specsByNode.get(nodeName);
    if (boundSpec === undefined) {
      boundSpec = { ...spec, nodeName };
      specsByNode.set(nodeName, boundSpec);
    }
    return boundSpec;
  }

  #reject(queued: QueuedPod, rejection: Rejection, nominatedNodeName?: string): void {
    const { api, timeline } = this.#context;
    this.#queue.fail(queued, rejection.filters, timeline.now);
    const { info } = queued;
    const { message } = rejection;
    const reason = "Unschedulable";
    const condition = { type: "PodScheduled", status: "False", reason, message } as const;
    const nominated =
      nominatedNodeName === undefined || nominatedNodeName === info.pod.status.nominatedNodeName
        ? info.pod
        : { ...info.pod, status: { ...info.pod.status, nominatedNodeName } };
    api.update(withPodConditions(nominated, [condition], timeline.now));
    // Victims without grace are gone already, and their room was reported before the pod waited.
    const isHelped = rejection.helpVersion !== this.#helpVersion;
    if (nominatedNodeName !== undefined && isHelped) this.#queue.retry(queued, timeline.now);
  }

  /** Makes room by deleting less important pods; the node that the pod is nominated to then. */
  #preempt(queued: QueuedPod, { curable }: Search): string | undefined {
    const { info } = queued;
    const { uid } = info.pod.metadata;
    if (curable.length === 0) return undefined;
    const { api, seed } = this.#context;
    const draw = hashUniform(seed, "kube-scheduler-preemption", uid, queued.attempts);
    const offset = Math.floor(draw * curable.length);
    const nodes = [...curable.slice(offset), ...curable.slice(0, offset)];
    const found = findPreemption(info, nodes, {
      snapshot: this.#snapshot,
      api,
      nominatedTo: (nodeName) => this.#nominatedTo(nodeName, info),
    });
    if (found === undefined) return undefined;
    const nodeName = found.node.name;
    this.#dropLesserNominations(nodeName, info.pod.spec.priority);
    this.#nominationsByUid.set(uid, { info, nodeName });
    for (const victim of found.victims) {
      const pod = api.pod(victim.key);
      if (pod?.metadata.uid !== victim.pod.metadata.uid) continue;
      api.deletePodAs(pod, {
        entry: "pod-killed",
        reason: "PreemptionByScheduler",
        message: `default-scheduler: preempting to accommodate a higher priority pod`,
      });
    }
    return nodeName;
  }

  /** @see kubernetes pkg/scheduler/framework/plugins/defaultpreemption/default_preemption.go PodEligibleToPreemptOthers */
  #canPreempt({ pod }: PodInfo): boolean {
    const { preemptionPolicy, priority } = pod.spec;
    if (preemptionPolicy === "Never" || !this.#snapshot.hasPodsBelow(priority)) return false;
    const { nominatedNodeName } = pod.status;
    if (nominatedNodeName === undefined) return true;
    // Its victims are still going.
    return !this.#context.api
      .podsOnNode(nominatedNodeName)
      .some((other) => isPodTerminating(other) && other.spec.priority < priority);
  }

  #dropLesserNominations(nodeName: string, priority: number): void {
    const { api } = this.#context;
    for (const [uid, nomination] of [...this.#nominationsByUid]) {
      const { info } = nomination;
      if (nomination.nodeName !== nodeName || info.pod.spec.priority >= priority) continue;
      this.#forgetNomination(uid);
      const pod = api.pod(info.key);
      if (pod?.metadata.uid !== uid) continue;
      const { nominatedNodeName: _, ...status } = pod.status;
      api.update({ ...pod, status });
    }
  }

  #forgetNomination(uid: string): void {
    // Room that was held back is free again.
    if (this.#nominationsByUid.delete(uid)) this.#helpVersion += 1;
  }

  #wake(at: SimTime): void {
    if (this.#wakeUp !== undefined) {
      if (this.#wakeUp.at <= at) return;
      this.#context.timeline.cancel(this.#wakeUp.handle);
    }
    const event = { room: "kube", kind: "schedule" } as const;
    this.#wakeUp = { at, handle: this.#context.timeline.schedule(at, event, "kube-scheduler") };
  }
}
