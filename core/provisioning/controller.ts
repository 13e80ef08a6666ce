import { type Node, objectKey, type Pod } from "../apis/index.ts";
import {
  isVirtualPod,
  realPods,
  setBufferCondition,
  transitionEvents,
  type VirtualPods,
} from "../capacitybuffer/index.ts";
import type { CloudProvider } from "../cloudprovider/index.ts";
import {
  backoffWait,
  type Cluster,
  type ClusterState,
  type Controller,
  disruptedNoScheduleTaint,
  isProvisionable,
  type WatchEvent,
  WorkQueue,
} from "../state/index.ts";
import { matchTaint } from "../scheduling/index.ts";
import { after, durationMs, milliseconds, seconds, type SimTime } from "../units/index.ts";
import { Batcher } from "./batcher.ts";
import { bufferPodCounts, type PlacedPods, provisioningConditions } from "./buffers.ts";
import type { DecisionRecorder } from "./decision-recorder.ts";
import {
  type DedupedEvent,
  EventFilter,
  noCompatibleInstanceTypes,
  podFailedToSchedule,
  podNominated,
} from "./events.ts";
import { limitExceededBy } from "./limits.ts";
import { toNodeClaimDraft } from "./node-claim-draft.ts";
import { type IdleRun, idleRunOf, isRepeat } from "./idle-run.ts";
import {
  decideProvisioning,
  type ProvisioningDecision,
  type ProvisioningView,
} from "./provisioner.ts";
import {
  type ProvisioningOptions,
  schedulingOptionsOf,
  unsupportedProvisioningOptions,
} from "./provisioning-options.ts";
import type { SchedulingNodeClaim, SchedulingResults } from "./scheduling-results.ts";

/** What the provisioner works with. */
export interface ProvisioningContext {
  readonly cluster: Cluster;
  readonly cloudProvider: CloudProvider;
  /** Kept up to date by whoever delivers events; always before this controller observes them. */
  readonly state: ClusterState;
  readonly options: ProvisioningOptions;
  readonly recorder?: DecisionRecorder;
  /** Given where the feature gate CapacityBuffer is on. */
  readonly buffers?: {
    readonly virtualPods: VirtualPods;
    readonly cluster: Required<Pick<Cluster, "updateCapacityBufferStatus">>;
    /** Leaves out runs that provably do nothing; the outcome is the same either way. */
    readonly skipIdleRuns: boolean;
  };
}

const retriggerAfter = seconds(10);
/** How long the provisioner waits for a trigger before it counts the pass as a success. */
const waitForTrigger = seconds(1);
const backoff = { base: milliseconds(5), max: seconds(1000) };

/**
 * Launches machines for pods that fit nowhere: gathers them into a batch, decides, and creates
 * NodeClaims.
 *
 * Differs: a run takes the time that the decision latency says, by default none, and its one-minute
 * deadline is in that time. It decides on the cluster as it is when it begins, and writes at its end.
 *
 * @see karpenter v1.14.1 pkg/controllers/provisioning/provisioner.go Provisioner.Reconcile
 * @see karpenter v1.14.1 pkg/controllers/provisioning/controller.go PodController NodeController
 */
export class ProvisioningController implements Controller {
  readonly name: string = "provisioner";
  readonly #context: ProvisioningContext;
  readonly #batcher: Batcher;
  /** Pods and nodes that ask for a run, by what has happened to them. */
  readonly #triggers = new WorkQueue(backoff);
  /** The same ones again, ten seconds later, as long as they still ask. */
  readonly #repeats = new WorkQueue(backoff);
  readonly #events = new EventFilter();
  /** Counts observations. */
  #version = 0;
  #idle: IdleRun | undefined;
  #failures = 0;
  /** No batch opens earlier: the last run has failed. */
  #notBefore: SimTime | undefined;
  /** A run whose time is not up; no batch opens before its end. */
  #underway: { readonly decision: ProvisioningDecision; readonly at: SimTime } | undefined;

  /** @throws RangeError when the options ask for something that isn't supported. */
  constructor(context: ProvisioningContext) {
    const unsupported = unsupportedProvisioningOptions(context.options);
    if (unsupported.length > 0) throw new RangeError(unsupported.join("; "));
    this.#context = context;
    this.#batcher = new Batcher(context.options);
  }

  observe({ type, object }: WatchEvent, now: SimTime): void {
    this.#version++;
    if (type === "deleted") return;
    if (object.kind === "Pod" && isProvisionable(object)) {
      this.#triggers.add(`pod ${objectKey(object)}`, now);
    } else if (object.kind === "Node" && isBeingDisrupted(object)) {
      this.#triggers.add(`node ${object.metadata.name}`, now);
    }
  }

