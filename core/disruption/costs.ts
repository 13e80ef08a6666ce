import {
  type CapacityType,
  capacityTypes,
  labelCapacityType,
  labelZone,
  type Pod,
} from "../apis/index.ts";
import { type InstanceType, offeringPrice } from "../cloudprovider/index.ts";
import { evictionCost, type StateNode } from "../state/index.ts";
import { type UsdPerHour, usdPerHour } from "../units/index.ts";

/**
 * What draining any node costs, pods aside.
 *
 * @see karpenter v1.14.1 pkg/controllers/disruption/types.go PerNodeBaseDisruptionCost
 */
export const perNodeBaseDisruptionCost = 1.0;

/**
 * What moving these pods costs: 1 for the node, and each pod's eviction cost where it is positive.
 *
 * @see karpenter v1.14.1 pkg/controllers/disruption/types.go computeRescheduleDisruptionCost
 */
export function rescheduleDisruptionCost(reschedulablePods: readonly Pod[]): number {
  let cost = perNodeBaseDisruptionCost;
  for (const pod of reschedulablePods) cost += Math.max(0, evictionCost(pod));
  return cost;
}

/**
 * What the node costs per hour by the labels it has, whether it could be bought now or not; 0 when
 * its type is unknown or not offered so.
 *
 * @see karpenter v1.14.1 pkg/controllers/disruption/types.go resolveNodePrice
 */
export function nodePrice(
  stateNode: StateNode,
  instanceType: InstanceType | undefined,
): UsdPerHour {
  const capacityType = stateNode.labels[labelCapacityType];
  if (instanceType === undefined || !isCapacityType(capacityType)) return usdPerHour(0);
  const zone = stateNode.labels[labelZone] ?? "";
  return offeringPrice(instanceType, zone, capacityType) ?? usdPerHour(0);
}

function isCapacityType(value: string | undefined): value is CapacityType {
  return capacityTypes.some((each) => each === value);
}
