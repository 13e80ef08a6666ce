import type { Pod, PodDisruptionBudget } from "../apis/index.ts";
import { labelSelectorMatches } from "../scheduling/index.ts";
import { isDisruptable, isEvictable, isReschedulable } from "../state/index.ts";
import type { SimTime } from "../units/index.ts";

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
  if (podDisruptionBudgets.length === 0 || !isEvictable(pod, now)) return false;
  const { namespace, labels } = pod.metadata;
  const matching = podDisruptionBudgets.filter(
    ({ metadata, spec }) =>
      metadata.namespace === namespace && labelSelectorMatches(spec.selector, labels),
  );
  const [only] = matching;
  if (only === undefined || matching.length > 1) return matching.length > 1;
  if (only.spec.unhealthyPodEvictionPolicy === "AlwaysAllow" && isUnready(pod)) return false;
  return isFullyBlocking(only);
}

function isUnready(pod: Pod): boolean {
  return pod.status.conditions.some(({ type, status }) => type === "Ready" && status === "False");
}

function isFullyBlocking({ spec: { maxUnavailable, minAvailable } }: PodDisruptionBudget): boolean {
  return maxUnavailable === 0 || maxUnavailable === "0%" || minAvailable === "100%";
}
