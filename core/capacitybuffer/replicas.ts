// How many pods a buffer is to have room for: the larger of a number and a share of a workload's
// replicas, within what its limits allow.
import { type CapacityBuffer, type PodSpec, templatePodSpec } from "../apis/index.ts";
import { podSpecRequests } from "../scheduling/index.ts";
import type { ResourceList } from "../units/index.ts";

/** The largest number that a buffer's status can hold. */
const int32Max = 2 ** 31 - 1;

/** The most pods that one buffer is given room for. */
export const virtualPodsMax = 100_000;

/**
 * How many pods of this shape the buffer is to have room for. Negative never, 0 without anything that
 * says how many.
 *
 * `scalableReplicas` are the workload's, absent for a buffer of a PodTemplate, whose percentage counts
 * for nothing.
 *
 * @see karpenter v1.14.1 pkg/controllers/capacitybuffer/controller.go computeReplicas
 */
export function computeReplicas(
  { replicas, percentage, limits }: CapacityBuffer["spec"],
  podSpec: PodSpec,
  scalableReplicas?: number,
): number {
  const share =
    percentage === undefined || scalableReplicas === undefined || scalableReplicas === 0
      ? undefined
      : calculatePercentageReplicas(scalableReplicas, percentage);
  const desired = Math.max(replicas ?? 0, share ?? 0);
  const isSized = replicas !== undefined || share !== undefined;
  const fitting = limits === undefined ? undefined : calculateLimitReplicas(limits, podSpec);
  if (fitting === undefined) return desired;
  return isSized ? Math.min(desired, fitting) : fitting;
}

/**
 * How many pods fit into the limits; `undefined` when no limit is on anything that they request.
 *
 * @see karpenter v1.14.1 pkg/controllers/capacitybuffer/helpers.go calculateLimitReplicas
 */
export function calculateLimitReplicas(limits: ResourceList, podSpec: PodSpec): number | undefined {
  const requests = podSpecRequests(templatePodSpec(podSpec));
  let least: number | undefined;
  for (const name in limits) {
    const request = requests[name] ?? 0;
    if (request === 0) continue;
    const fitting = Math.min(Math.floor((limits[name] ?? 0) / request), int32Max);
    if (least === undefined || fitting < least) least = fitting;
  }
  return least;
}

/**
 * The share of the workload's replicas, rounded up, and at least one where there is anything to have
 * a share of.
 *
 * @see karpenter v1.14.1 pkg/controllers/capacitybuffer/helpers.go calculatePercentageReplicas
 */
export function calculatePercentageReplicas(scalableReplicas: number, percentage: number): number {
  const share = Math.min(Math.ceil((scalableReplicas * percentage) / 100), int32Max);
  return share < 1 && percentage > 0 && scalableReplicas > 0 ? 1 : share;
}
