import type { Pod, PodDisruptionBudget } from "../apis/index.ts";
import { isDisruptable, isEvictable, isReschedulable } from "../state/index.ts";
import type { SimTime } from "../units/index.ts";
import { budgetsSelecting } from "./budget-selection.ts";

/**
 * Whether the pod will need another place when its node goes, and can be made to leave it: no
 * active do-not-disrupt annotation, no budget that never lets it go.
 *
 * @see karpenter v1.14.1 pkg/utils/pdb/pdb.go Limits.IsCurrentlyReschedulable
 */
export function isCurrentlyReschedulable(
  pod: Pod,
  podDisruptionBudgets: readonly PodDisruptionBudget[],
  now: SimTime,
): boolean {
  return (
    isReschedulable(pod) &&
    isDisruptable(pod, now) &&
    !isFullyBlocked(pod, podDisruptionBudgets, now)
  );
}

/**
 * Whether budgets keep the pod from ever being evicted: two that select it, or one that allows no
 * disruption at all. An unhealthy pod passes a budget that always lets unhealthy pods go.
 *
 * @see karpenter v1.14.1 pkg/utils/pdb/pdb.go Limits.isFullyBlocked
 */
export function isFullyBlocked(
  pod: Pod,
  podDisruptionBudgets: readonly PodDisruptionBudget[],
  now: SimTime,
): boolean {
  const [place, ...others] = budgetsSelecting(pod, podDisruptionBudgets);
  const only = place === undefined ? undefined : podDisruptionBudgets[place];
  if (only === undefined || !isEvictable(pod, now)) return false;
  if (others.length > 0) return true;
  if (only.spec.unhealthyPodEvictionPolicy === "AlwaysAllow" && isUnready(pod)) return false;
  return isFullyBlocking(only);
}

function isUnready(pod: Pod): boolean {
  return pod.status.conditions.some(({ type, status }) => type === "Ready" && status === "False");
}

function isFullyBlocking({ spec: { maxUnavailable, minAvailable } }: PodDisruptionBudget): boolean {
  return maxUnavailable === 0 || maxUnavailable === "0%" || minAvailable === "100%";
}
