// Which pods of a node hold it, and by which rule.
import {
  annotationDoNotDisrupt,
  objectKey,
  type Pod,
  type PodDisruptionBudget,
} from "../../core/apis/index.ts";
import type { PdbLimits } from "../../core/disruption/index.ts";
import { doNotDisrupt, isActive } from "../../core/state/index.ts";
import { formatTime, type SimTime } from "../../core/units/index.ts";

/** What pods are held against. */
export interface HoldFacts {
  readonly now: SimTime;
  readonly pdbLimits: PdbLimits;
  readonly podDisruptionBudgets: readonly PodDisruptionBudget[];
}

/** Pods that an annotation keeps, with its value and, for a time, until when; a line each. */
export function protectedPods(pods: readonly Pod[], now: SimTime): readonly string[] {
  return pods.flatMap((pod) => {
    if (!isActive(pod)) return [];
    const protection = doNotDisrupt(pod, now);
    const value = JSON.stringify(pod.metadata.annotations[annotationDoNotDisrupt] ?? "");
    const rule = `pod ${objectKey(pod)}: annotation ${annotationDoNotDisrupt}: ${value}`;
    if (protection.kind === "always") return [rule];
    if (protection.kind !== "active") return [];
    const { until } = protection;
    return [`${rule}, ${until === undefined ? "not started yet" : `until ${formatTime(until)}`}`];
  });
}

/** Pods whose eviction PodDisruptionBudgets refuse, with the budget and its counts; a line each. */
export function heldByBudgets(
  pods: readonly Pod[],
  { pdbLimits, podDisruptionBudgets, now }: HoldFacts,
): readonly string[] {
  return pods.flatMap((pod) => {
    const keys = pdbLimits.blocked([pod], now)?.podDisruptionBudgets ?? [];
    if (keys.length === 0) return [];
    if (keys.length > 1)
      return [`pod ${objectKey(pod)}: matches several PodDisruptionBudgets: ${keys.join(", ")}`];
    const budget = podDisruptionBudgets.find((each) => objectKey(each) === keys[0]);
    return [`pod ${objectKey(pod)}: PodDisruptionBudget ${keys[0]} ${allows(budget)}`];
  });
}

/** `allows 0 disruptions: minAvailable 3, 3 of 3 pods healthy`. */
function allows(budget: PodDisruptionBudget | undefined): string {
  if (budget === undefined) return "";
  const { maxUnavailable, minAvailable } = budget.spec;
  const { disruptionsAllowed, currentHealthy, expectedPods } = budget.status;
  const rule =
    maxUnavailable === undefined
      ? `minAvailable ${minAvailable ?? "none"}`
      : `maxUnavailable ${maxUnavailable}`;
  const counts = `${currentHealthy} of ${expectedPods} pods healthy`;
  return `allows ${disruptionsAllowed} disruptions: ${rule}, ${counts}`;
}
