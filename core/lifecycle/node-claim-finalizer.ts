// The end of a NodeClaim: its Nodes go first and drain on the way, then the instance, then the
// finalizer.
import { annotationTerminationTimestamp, type NodeClaim, objectKey } from "../apis/index.ts";
import {
  done,
  isConditionTrue,
  type Outcome,
  setCondition,
  truncateToSecond,
} from "../state/index.ts";
import { after, elapsed, formatTime, seconds, type SimTime } from "../units/index.ts";
import {
  hasTerminationFinalizer,
  type LifecycleContext,
  withoutTerminationFinalizer,
  writeNodeClaim,
} from "./lifecycle-context.ts";

const instancePoll = seconds(5);

/**
 * When the NodeClaim's pods have to be gone, as an annotation: its deletion plus its grace period.
 * `undefined` without a grace period, and where the annotation is there already.
 *
 * @see karpenter v1.14.1 pkg/controllers/nodeclaim/lifecycle/controller.go ensureTerminationGracePeriodTerminationTimeAnnotation
 */
export function terminationTimestamp(nodeClaim: NodeClaim): string | undefined {
  const { annotations, deletionTimestamp } = nodeClaim.metadata;
  const { terminationGracePeriod } = nodeClaim.spec;
  if (annotations[annotationTerminationTimestamp] !== undefined) return undefined;
  if (terminationGracePeriod === undefined || deletionTimestamp === undefined) return undefined;
  return formatTime(
    truncateToSecond(after(truncateToSecond(deletionTimestamp), terminationGracePeriod)),
  );
}

/**
 * Finalizes deleted NodeClaims, step by step.
 *
 * @see karpenter v1.14.1 pkg/controllers/nodeclaim/lifecycle/controller.go Controller.finalize
 */
export class NodeClaimFinalizer {
  readonly #context: LifecycleContext;

  constructor(context: LifecycleContext) {
    this.#context = context;
  }

  finalize(found: NodeClaim, now: SimTime): Outcome {
    if (!hasTerminationFinalizer(found)) return done;
    let nodeClaim = this.#annotate(found);
    if (isConditionTrue(nodeClaim, "Registered") && this.#deleteNodes(nodeClaim)) {
      // Node events bring this NodeClaim back.
      return done;
    }
    if ((nodeClaim.status.providerId ?? "") !== "") {
      const result = this.#context.cloudProvider.delete(nodeClaim, now);
      if (result.kind === "error") return { isFailed: true };
      const change = { type: "InstanceTerminating", status: "True" } as const;
      const terminating = setCondition(nodeClaim, change, now);
      if (terminating !== nodeClaim) writeNodeClaim(this.#context.cluster, terminating);
      nodeClaim = terminating;
      if (result.kind === "terminating") return { requeueAt: after(now, instancePoll) };
    }
    this.#removeFinalizer(nodeClaim, now);
    return done;
  }

  #annotate(nodeClaim: NodeClaim): NodeClaim {
    const timestamp = terminationTimestamp(nodeClaim);
    if (timestamp === undefined) return nodeClaim;
    const { metadata } = nodeClaim;
    const annotations = {
      ...metadata.annotations,
      [annotationTerminationTimestamp]: timestamp,
    };
    const annotated = { ...nodeClaim, metadata: { ...metadata, annotations } };
    writeNodeClaim(this.#context.cluster, annotated);
    this.#context.cluster.recordEvent({
      type: "Warning",
      reason: "TerminationGracePeriodExpiring",
      message: `All pods will be deleted by ${timestamp}`,
      objectKind: "NodeClaim",
      objectKey: objectKey(nodeClaim),
    });
    return annotated;
  }

  /** Whether there are Nodes to wait for. */
  #deleteNodes(nodeClaim: NodeClaim): boolean {
    const nodes = this.#context.machines.nodesOf(nodeClaim);
    for (const { metadata } of nodes) {
      if (metadata.deletionTimestamp === undefined) this.#context.cluster.deleteNode(metadata.name);
    }
    return nodes.length > 0;
  }

  #removeFinalizer(nodeClaim: NodeClaim, now: SimTime): void {
    const { metadata } = nodeClaim;
    const finalizers = withoutTerminationFinalizer(metadata.finalizers);
    const released = { ...nodeClaim, metadata: { ...metadata, finalizers } };
    if (!writeNodeClaim(this.#context.cluster, released)) return;
    const terminationDuration = elapsed(metadata.deletionTimestamp ?? now, now);
    const fact = { kind: "node-claim-terminated", nodeClaim, terminationDuration } as const;
    this.#context.recorder.record(fact, now);
  }
}
