// The end of a Node: it is tainted, drained, freed of volumes and its instance terminated; then the
// finalizer goes. The first stage that has to wait ends the pass.
import {
  annotationTerminationTimestamp,
  type Node,
  type NodeClaim,
  type Pod,
  taintDisrupted,
} from "../apis/index.ts";
import { matchTaint } from "../scheduling/index.ts";
import {
  conditionOf,
  disruptedNoScheduleTaint,
  doNotDisruptEvent,
  done,
  KeyedController,
  isConditionTrue,
  type Outcome,
  setCondition,
} from "../state/index.ts";
import {
  after,
  elapsed,
  milliseconds,
  seconds,
  type SimTime,
  tryParseTime,
} from "../units/index.ts";
import { decideDrain } from "./drain.ts";
import type { EvictionQueueController } from "./eviction-queue-controller.ts";
import { isNodeReady } from "./initialization.ts";
import {
  hasTerminationFinalizer,
  isManagedNode,
  type LifecycleContext,
  withoutTerminationFinalizer,
  writeNodeClaim,
} from "./lifecycle-context.ts";
import { forcedDeleteMessage } from "./termination-events.ts";
import { awaitingDetachmentMessage, pendingVolumeAttachments } from "./volume-detachment.ts";

const labelExcludeFromBalancers = "node.kubernetes.io/exclude-from-external-load-balancers";
const backoff = { base: milliseconds(100), max: seconds(10) };
const drainPoll = seconds(1);
const instancePoll = seconds(5);
/** Pods may still be bound by a scheduler that hasn't seen the taint. */
const drainTimeMin = seconds(5);

/** The NodeClaim after a stage, and what to wait for; no outcome: the next stage follows. */
interface Stage {
  readonly nodeClaim: NodeClaim | undefined;
  readonly outcome?: Outcome;
}

/**
 * Terminates Nodes that are being deleted.
 *
 * @see karpenter v1.14.1 pkg/controllers/node/termination/controller.go Controller
 */
export class NodeTerminationController extends KeyedController {
  readonly #context: LifecycleContext;
  readonly #evictionQueue: EvictionQueueController;
  /** Uids of the pods that drains wait for because they are protected, by the name of the node. */
  readonly #protectedUids = new Map<string, string>();

  constructor(context: LifecycleContext, evictionQueue: EvictionQueueController) {
    super({
      name: "node.termination",
      backoff,
      keysOf: ({ type, object }) => {
        const isTerminating =
          object.kind === "Node" &&
          type !== "deleted" &&
          object.metadata.deletionTimestamp !== undefined;
        return isTerminating ? [object.metadata.name] : [];
      },
      reconcileKey: (key, now) => this.#finalize(key, now),
    });
    this.#context = context;
    this.#evictionQueue = evictionQueue;
  }

