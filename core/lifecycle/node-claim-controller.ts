// The life of a NodeClaim: launch, registration, initialization, and the time limits on the way;
// each pass runs all four in this order. After a write a NodeClaim rests for a second, as upstream's
// controller does in order to read its own writes.
import {
  finalizerTermination,
  labelNodePool,
  type Node,
  type NodeClaim,
  objectKey,
} from "../apis/index.ts";
import {
  conditionStatus,
  done,
  KeyedController,
  isConditionTrue,
  type Outcome,
  refreshCondition,
  setCondition,
} from "../state/index.ts";
import { after, minutes, seconds, type SimTime } from "../units/index.ts";
import { NodeClaimFinalizer } from "./node-claim-finalizer.ts";
import { initializationBlocker, withInitialization } from "./initialization.ts";
import { decideLaunch, truncateMessage } from "./launch.ts";
import {
  hasTerminationFinalizer,
  type LifecycleContext,
  writeNodeClaim,
} from "./lifecycle-context.ts";
import type { InvoluntaryReason } from "./lifecycle-recorder.ts";
import { decideLiveness, defaultLaunchTimeout } from "./liveness.ts";
import { isOwnedByNodePool, withRegistrationResult } from "./registration-health.ts";
import { decideRegistration } from "./registration.ts";

const restAfterWrite = seconds(1);
const backoff = { base: seconds(1), max: minutes(1) };

/** What one step makes of the NodeClaim. `isWaiting` ends the pass without a write. */
interface Step {
  readonly nodeClaim: NodeClaim;
  readonly requeueAt?: SimTime;
  readonly isFailed?: boolean;
  readonly isWaiting?: boolean;
}

/**
 * Brings NodeClaims to life and, once they are deleted, to their end.
 *
 * Differs: while the provider is still launching, upstream's call blocks the pass; here the pass
 * ends and comes back, before anything else is done about the NodeClaim, its end included.
 *
 * @see karpenter v1.14.1 pkg/controllers/nodeclaim/lifecycle/controller.go Controller
 */
export class NodeClaimController extends KeyedController {
  readonly #context: LifecycleContext;
  readonly #finalizer: NodeClaimFinalizer;
  /** NodeClaims, by name, whose launch the provider has yet to answer: their generation back then. */
  readonly #launching = new Map<string, number>();

  constructor(context: LifecycleContext) {
    super({
      name: "nodeclaim.lifecycle",
      backoff,
      keysOf: ({ object }) => {
        if (object.kind === "NodeClaim") return [object.metadata.name];
        if (object.kind === "Node") return context.machines.nodeClaimNamesOf(object);
        return [];
      },
      reconcileKey: (key, now) => this.#reconcileKey(key, now),
    });
    this.#context = context;
    this.#finalizer = new NodeClaimFinalizer(context);
  }

  #reconcileKey(name: string, now: SimTime): Outcome {
    const { cluster } = this.#context;
    const found = cluster.nodeClaim(name);
    if (found === undefined) {
      this.#launching.delete(name);
      return done;
    }
    // Without the provider's answer nobody would know of the instance, and it would be left behind.
    if (found.metadata.deletionTimestamp !== undefined && !this.#launching.has(name)) {
      return this.#finalizer.finalize(found, now);
    }
    const stored = this.#asWhenLaunching(this.#withFinalizer(found));
    let nodeClaim = stored;
    let requeueAt: SimTime | undefined;
    let isFailed = false;
    for (const step of [this.#launch, this.#register, this.#initialize, this.#checkLiveness]) {
      const result = step.call(this, nodeClaim, now);
      if (result.isWaiting === true) {
        return result.requeueAt === undefined ? done : { requeueAt: result.requeueAt };
      }
      nodeClaim = result.nodeClaim;
      isFailed ||= result.isFailed === true;
      if (result.requeueAt !== undefined) {
        requeueAt =
          requeueAt === undefined || result.requeueAt < requeueAt ? result.requeueAt : requeueAt;
      }
    }
    const isWritten = nodeClaim !== stored && writeNodeClaim(cluster, nodeClaim);
    return {
      ...(requeueAt === undefined ? {} : { requeueAt }),
      ...(isWritten ? { holdUntil: after(now, restAfterWrite) } : {}),
      isFailed,
    };
  }

