import type { IntOrPercent, PodDisruptionBudget } from "../../core/apis/index.ts";
import { minutes } from "../../core/units/index.ts";
import type { SimTime } from "../../core/units/index.ts";

/** After this time an evicted pod that is still there counts as healthy again. */
export const disruptedPodTimeout = minutes(2);

/** What a budget's status is computed from. */
export interface BudgetInput {
  /** Matching pods that are Ready, not terminating and not recorded as disrupted. */
  readonly currentHealthy: number;
  /** All matching pods. */
  readonly matchingPods: number;
  /**
   * Sum of the scales of the matching pods' controllers, each counted once; undefined when one of
   * them has no scale, which fails the sync.
   */
  readonly controllerScale: number | undefined;
}

/** The numbers of a budget's status. */
export type BudgetCounts = Pick<
  PodDisruptionBudget["status"],
  "disruptionsAllowed" | "currentHealthy" | "desiredHealthy" | "expectedPods"
>;

/**
 * A count or a percentage of `total`, percentages rounded up or down.
 *
 * @see k8s.io/apimachinery pkg/util/intstr/intstr.go GetScaledValueFromIntOrPercent
 */
export function scaledValue(value: IntOrPercent, total: number, rounding: "up" | "down"): number {
  if (typeof value === "number") return value;
  const scaled = (Number(value.slice(0, -1)) * total) / 100;
  return rounding === "up" ? Math.ceil(scaled) : Math.floor(scaled);
}

/**
 * How many pods a budget lets go right now.
 *
 * Percentages round up, for maxUnavailable too. An integer minAvailable expects the pods that are
 * there; every other form expects what the controllers want, and without a scale the sync fails:
 * undefined. Neither field set allows nothing.
 *
 * @see kubernetes pkg/controller/disruption/disruption.go getExpectedPodCount updatePdbStatus
 */
export function budgetCounts(
  spec: PodDisruptionBudget["spec"],
  input: BudgetInput,
): BudgetCounts | undefined {
  const { currentHealthy, matchingPods, controllerScale } = input;
  const { minAvailable, maxUnavailable } = spec;
  let expectedPods = 0;
  let desiredHealthy = 0;
  if (maxUnavailable !== undefined) {
    if (controllerScale === undefined) return undefined;
    expectedPods = controllerScale;
    desiredHealthy = Math.max(0, expectedPods - scaledValue(maxUnavailable, expectedPods, "up"));
  } else if (typeof minAvailable === "number") {
    expectedPods = matchingPods;
    desiredHealthy = minAvailable;
  } else if (minAvailable !== undefined) {
    if (controllerScale === undefined) return undefined;
    expectedPods = controllerScale;
    desiredHealthy = scaledValue(minAvailable, expectedPods, "up");
  }
  const disruptionsAllowed = expectedPods === 0 ? 0 : Math.max(0, currentHealthy - desiredHealthy);
  return { disruptionsAllowed, currentHealthy, desiredHealthy, expectedPods };
}

/** The recorded disruptions that still count at `now`, in key order. */
export function liveDisruptions(
  disruptedPods: Readonly<Record<string, SimTime>>,
  now: SimTime,
  isPending: (podName: string) => boolean,
): Readonly<Record<string, SimTime>> {
  const live: Record<string, SimTime> = {};
  for (const name of Object.keys(disruptedPods).sort()) {
    const at = disruptedPods[name];
    if (at !== undefined && at + disruptedPodTimeout > now && isPending(name)) live[name] = at;
  }
  return live;
}
