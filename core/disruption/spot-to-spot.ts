import { compatibleInstanceTypes } from "../cloudprovider/index.ts";
import type { SchedulingNodeClaim } from "../provisioning/index.ts";
import { satisfiesMinValues } from "../scheduling/index.ts";
import { removeDearTypes, type SetRefusal, withCapacityType } from "./price-filter.ts";
import type { DisruptionOptions } from "./options.ts";
import { sentences } from "./reasons.ts";

/**
 * How many cheaper types a single spot node's spot replacement needs.
 *
 * @see karpenter v1.14.1 pkg/controllers/disruption/consolidation.go MinInstanceTypesForSpotToSpotConsolidation
 */
export const spotToSpotInstanceTypesMin = 15;

/**
 * The spot replacement of spot nodes, or why there is none. Types come ordered by price.
 *
 * A single node needs 15 cheaper types, and no more than the 15 cheapest are asked for: what is
 * launched is then always among the 15 cheapest, so the next look finds no 15 cheaper ones. Without
 * that, nodes would ratchet down to the cheapest and most often interrupted type, move by move.
 *
 * @see karpenter v1.14.1 pkg/controllers/disruption/consolidation.go computeSpotToSpotConsolidation
 * @see karpenter designs/spot-consolidation.md
 */
export function spotToSpotOptions(
  candidateCount: number,
  nodeClaim: SchedulingNodeClaim,
  candidatePrice: number,
  options: DisruptionOptions,
): SchedulingNodeClaim | SetRefusal {
  const event = "Unconsolidatable";
  if (!options.spotToSpotConsolidation) {
    const sentence = sentences.spotToSpotDisabled();
    return { code: "disruption/spot-to-spot-disabled", sentence, event };
  }
  const spot = withCapacityType(nodeClaim, "spot");
  const { requirements } = spot;
  const offered = compatibleInstanceTypes(spot.instanceTypeOptions, requirements);
  const cheaper = removeDearTypes({ ...spot, instanceTypeOptions: offered }, candidatePrice);
  if ("code" in cheaper || candidateCount > 1) return cheaper;
  const { instanceTypeOptions } = cheaper;
  const min = options.experiments.spotToSpotInstanceTypesMin ?? spotToSpotInstanceTypesMin;
  if (instanceTypeOptions.length < min) {
    const sentence = sentences.spotToSpotFlexibility(min, instanceTypeOptions.length);
    return { code: "disruption/spot-to-spot-flexibility", sentence, event };
  }
  const needed = requirements.hasMinValues()
    ? satisfiesMinValues(instanceTypeOptions, requirements).needed
    : 0;
  return { ...cheaper, instanceTypeOptions: instanceTypeOptions.slice(0, Math.max(min, needed)) };
}