  nextDueAt(): SimTime | undefined {
    let earliest = this.#underway?.at ?? this.#batcher.closesAt();
    for (const queue of [this.#triggers, this.#repeats]) {
      const dueAt = queue.nextDueAt();
      if (dueAt !== undefined && (earliest === undefined || dueAt < earliest)) earliest = dueAt;
    }
    return earliest;
  }

  reconcile(now: SimTime): void {
    const underway = this.#underway;
    if (underway !== undefined && underway.at <= now) {
      this.#underway = undefined;
      this.#settle(this.#apply(underway.decision, now), now);
    }
    // A batch that closes now closes before what happens now can hold it open.
    if (this.#batcher.take(now) && this.#context.state.isSynced()) this.#run(now);
    for (const queue of [this.#repeats, this.#triggers]) {
      for (let key = queue.take(now); key !== undefined; key = queue.take(now)) {
        this.#trigger(key, now);
      }
    }
  }

  #trigger(key: string, now: SimTime): void {
    const uid = this.#uidOfTrigger(key);
    if (uid === undefined) return;
    this.trigger(uid, now);
    this.#repeats.add(key, after(now, retriggerAfter));
  }

  /**
   * Asks for a run on behalf of the object with this uid.
   *
   * @see karpenter v1.14.1 pkg/controllers/provisioning/provisioner.go Provisioner.Trigger
   */
  trigger(uid: string, now: SimTime): void {
    const notBefore = this.#notBefore;
    if (notBefore !== undefined && now >= after(notBefore, waitForTrigger)) {
      this.#failures = 0;
      this.#notBefore = undefined;
    }
    this.#batcher.trigger(uid, latest(now, notBefore, this.#underway?.at));
  }

  /** The uid of a pod or node that still asks for a run. */
  #uidOfTrigger(key: string): string | undefined {
    const { cluster } = this.#context;
    const [kind, name = ""] = key.split(" ", 2);
    if (kind === "pod") {
      const pod = cluster.pod(name);
      return pod !== undefined && isProvisionable(pod) ? pod.metadata.uid : undefined;
    }
    const node = cluster.node(name);
    return node !== undefined && isBeingDisrupted(node) ? node.metadata.uid : undefined;
  }

  #run(now: SimTime): void {
    const { cluster, cloudProvider, state, options, buffers } = this.#context;
    const view: ProvisioningView = {
      now,
      nodePools: cluster.nodePools(),
      instanceTypes: (nodePool) => cloudProvider.getInstanceTypes(nodePool),
      stateNodes: state.stateNodes(),
      pendingPods: state.pendingPods(),
      virtualPods: buffers?.virtualPods.getAll(now) ?? [],
      daemonSetPods: state.daemonSetPods(),
      podDisruptionBudgets: cluster.podDisruptionBudgets(),
      cluster,
    };
    const versions = { observed: this.#version, virtualPods: buffers?.virtualPods.version ?? 0 };
    if (this.#idle !== undefined && isRepeat(this.#idle, view, versions)) {
      return this.#settle(true, now);
    }
    const decision = decideProvisioning(
      view,
      schedulingOptionsOf(options),
      options.decisionLatency,
    );
    this.#idle = buffers?.skipIdleRuns === true ? idleRunOf(decision, view, versions) : undefined;
    const took = decision.kind === "scheduled" ? decision.took : 0;
    if (took > 0) this.#underway = { decision, at: after(now, durationMs(took)) };
    else this.#settle(this.#apply(decision, now), now);
  }

  /** A failed run is followed by a wait that doubles with each failure in a row. */
  #settle(isSuccessful: boolean, now: SimTime): void {
    if (isSuccessful) {
      this.#failures = 0;
      this.#notBefore = undefined;
      return;
    }
    this.#notBefore = after(now, backoffWait(backoff, this.#failures++));
  }

  /** Writes what was decided; false when something of it failed. */
  #apply(decision: ProvisioningDecision, now: SimTime): boolean {
    this.#recordIgnored(decision, now);
    switch (decision.kind) {
      case "no-pods":
        this.#settleBuffers(nothingPlaced, now);
        return true;
      case "no-node-pools":
        for (const pod of realPods(decision.pods)) this.#undecided(pod, noNodePools, now);
        this.#settleBuffers(nothingPlaced, now);
        return true;
      case "failed":
        return false;
      case "scheduled":
        this.#recordResults(decision.results, now);
        this.#settleBuffers(decision.results, now);
        return decision.results.newNodeClaims.filter((it) => !this.#create(it, now)).length === 0;
    }
  }

