import type { NodeClaim, NodePool } from "../apis/index.ts";
import {
  clearCondition,
  consolidateAfterStart,
  isConditionTrue,
  isUnderConsolidateAfter,
  setCondition,
} from "../state/index.ts";
import { after, Never, type SimTime } from "../units/index.ts";

/** The NodeClaim with or without the condition, and when that may change by time alone. */
export interface ConsolidatableDecision {
  readonly nodeClaim: NodeClaim;
  readonly requeueAt?: SimTime;
}

/**
 * Whether pods have left the node alone for as long as its NodePool asks: then Consolidatable is
 * True, otherwise it is absent. Without a pod event the time runs from initialization.
 *
 * @see karpenter v1.14.1 pkg/controllers/nodeclaim/disruption/consolidation.go Consolidation.Reconcile
 */
export function decideConsolidatable(
  nodePool: NodePool,
  nodeClaim: NodeClaim,
  now: SimTime,
): ConsolidatableDecision {
  const { consolidateAfter } = nodePool.spec.disruption;
  const type = "Consolidatable";
  if (consolidateAfter === Never || !isConditionTrue(nodeClaim, "Initialized")) {
    return { nodeClaim: clearCondition(nodeClaim, type) };
  }
  const start = consolidateAfterStart(nodeClaim);
  if (start !== undefined && isUnderConsolidateAfter(nodePool, nodeClaim, now)) {
    const requeueAt = after(start, consolidateAfter);
    return { nodeClaim: clearCondition(nodeClaim, type), requeueAt };
  }
  return { nodeClaim: setCondition(nodeClaim, { type, status: "True" }, now) };
}