  /** Without it an instance could be left behind when the NodeClaim goes. */
  #withFinalizer(nodeClaim: NodeClaim): NodeClaim {
    if (hasTerminationFinalizer(nodeClaim)) return nodeClaim;
    const { metadata } = nodeClaim;
    const finalizers = [...metadata.finalizers, finalizerTermination];
    const changed = { ...nodeClaim, metadata: { ...metadata, finalizers } };
    this.#context.cluster.updateNodeClaim(changed);
    return this.#context.cluster.nodeClaim(metadata.name) ?? changed;
  }

  /** A pass goes by the generation that it began with, however long the provider takes. */
  #asWhenLaunching(nodeClaim: NodeClaim): NodeClaim {
    const { metadata } = nodeClaim;
    const generation = this.#launching.get(metadata.name);
    return generation === undefined || generation === metadata.generation
      ? nodeClaim
      : { ...nodeClaim, metadata: { ...metadata, generation } };
  }

  #launch(nodeClaim: NodeClaim, now: SimTime): Step {
    if (conditionStatus(nodeClaim, "Launched") !== "Unknown") {
      return { nodeClaim: refreshCondition(nodeClaim, "Launched", now) };
    }
    const { cloudProvider, recorder } = this.#context;
    const decision = decideLaunch(nodeClaim, cloudProvider.create(nodeClaim, now), now);
    const { name, generation } = nodeClaim.metadata;
    if (decision.kind === "wait") this.#launching.set(name, generation);
    else this.#launching.delete(name);
    switch (decision.kind) {
      case "launched":
        recorder.record({ kind: "launched", nodeClaim: decision.nodeClaim }, now);
        return { nodeClaim: decision.nodeClaim };
      case "wait":
        return decision.retryAt === undefined
          ? { nodeClaim, isWaiting: true }
          : { nodeClaim, isWaiting: true, requeueAt: decision.retryAt };
      case "delete":
        recorder.record({ kind: "launch-failed", nodeClaim, ...decision.failure }, now);
        if (decision.reason === "insufficient_capacity") {
          this.#warnOfInsufficientCapacity(nodeClaim, decision.failure.message);
        }
        this.#delete(nodeClaim, decision.reason, now);
        return { nodeClaim };
      case "retry":
        recorder.record({ kind: "launch-failed", nodeClaim, ...decision.failure }, now);
        return { nodeClaim: decision.nodeClaim, isFailed: true };
    }
  }

  #warnOfInsufficientCapacity(nodeClaim: NodeClaim, message: string): void {
    this.#context.cluster.recordEvent({
      type: "Warning",
      reason: "InsufficientCapacityError",
      message: `NodeClaim ${nodeClaim.metadata.name} event: ${truncateMessage(message)}`,
      objectKind: "NodeClaim",
      objectKey: objectKey(nodeClaim),
    });
  }

  #register(nodeClaim: NodeClaim, now: SimTime): Step {
    if (conditionStatus(nodeClaim, "Registered") !== "Unknown") {
      return { nodeClaim: refreshCondition(nodeClaim, "Registered", now) };
    }
    const { cluster, machines, recorder, registrationHooks } = this.#context;
    const nodes = machines.nodesOf(nodeClaim);
    const decision = decideRegistration(nodeClaim, nodes, registrationHooks, now);
    if (decision.isTaintMissing) this.#warnOfMissingTaint(nodeClaim);
    const [node] = nodes;
    const isChanged = decision.node !== undefined && decision.node !== node;
    if (isChanged && decision.node !== undefined && !cluster.updateNode(decision.node)) {
      return { nodeClaim, isFailed: true };
    }
    if (decision.isRegistered && decision.node !== undefined) {
      recorder.record(
        { kind: "registered", nodeClaim: decision.nodeClaim, node: decision.node },
        now,
      );
      this.#recordHealth(decision.nodeClaim, true, now);
    }
    return {
      nodeClaim: decision.nodeClaim,
      isFailed: decision.isFailed,
      ...(decision.requeueAt === undefined ? {} : { requeueAt: decision.requeueAt }),
    };
  }

  #warnOfMissingTaint(nodeClaim: NodeClaim): void {
    this.#context.cluster.recordEvent({
      type: "Warning",
      reason: "UnregisteredTaintMissing",
      message:
        "Missing karpenter.sh/unregistered taint which prevents registration related race " +
        "conditions on Karpenter-managed nodes",
      objectKind: "NodeClaim",
      objectKey: objectKey(nodeClaim),
    });
  }

  #initialize(nodeClaim: NodeClaim, now: SimTime): Step {
    if (conditionStatus(nodeClaim, "Initialized") !== "Unknown") {
      return { nodeClaim: refreshCondition(nodeClaim, "Initialized", now) };
    }
    if (!isConditionTrue(nodeClaim, "Registered")) return { nodeClaim };
    const nodes = this.#context.machines.nodesOf(nodeClaim);
    const blocker = initializationBlocker(nodeClaim, nodes);
    const [node] = nodes;
    if (blocker !== undefined || node === undefined) {
      const change = { type: "Initialized", status: "Unknown", ...blocker } as const;
      return { nodeClaim: setCondition(nodeClaim, change, now) };
    }
    return this.#completeInitialization(nodeClaim, node, now);
  }

  #completeInitialization(nodeClaim: NodeClaim, node: Node, now: SimTime): Step {
    const initialized = withInitialization(node);
    if (!this.#context.cluster.updateNode(initialized)) return { nodeClaim, isFailed: true };
    const changed = setCondition(nodeClaim, { type: "Initialized", status: "True" }, now);
    const fact = { kind: "initialized", nodeClaim: changed, node: initialized } as const;
    this.#context.recorder.record(fact, now);
    return { nodeClaim: changed };
  }

  #checkLiveness(nodeClaim: NodeClaim, now: SimTime): Step {
    const launchTimeout = this.#context.options.launchTimeout ?? defaultLaunchTimeout;
    const { timeouts, requeueAt } = decideLiveness(nodeClaim, launchTimeout, now);
    for (const timeout of timeouts) {
      this.#recordHealth(nodeClaim, false, now);
      this.#delete(nodeClaim, timeout, now);
    }
    return requeueAt === undefined ? { nodeClaim } : { nodeClaim, requeueAt };
  }

  #delete(nodeClaim: NodeClaim, reason: InvoluntaryReason, now: SimTime): void {
    if (!this.#context.cluster.deleteNodeClaim(nodeClaim.metadata.name)) return;
    this.#context.recorder.record({ kind: "node-claim-disrupted", nodeClaim, reason }, now);
  }

  #recordHealth(nodeClaim: NodeClaim, isSuccess: boolean, now: SimTime): void {
    const { cluster, registrationHealth } = this.#context;
    const nodePool = cluster.nodePool(nodeClaim.metadata.labels[labelNodePool] ?? "");
    if (nodePool === undefined || !isOwnedByNodePool(nodeClaim, nodePool)) return;
    const changed = withRegistrationResult(nodePool, nodeClaim, registrationHealth, isSuccess, now);
    if (changed !== nodePool) cluster.updateNodePoolStatus(changed);
    registrationHealth.add(nodePool.metadata.uid, isSuccess);
  }
}