  /** @see karpenter v1.14.1 pkg/controllers/provisioning/buffers.go updateBufferProvisioningStatus */
  #settleBuffers(results: PlacedPods, now: SimTime): void {
    const { buffers, cluster, state } = this.#context;
    if (buffers === undefined) return;
    const capacityBuffers = cluster.capacityBuffers();
    const conditions = provisioningConditions(capacityBuffers, results);
    for (const buffer of capacityBuffers) {
      const condition = conditions.get(objectKey(buffer));
      if (condition === undefined) continue;
      const judged = setBufferCondition(buffer, condition, now);
      if (judged === buffer) continue;
      buffers.cluster.updateCapacityBufferStatus(judged);
      for (const event of transitionEvents(buffer, judged)) cluster.recordEvent(event);
    }
    state.bufferPods.replace(bufferPodCounts(results));
  }

  #recordIgnored({ ignoredPods }: ProvisioningDecision, now: SimTime): void {
    for (const { pod, message, isByChoice } of ignoredPods) {
      this.#context.recorder?.podDecided({ kind: "ignored", pod, message }, now);
      if (!isByChoice) this.#publish(podFailedToSchedule(pod, message), now);
    }
  }

  #undecided(pod: Pod, error: typeof noNodePools, now: SimTime): void {
    this.#context.recorder?.podDecided({ kind: "unschedulable", pod, error }, now);
  }

  /** @see karpenter v1.14.1 pkg/controllers/provisioning/scheduling/scheduler.go Results.Record */
  #recordResults(results: SchedulingResults, now: SimTime): void {
    const { recorder, state } = this.#context;
    for (const without of results.nodePoolsWithoutInstanceTypes) {
      this.#publish(noCompatibleInstanceTypes(without), now);
    }
    for (const [pod, error] of results.podErrors) {
      if (!isVirtualPod(pod)) recorder?.podDecided({ kind: "unschedulable", pod, error }, now);
      // A pod that waits for a reservation hasn't failed, it is only put off.
      if (error.kind === "reserved-offering") continue;
      this.#publish(podFailedToSchedule(pod, error.message), now);
    }
    for (const { stateNode, pods: all } of results.existingNodes) {
      // Virtual pods are placed anew in each run: a promise to them would never end.
      const pods = realPods(all);
      if (pods.length > 0) state.nominate(stateNode.providerId, now);
      for (const pod of pods) {
        recorder?.podDecided({ kind: "existing-node", pod, stateNode }, now);
        this.#publish(podNominated(pod, stateNode), now);
      }
    }
  }

  /**
   * Creates the NodeClaim, unless its NodePool has exceeded its limits already.
   *
   * @see karpenter v1.14.1 pkg/controllers/provisioning/provisioner.go Provisioner.Create
   */
  #create(wanted: SchedulingNodeClaim, now: SimTime): boolean {
    const { cluster, state, recorder } = this.#context;
    const { nodePoolName } = wanted;
    const nodePool = cluster.nodePool(nodePoolName);
    const message =
      nodePool === undefined
        ? `getting current resource usage, nodepools.karpenter.sh "${nodePoolName}" not found`
        : limitExceededBy(nodePool.spec.limits, state.nodePoolUsage(nodePoolName));
    if (message !== undefined) {
      const refusal = { nodeClaim: wanted, message: `creating node claim, ${message}` };
      recorder?.nodeClaimRefused(refusal, now);
      return false;
    }
    const nodeClaim = cluster.createNodeClaim(toNodeClaimDraft(wanted));
    recorder?.nodeClaimCreated({ nodeClaim, wanted }, now);
    for (const pod of wanted.pods) {
      if (!isVirtualPod(pod)) recorder?.podDecided({ kind: "new-node-claim", pod, nodeClaim }, now);
      this.#publish(podNominated(pod, { nodeClaim }), now);
    }
    return true;
  }

  #publish(event: DedupedEvent, now: SimTime): void {
    if (this.#events.admit(event, now)) this.#context.cluster.recordEvent(event.event);
  }
}

const nothingPlaced: PlacedPods = Object.freeze({
  newNodeClaims: [],
  existingNodes: [],
  podErrors: new Map(),
});

const noNodePools = Object.freeze({
  kind: "no-node-pool",
  message: "no dynamic nodepools found",
} as const);

function latest(first: SimTime, ...others: readonly (SimTime | undefined)[]): SimTime {
  return others.reduce<SimTime>((a, b) => (b !== undefined && b > a ? b : a), first);
}

function isBeingDisrupted(node: Node): boolean {
  return node.spec.taints.some((taint) => matchTaint(taint, disruptedNoScheduleTaint));
}
