// What is left of a replacement once everything is gone that isn't cheaper.
import { type CapacityType, labelCapacityType } from "../apis/index.ts";
import { type InstanceType, launchPrices } from "../cloudprovider/index.ts";
import type { SchedulingNodeClaim } from "../provisioning/index.ts";
import { minValuesMessage, Requirement, satisfiesMinValues } from "../scheduling/index.ts";
import { type BlockedBy, type RefusalCode, sentences } from "./reasons.ts";

/** Why a set of nodes cannot go; told of a node when the set is that node alone. */
export interface SetRefusal {
  readonly code: RefusalCode;
  readonly sentence: string;
  /** The event that upstream publishes. */
  readonly event?: "Unconsolidatable";
  readonly blockedBy?: BlockedBy;
}

/** The NodeClaim with its capacity type restricted to one. */
export function withCapacityType(
  nodeClaim: SchedulingNodeClaim,
  capacityType: CapacityType,
): SchedulingNodeClaim {
  const requirement = Requirement.of(labelCapacityType, "In", [capacityType]);
  return { ...nodeClaim, requirements: nodeClaim.requirements.add(requirement) };
}

/** The types whose worst launch is cheaper than a price. */
function cheaperTypes(
  { instanceTypeOptions, requirements }: SchedulingNodeClaim,
  price: number,
): readonly InstanceType[] {
  return instanceTypeOptions.filter(
    (instanceType) => launchPrices(instanceType, requirements).worst < price,
  );
}

/**
 * The NodeClaim with only the types whose worst launch is cheaper than the price, or why that won't
 * do: minValues no longer hold, or nothing is left.
 *
 * @see karpenter v1.14.1 pkg/controllers/provisioning/scheduling/nodeclaim.go RemoveInstanceTypeOptionsByPriceAndMinValues
 */
export function removeDearTypes(
  nodeClaim: SchedulingNodeClaim,
  price: number,
): SchedulingNodeClaim | SetRefusal {
  const instanceTypeOptions = cheaperTypes(nodeClaim, price);
  const event = "Unconsolidatable";
  const { unsatisfied } = satisfiesMinValues(instanceTypeOptions, nodeClaim.requirements);
  if (unsatisfied.size > 0) {
    const text = sentences.minValuesUnmet(minValuesMessage(unsatisfied));
    return { code: "disruption/min-values-unmet", sentence: text, event };
  }
  if (instanceTypeOptions.length === 0) {
    const text = sentences.noCheaperReplacement();
    return { code: "disruption/no-cheaper-replacement", sentence: text, event };
  }
  return { ...nodeClaim, instanceTypeOptions };
}