  #finalize(name: string, now: SimTime): Outcome {
    const { cluster, machines } = this.#context;
    const node = cluster.node(name);
    if (node?.metadata.deletionTimestamp === undefined) return done;
    if (!hasTerminationFinalizer(node) || !isManagedNode(node)) return done;
    const found = machines.nodeClaimOf(node);
    if (found !== undefined && found.metadata.deletionTimestamp === undefined) {
      cluster.deleteNodeClaim(found.metadata.name);
    }
    if (this.#isInstanceGone(node, now)) {
      this.#removeFinalizer(node, now);
      return done;
    }
    // Upstream's first write meets the change by the deletion and is done again at once.
    const nodeClaim = machines.nodeClaimOf(node);
    const terminationTime = this.#terminationTime(node, nodeClaim);
    if (terminationTime === "unreadable") return { isFailed: true };
    this.#taint(node);
    const stage = this.#runStages(node, nodeClaim, terminationTime, now);
    this.#saveNodeClaim(node, nodeClaim, stage.nodeClaim, now);
    if (stage.outcome !== undefined) return stage.outcome;
    this.#removeFinalizer(cluster.node(name) ?? node, now);
    return done;
  }

  /** A kubelet that reports Ready proves the machine, whatever the provider says. */
  #isInstanceGone(node: Node, now: SimTime): boolean {
    if (isNodeReady(node)) return false;
    return this.#context.cloudProvider.get(node.spec.providerId, now) === undefined;
  }

  #terminationTime(
    node: Node,
    nodeClaim: NodeClaim | undefined,
  ): SimTime | undefined | "unreadable" {
    const text = nodeClaim?.metadata.annotations[annotationTerminationTimestamp];
    if (text === undefined) return undefined;
    this.#event(
      node,
      "Warning",
      "TerminationGracePeriodExpiring",
      `All pods will be deleted by ${text}`,
    );
    return tryParseTime(text) ?? "unreadable";
  }

  /** @see karpenter v1.14.1 pkg/controllers/node/termination/terminator/terminator.go Terminator.Taint */
  #taint(node: Node): void {
    const isTainted = node.spec.taints.some((taint) => matchTaint(taint, disruptedNoScheduleTaint));
    const isExcluded = node.metadata.labels[labelExcludeFromBalancers] === "karpenter";
    if (isTainted && isExcluded) return;
    const others = node.spec.taints.filter(({ key }) => key !== taintDisrupted);
    const labels = { ...node.metadata.labels, [labelExcludeFromBalancers]: "karpenter" };
    this.#context.cluster.updateNode({
      ...node,
      metadata: { ...node.metadata, labels },
      spec: {
        ...node.spec,
        taints: isTainted ? node.spec.taints : [...others, disruptedNoScheduleTaint],
      },
    });
  }

  #runStages(
    node: Node,
    nodeClaim: NodeClaim | undefined,
    terminationTime: SimTime | undefined,
    now: SimTime,
  ): Stage {
    const drained = this.#awaitDrain(node, nodeClaim, terminationTime, now);
    if (drained.outcome !== undefined) return drained;
    const detached = this.#awaitVolumeDetachment(node, drained.nodeClaim, terminationTime, now);
    if (detached.outcome !== undefined) return detached;
    return this.#awaitInstanceTermination(detached.nodeClaim, now);
  }

  #awaitDrain(
    node: Node,
    found: NodeClaim | undefined,
    terminationTime: SimTime | undefined,
    now: SimTime,
  ): Stage {
    const isStarted = found === undefined || conditionOf(found, "Drained") !== undefined;
    const draining = { status: "Unknown", reason: "Draining", message: "Draining" } as const;
    const nodeClaim = isStarted
      ? found
      : setCondition(found, { type: "Drained", ...draining }, now);
    const pods = this.#context.cluster.podsOnNode(node.metadata.name);
    const drain = decideDrain(pods, terminationTime, now);
    const { waiting, forcedDeletes, candidates, evictions, protectedPods } = drain;
    for (const { pod, gracePeriodSeconds } of forcedDeletes) {
      this.#deletePod(pod, gracePeriodSeconds, terminationTime ?? now, now);
    }
    this.#evictionQueue.add(evictions, now);
    for (const pod of candidates) {
      const event = doNotDisruptEvent(pod, now);
      if (event !== undefined) this.#context.cluster.recordEvent(event);
    }
    this.#tellProtected(node, protectedPods, now);
    const wait = { nodeClaim, outcome: { requeueAt: after(now, drainPoll) } };
    if (waiting.length > 0) {
      const sentence = `Failed to drain node, ${waiting.length} pods are waiting to be evicted`;
      this.#event(node, "Warning", "FailedDraining", sentence);
      return wait;
    }
    if (nodeClaim === undefined) return { nodeClaim };
    const condition = conditionOf(nodeClaim, "Drained");
    const isYoung =
      condition?.status === "Unknown" && elapsed(condition.lastTransitionTime, now) < drainTimeMin;
    if (isYoung) return wait;
    return { nodeClaim: setCondition(nodeClaim, { type: "Drained", status: "True" }, now) };
  }

  #tellProtected(node: Node, protectedPods: readonly Pod[], now: SimTime): void {
    const { name } = node.metadata;
    const uids = protectedPods.map(({ metadata }) => metadata.uid).join(" ");
    if (uids === (this.#protectedUids.get(name) ?? "")) return;
    this.#protectedUids.set(name, uids);
    if (uids === "") return;
    this.#context.recorder.record({ kind: "drain-blocked", node, protectedPods }, now);
  }

  #deletePod(pod: Pod, gracePeriodSeconds: number, terminationTime: SimTime, now: SimTime): void {
    const { namespace, name, deletionTimestamp } = pod.metadata;
    const { cluster, recorder } = this.#context;
    cluster.recordEvent({
      type: "Normal",
      reason: "Disrupted",
      message: forcedDeleteMessage(pod, gracePeriodSeconds, terminationTime),
      objectKind: "Pod",
      objectKey: `${namespace}/${name}`,
    });
    const isDeleted = cluster.deletePod(`${namespace}/${name}`, gracePeriodSeconds);
    const isSooner =
      deletionTimestamp === undefined ||
      after(now, seconds(gracePeriodSeconds)) < deletionTimestamp;
    // The same pod is deleted again and again once the node's time is up; it counts once.
    if (isDeleted && isSooner) {
      recorder.record({ kind: "pod-force-deleted", pod, gracePeriodSeconds }, now);
    }
  }

  #awaitVolumeDetachment(
    node: Node,
    nodeClaim: NodeClaim | undefined,
    terminationTime: SimTime | undefined,
    now: SimTime,
  ): Stage {
    const { cluster } = this.#context;
    const { name } = node.metadata;
    const pending = pendingVolumeAttachments(
      cluster.volumeAttachments(name),
      cluster.podsOnNode(name),
      (key) => cluster.persistentVolumeClaim(key),
      now,
    );
    const type = "VolumesDetached";
    if (pending.length === 0) {
      return { nodeClaim: nodeClaim && setCondition(nodeClaim, { type, status: "True" }, now) };
    }
    if (terminationTime !== undefined && now > terminationTime) {
      const reason = "TerminationGracePeriodElapsed";
      const change = { type, status: "False", reason, message: reason } as const;
      return { nodeClaim: nodeClaim && setCondition(nodeClaim, change, now) };
    }
    const reason = "AwaitingVolumeDetachment";
    this.#event(node, "Normal", reason, awaitingDetachmentMessage(pending));
    const change = { type, status: "Unknown", reason, message: reason } as const;
    return {
      nodeClaim: nodeClaim && setCondition(nodeClaim, change, now),
      outcome: { requeueAt: after(now, drainPoll) },
    };
  }

  #awaitInstanceTermination(nodeClaim: NodeClaim | undefined, now: SimTime): Stage {
    if (nodeClaim === undefined) return { nodeClaim };
    const result = this.#context.cloudProvider.delete(nodeClaim, now);
    if (result.kind === "error") return { nodeClaim, outcome: { isFailed: true } };
    const change = { type: "InstanceTerminating", status: "True" } as const;
    const terminating = setCondition(nodeClaim, change, now);
    if (result.kind === "not-found") return { nodeClaim: terminating };
    return { nodeClaim: terminating, outcome: { requeueAt: after(now, instancePoll) } };
  }

  #saveNodeClaim(
    node: Node,
    stored: NodeClaim | undefined,
    nodeClaim: NodeClaim | undefined,
    now: SimTime,
  ): void {
    if (stored === undefined || nodeClaim === undefined || stored === nodeClaim) return;
    if (!writeNodeClaim(this.#context.cluster, nodeClaim)) return;
    if (!isConditionTrue(stored, "Drained") && isConditionTrue(nodeClaim, "Drained")) {
      this.#context.recorder.record({ kind: "node-drained", node, nodeClaim }, now);
    }
  }

  #removeFinalizer(node: Node, now: SimTime): void {
    const { metadata } = node;
    const finalizers = withoutTerminationFinalizer(metadata.finalizers);
    const released = { ...node, metadata: { ...metadata, finalizers } };
    if (!this.#context.cluster.updateNode(released)) return;
    const terminationDuration = elapsed(metadata.deletionTimestamp ?? now, now);
    this.#protectedUids.delete(metadata.name);
    this.#context.recorder.record({ kind: "node-terminated", node, terminationDuration }, now);
  }

  #event(node: Node, type: "Normal" | "Warning", reason: string, message: string): void {
    const { name } = node.metadata;
    const event = { type, reason, message, objectKind: "Node", objectKey: name } as const;
    this.#context.cluster.recordEvent(event);
  }
}
