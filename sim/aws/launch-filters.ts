/**
 * What is left of a NodeClass's instance types when a NodeClaim is launched: filters in upstream's
 * order. Reserved capacity is not modelled, so the three filters for it are not here.
 *
 * @see karpenter-provider-aws v1.14.1 pkg/providers/instance/filter/filter.go
 * @see karpenter-provider-aws v1.14.1 pkg/providers/instance/instance.go filterInstanceTypes
 */
import { labelCapacityType, labelInstanceType, type CapacityType } from "../../core/apis/index.ts";
import {
  allocatableOfferings,
  hasCompatibleOffering,
  isCompatibleOffering,
  truncateInstanceTypes,
  type InstanceType,
  type MinValuesPolicy,
  type Offering,
} from "../../core/cloudprovider/index.ts";
import type { Requirements } from "../../core/scheduling/index.ts";
import { allowUndefinedWellKnownLabels, Requirement } from "../../core/scheduling/index.ts";
import { fits, invariant, type ResourceList } from "../../core/units/index.ts";
import { fleetInstanceTypesMax } from "./settings.ts";

/** One instance type of a fleet request with the offerings to try. */
export interface LaunchChoice {
  readonly instanceType: string;
  readonly offerings: readonly Offering[];
}

/** The choices of a fleet request, cheapest type first, or why there are none. */
export type LaunchChoices =
  | {
      readonly kind: "choices";
      readonly capacityType: CapacityType;
      readonly choices: readonly LaunchChoice[];
    }
  | { readonly kind: "none"; readonly message: string };

const exoticResources = [
  "aws.amazon.com/neuron",
  "aws.amazon.com/neuroncore",
  "amd.com/gpu",
  "nvidia.com/gpu",
  "habana.ai/gaudi",
];

/**
 * The instance types and offerings that a NodeClaim with these requirements and requests is launched
 * with, out of all types of its NodeClass; 60 types at most, one capacity type.
 */
export function launchChoices(
  all: readonly InstanceType[],
  requirements: Requirements,
  requests: ResourceList,
  minValuesPolicy: MinValuesPolicy,
): LaunchChoices {
  const compatible = compatibleAvailable(all, requirements, requests);
  if (compatible.length === 0) {
    return { kind: "none", message: "all requested instance types were unavailable during launch" };
  }
  const hasMinValues = requirements.hasMinValues();
  const ordinary = hasMinValues ? compatible : withoutExotic(compatible);
  const affordable = hasMinValues ? ordinary : withoutDearSpot(ordinary, requirements);
  const cut = truncateInstanceTypes(
    affordable,
    requirements,
    fleetInstanceTypesMax,
    minValuesPolicy,
  );
  if (cut.kind === "min-values-unmet") {
    const message = `truncating instance types based on the passed-in requirements, ${cut.message}`;
    return { kind: "none", message };
  }
  const capacityType = chooseCapacityType(cut.instanceTypes, requirements);
  const narrowed = withCapacityType(requirements, capacityType);
  const choices = cut.instanceTypes.flatMap(({ name, offerings }) => {
    const open = offerings.filter((it) => it.available && isCompatibleOffering(narrowed, it));
    return open.length === 0 ? [] : [{ instanceType: name, offerings: open }];
  });
  // Every type that came through the first filter has an available, compatible offering.
  invariant(choices.length > 0, "a launch has types but no offerings");
  return { kind: "choices", capacityType, choices };
}

/** @see karpenter-provider-aws v1.14.1 pkg/providers/instance/filter/filter.go CompatibleAvailableFilter */
function compatibleAvailable(
  all: readonly InstanceType[],
  requirements: Requirements,
  requests: ResourceList,
): readonly InstanceType[] {
  // Asked first because it is cheap and most types fail it; the full comparison asks it again.
  const names = requirements.get(labelInstanceType);
  return all.filter(
    (type) =>
      names.has(type.name) &&
      requirements.isCompatible(type.requirements, allowUndefinedWellKnownLabels) &&
      allocatableOfferings(type).some(
        ({ allocatable, offerings }) =>
          fits(requests, allocatable) && hasCompatibleOffering(offerings, requirements),
      ),
  );
}

/**
 * Bare metal and accelerators only when there is nothing else.
 *
 * @see karpenter-provider-aws v1.14.1 pkg/providers/instance/filter/filter.go ExoticInstanceTypeFilter
 */
function withoutExotic(types: readonly InstanceType[]): readonly InstanceType[] {
  const ordinary = types.filter(
    ({ requirements, capacity }) =>
      !requirements
        .get("karpenter.k8s.aws/instance-size")
        .sortedValues.some((size) => size.includes("metal")) &&
      exoticResources.every((name) => (capacity[name] ?? 0) === 0),
  );
  return ordinary.length > 0 ? ordinary : types;
}

/**
 * With both capacity types open, no Spot offering that costs more than the cheapest On-Demand one.
 *
 * @see karpenter-provider-aws v1.14.1 pkg/providers/instance/filter/filter.go SpotOfferingFilter
 */
function withoutDearSpot(
  types: readonly InstanceType[],
  requirements: Requirements,
): readonly InstanceType[] {
  const capacityTypes = requirements.get(labelCapacityType);
  if (!capacityTypes.has("spot") || !capacityTypes.has("on-demand")) return types;
  let limit: number | undefined;
  let hasSpot = false;
  for (const { offerings } of types) {
    for (const offering of offerings) {
      if (!offering.available || !isCompatibleOffering(requirements, offering)) continue;
      const { capacityType, priceUsdPerHour } = offering;
      if (capacityType === "spot") hasSpot = true;
      else if (limit === undefined || priceUsdPerHour < limit) limit = priceUsdPerHour;
    }
  }
  if (!hasSpot || limit === undefined) return types;
  const highest = limit;
  const isDear = ({ capacityType, priceUsdPerHour }: Offering) =>
    capacityType === "spot" && priceUsdPerHour > highest;
  return types.flatMap((type) => {
    if (!type.offerings.some(isDear)) return [type];
    const offerings = type.offerings.filter((offering) => !isDear(offering));
    return offerings.length === 0 ? [] : [{ ...type, offerings }];
  });
}

/**
 * Spot whenever it may be had: one capacity type a request, no falling back inside it.
 *
 * @see karpenter-provider-aws v1.14.1 pkg/providers/instance/instance.go getCapacityType
 */
function chooseCapacityType(
  types: readonly InstanceType[],
  requirements: Requirements,
): CapacityType {
  if (!requirements.get(labelCapacityType).has("spot")) return "on-demand";
  const spot = withCapacityType(requirements, "spot");
  const isSpotPossible = types.some(({ offerings }) =>
    offerings.some((it) => it.available && isCompatibleOffering(spot, it)),
  );
  return isSpotPossible ? "spot" : "on-demand";
}

function withCapacityType(requirements: Requirements, capacityType: CapacityType): Requirements {
  return requirements.replace(Requirement.of(labelCapacityType, "In", [capacityType]));
}
