import {
  annotationPodDeletionCost,
  type NodeClaim,
  type NodePool,
  type Pod,
} from "../apis/index.ts";
import { elapsed, Never, type SimTime } from "../units/index.ts";
import { conditionOf } from "./conditions.ts";

const decimal = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

/**
 * What evicting the pod costs, -10 to 10, 1 for an ordinary pod: its deletion cost and its priority
 * move it. A deletion cost that is no decimal number counts as absent.
 *
 * @see karpenter v1.14.1 pkg/utils/disruption/disruption.go EvictionCost
 */
export function evictionCost(pod: Pod): number {
  let cost = 1.0;
  const deletionCost = pod.metadata.annotations[annotationPodDeletionCost];
  if (deletionCost !== undefined && decimal.test(deletionCost)) {
    cost += Number(deletionCost) / 2 ** 27;
  }
  cost += pod.spec.priority / 2 ** 25;
  return Math.min(Math.max(cost, -10), 10);
}

/**
 * The share of the NodeClaim's life that is left, 1 to 0; always 1 when it never expires.
 *
 * @see karpenter v1.14.1 pkg/utils/disruption/disruption.go LifetimeRemaining
 */
export function lifetimeRemaining(nodeClaim: NodeClaim, now: SimTime): number {
  const { expireAfter } = nodeClaim.spec;
  if (expireAfter === Never) return 1.0;
  const ageSeconds = elapsed(nodeClaim.metadata.creationTimestamp, now) / 1000;
  const totalSeconds = expireAfter / 1000;
  // A lifetime of zero has none left; upstream divides by it and clamps what comes out.
  if (totalSeconds === 0) return 0;
  return Math.min(Math.max((totalSeconds - ageSeconds) / totalSeconds, 0), 1);
}

/**
 * When `consolidateAfter` starts to count: at the last pod event, or at initialization without one.
 */
export function consolidateAfterStart(nodeClaim: NodeClaim): SimTime | undefined {
  return (
    nodeClaim.status.lastPodEventTime ?? conditionOf(nodeClaim, "Initialized")?.lastTransitionTime
  );
}

/**
 * Whether pods have come or gone too recently for the node to be consolidated or, in consolidation,
 * packed. Never so for `0s`, for `Never` and before initialization.
 *
 * @see karpenter v1.14.1 pkg/utils/disruption/disruption.go IsUnderConsolidateAfter
 */
export function isUnderConsolidateAfter(
  nodePool: NodePool | undefined,
  nodeClaim: NodeClaim | undefined,
  now: SimTime,
): boolean {
  const consolidateAfter = nodePool?.spec.disruption.consolidateAfter ?? Never;
  if (nodeClaim === undefined || consolidateAfter === Never || consolidateAfter === 0) return false;
  if (conditionOf(nodeClaim, "Initialized")?.status !== "True") return false;
  const start = consolidateAfterStart(nodeClaim);
  return start !== undefined && elapsed(start, now) < consolidateAfter;
}
