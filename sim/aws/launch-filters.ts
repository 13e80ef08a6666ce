/**
 * What is left of a NodeClaim's instance types when it is launched: filters in upstream's order. Reserved
 * capacity is not modelled, so the filters for it are not here.
 *
 * @see karpenter-provider-aws v1.14.1 pkg/providers/instance/filter/filter.go
 */
import { labelCapacityType, type CapacityType } from "../../core/apis/index.ts";
import {
  availableOfferings,
  cheapestOffering,
  compatibleOfferings,
  hasCompatibleOffering,
  truncateInstanceTypes,
  unaffordable,
  type InstanceType,
  type MinValuesPolicy,
  type Offering,
} from "../../core/cloudprovider/index.ts";
import type { Requirements } from "../../core/scheduling/index.ts";
import { allowUndefinedWellKnownLabels, Requirement } from "../../core/scheduling/index.ts";
import { fits, type ResourceList } from "../../core/units/index.ts";
import { fleetInstanceTypesMax } from "./settings.ts";

/** The choices of a fleet request, or why there are none. */
export type LaunchChoices =
  | {
      readonly kind: "choices";
      readonly capacityType: CapacityType;
      readonly types: readonly {
        readonly type: InstanceType;
        readonly offerings: readonly Offering[];
      }[];
    }
  | { readonly kind: "none"; readonly message: string };

const exoticResources = [
  "aws.amazon.com/neuron",
  "nvidia.com/gpu",
  "amd.com/gpu",
  "habana.ai/gaudi",
];

/** Narrows the NodeClass's types to those that the NodeClaim may be launched as. */
export function launchChoices(
  all: readonly InstanceType[],
  requirements: Requirements,
  requests: ResourceList,
  minValuesPolicy: MinValuesPolicy,
): LaunchChoices {
  const compatible = compatibleAvailable(all, requirements, requests);
  const hasMinValues = requirements.hasMinValues();
  const ordinary = hasMinValues ? compatible : withoutExotic(compatible);
  const affordable = hasMinValues ? ordinary : withoutDearSpot(ordinary, requirements);
  const cut = truncateInstanceTypes(
    affordable,
    requirements,
    fleetInstanceTypesMax,
    minValuesPolicy,
  );
  if (cut.kind === "min-values-unmet") return { kind: "none", message: cut.message };
  const capacityType = chooseCapacityType(cut.instanceTypes, requirements);
  const narrowed = requirements.add(Requirement.of(labelCapacityType, "In", [capacityType]));
  const types = cut.instanceTypes.flatMap((type) => {
    const offerings = compatibleOfferings(availableOfferings(type.offerings), narrowed);
    return offerings.length === 0 ? [] : [{ type, offerings }];
  });
  if (types.length === 0) {
    return { kind: "none", message: "all requested instance types were unavailable during launch" };
  }
  return { kind: "choices", capacityType, types };
}

function compatibleAvailable(
  all: readonly InstanceType[],
  requirements: Requirements,
  requests: ResourceList,
): readonly InstanceType[] {
  return all.filter(
    (type) =>
      requirements.isCompatible(type.requirements, allowUndefinedWellKnownLabels) &&
      fits(requests, type.allocatable) &&
      hasCompatibleOffering(availableOfferings(type.offerings), requirements),
  );
}

/** Bare metal and accelerators only when there is nothing else. */
function withoutExotic(types: readonly InstanceType[]): readonly InstanceType[] {
  const ordinary = types.filter(
    ({ requirements, capacity }) =>
      !(requirements.get("karpenter.k8s.aws/instance-size").only ?? "").includes("metal") &&
      exoticResources.every((name) => (capacity[name] ?? 0) === 0),
  );
  return ordinary.length > 0 ? ordinary : types;
}

/** With both capacity types open, no Spot offering that costs more than going On-Demand. */
function withoutDearSpot(
  types: readonly InstanceType[],
  requirements: Requirements,
): readonly InstanceType[] {
  const capacityTypes = requirements.get(labelCapacityType);
  if (!capacityTypes.has("spot") || !capacityTypes.has("on-demand")) return types;
  const usable = types.flatMap((type) =>
    compatibleOfferings(availableOfferings(type.offerings), requirements),
  );
  const onDemand = usable.filter(({ capacityType }) => capacityType === "on-demand");
  const hasSpot = usable.some(({ capacityType }) => capacityType === "spot");
  if (!hasSpot || onDemand.length === 0) return types;
  const limit = cheapestOffering(onDemand)?.priceUsdPerHour ?? unaffordable;
  return types.flatMap((type) => {
    const offerings = type.offerings.filter(
      ({ available, capacityType, priceUsdPerHour }) =>
        available && (capacityType !== "spot" || priceUsdPerHour <= limit),
    );
    return offerings.length === 0 ? [] : [{ ...type, offerings }];
  });
}

/** Spot whenever it may be had: one capacity type a request, no falling back inside it. */
function chooseCapacityType(
  types: readonly InstanceType[],
  requirements: Requirements,
): CapacityType {
  const isSpotPossible =
    requirements.get(labelCapacityType).has("spot") &&
    types.some((type) =>
      compatibleOfferings(availableOfferings(type.offerings), requirements).some(
        ({ capacityType }) => capacityType === "spot",
      ),
    );
  return isSpotPossible ? "spot" : "on-demand";
}
