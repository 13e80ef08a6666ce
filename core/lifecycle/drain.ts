// Which pods of a draining node go now, and how. Ordinary pods go before DaemonSets', and critical
// ones last; each group waits until the one before is gone entirely.
import type { Pod } from "../apis/index.ts";
import {
  isActive,
  isEvictable,
  isOwnedByDaemonSet,
  isTerminating,
  isWaitingEviction,
} from "../state/index.ts";
import { elapsed, type SimTime } from "../units/index.ts";

const criticalPriorityClasses: readonly string[] = [
  "system-cluster-critical",
  "system-node-critical",
];

/** A pod that is deleted outright, because the node's time is running out. */
export interface ForcedDelete {
  readonly pod: Pod;
  readonly gracePeriodSeconds: number;
}

/** What a pass of a drain does. */
export interface DrainDecision {
  /** Pods that the node waits for; none: it is drained. */
  readonly waiting: readonly Pod[];
  readonly forcedDeletes: readonly ForcedDelete[];
  /** Active pods of the group whose turn it is. */
  readonly candidates: readonly Pod[];
  /** Those candidates whose do-not-disrupt annotation lets them go. */
  readonly evictions: readonly Pod[];
  /** Whose turn it is, and who stay for now: their do-not-disrupt annotation holds. */
  readonly protectedPods: readonly Pod[];
}

/**
 * Decides over the pods of a node. `terminationTime` is when they have to be gone at the latest.
 *
 * @see karpenter v1.14.1 pkg/controllers/node/termination/terminator/terminator.go Terminator.Drain
 */
export function decideDrain(
  pods: readonly Pod[],
  terminationTime: SimTime | undefined,
  now: SimTime,
): DrainDecision {
  const waiting = pods.filter((pod) => isWaitingEviction(pod, now));
  const firstGroup = Math.min(...waiting.map(drainGroup));
  const candidates = waiting.filter((pod) => drainGroup(pod) === firstGroup && isActive(pod));
  const forcedDeletes =
    terminationTime === undefined
      ? []
      : waiting.flatMap((pod) => forcedDelete(pod, terminationTime, now));
  const isForced = (pod: Pod): boolean => forcedDeletes.some((it) => it.pod === pod);
  return {
    waiting,
    forcedDeletes,
    candidates,
    evictions: candidates.filter((pod) => isEvictable(pod, now)),
    protectedPods: candidates.filter((pod) => !isEvictable(pod, now) && !isForced(pod)),
  };
}

/** 0 goes first: ordinary, ordinary of a DaemonSet, critical, critical of a DaemonSet. */
function drainGroup(pod: Pod): number {
  const isCritical = criticalPriorityClasses.includes(pod.spec.priorityClassName ?? "");
  return (isCritical ? 2 : 0) + (isOwnedByDaemonSet(pod) ? 1 : 0);
}

/**
 * A pod is deleted early enough for its own grace period to fit, and never with less than a second
 * of grace: without any it would vanish while its containers still run.
 *
 * @see karpenter v1.14.1 pkg/controllers/node/termination/terminator/terminator.go Terminator.DeleteExpiringPods
 */
function forcedDelete(pod: Pod, terminationTime: SimTime, now: SimTime): readonly ForcedDelete[] {
  const { deletionTimestamp } = pod.metadata;
  const isLate = deletionTimestamp !== undefined && deletionTimestamp > terminationTime;
  if (isTerminating(pod) && !isLate) return [];
  const remainingMs = elapsed(now, terminationTime);
  if (remainingMs >= pod.spec.terminationGracePeriodSeconds * 1000) return [];
  const remainingSeconds = Math.trunc(remainingMs / 1000);
  return [{ pod, gracePeriodSeconds: Math.max(remainingSeconds, 1) }];
}
