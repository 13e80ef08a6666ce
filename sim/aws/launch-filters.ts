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
  cheapestOffering,
  isCompatibleOffering,
  truncateInstanceTypes,
  unaffordable,
  type InstanceType,
  type MinValuesPolicy,
  type Offering,
} from "../../core/cloudprovider/index.ts";
import type { Requirements } from "../../core/scheduling/index.ts";
import { allowUndefinedWellKnownLabels } from "../../core/scheduling/index.ts";
import { fits, goSort, type ResourceList } from "../../core/units/index.ts";
import { fleetInstanceTypesMax } from "./settings.ts";

/** One instance type of a fleet request with the offerings to try. */
export interface LaunchChoice {
  readonly instanceType: string;
  readonly typeRequirements: Requirements;
  readonly offerings: readonly Offering[];
}

/**
 * Why On-Demand is bought: the NodeClaim allows nothing else; no Spot offering of its types is there;
 * each that is costs more than the cheapest On-Demand one.
 */
export type OnDemandReason = "required" | "spot-unavailable" | "spot-dearer";

/** The choices of a fleet request, cheapest type first, or why there are none. */
export type LaunchChoices =
  | {
      readonly kind: "choices";
      readonly capacityType: CapacityType;
      /** Where it is On-Demand. */
      readonly onDemandReason?: OnDemandReason;
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

/** A type that passed the first filter, with its available, compatible offerings: at least one. */
interface Candidate {
  readonly type: InstanceType;
  readonly open: readonly Offering[];
}

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
  const cheapest = orderByPrice(affordable).slice(0, fleetInstanceTypesMax);
  // They are in order already; this looks at minValues only.
  const cut = truncateInstanceTypes(
    cheapest.map(({ type }) => type),
    requirements,
    fleetInstanceTypesMax,
    minValuesPolicy,
  );
  if (cut.kind === "min-values-unmet") {
    const message = `truncating instance types based on the passed-in requirements, ${cut.message}`;
    return { kind: "none", message };
  }
  const capacityType = chooseCapacityType(cheapest);
  const choices = cheapest.flatMap(({ type, open }) => {
    const offerings = open.filter((offering) => offering.capacityType === capacityType);
    return offerings.length === 0
      ? []
      : [{ instanceType: type.name, typeRequirements: type.requirements, offerings }];
  });
  if (capacityType !== "on-demand") return { kind: "choices", capacityType, choices };
  const onDemandReason = reasonForOnDemand(compatible, requirements);
  return { kind: "choices", capacityType, onDemandReason, choices };
}

/**
 * Types that fit, of which an offering is there. Offerings share their requirements by zone and
 * capacity type, so that thousands of offerings come down to a few comparisons.
 *
 * @see karpenter-provider-aws v1.14.1 pkg/providers/instance/filter/filter.go CompatibleAvailableFilter
 */
function compatibleAvailable(
  all: readonly InstanceType[],
  requirements: Requirements,
  requests: ResourceList,
): readonly Candidate[] {
  // Asked first because it is cheap and most types fail it; the full comparison asks it again.
  const names = requirements.get(labelInstanceType);
  const known = new Map<Requirements, boolean>();
  const isOpen = (offering: Offering): boolean => {
    let isCompatible = known.get(offering.requirements);
    if (isCompatible === undefined) {
      isCompatible = isCompatibleOffering(requirements, offering);
      known.set(offering.requirements, isCompatible);
    }
    return isCompatible;
  };
  const candidates: Candidate[] = [];
  for (const type of all) {
    if (!names.has(type.name)) continue;
    // All offerings of a type count once those of one group fit.
    const groups = allocatableOfferings(type);
    const hasRoom = groups.some(
      ({ allocatable, offerings }) => fits(requests, allocatable) && offerings.some(isOpen),
    );
    if (!hasRoom) continue;
    if (!requirements.isCompatible(type.requirements, allowUndefinedWellKnownLabels)) continue;
    candidates.push({ type, open: type.offerings.filter((it) => it.available && isOpen(it)) });
  }
  return candidates;
}

/**
 * Bare metal and accelerators only when there is nothing else.
 *
 * @see karpenter-provider-aws v1.14.1 pkg/providers/instance/filter/filter.go ExoticInstanceTypeFilter
 */
function withoutExotic(candidates: readonly Candidate[]): readonly Candidate[] {
  const ordinary = candidates.filter(
    ({ type }) =>
      !type.requirements
        .get("karpenter.k8s.aws/instance-size")
        .sortedValues.some((size) => size.includes("metal")) &&
      exoticResources.every((name) => (type.capacity[name] ?? 0) === 0),
  );
  return ordinary.length > 0 ? ordinary : candidates;
}

/**
 * With both capacity types open, no Spot offering that costs more than the cheapest On-Demand one.
 *
 * @see karpenter-provider-aws v1.14.1 pkg/providers/instance/filter/filter.go SpotOfferingFilter
 */
function withoutDearSpot(
  candidates: readonly Candidate[],
  requirements: Requirements,
): readonly Candidate[] {
  const capacityTypes = requirements.get(labelCapacityType);
  if (!capacityTypes.has("spot") || !capacityTypes.has("on-demand")) return candidates;
  let limit: number | undefined;
  for (const { open } of candidates) {
    for (const { capacityType, priceUsdPerHour } of open) {
      if (capacityType === "spot") continue;
      if (limit === undefined || priceUsdPerHour < limit) limit = priceUsdPerHour;
    }
  }
  if (limit === undefined) return candidates;
  const highest = limit;
  const isDear = ({ capacityType, priceUsdPerHour }: Offering) =>
    capacityType === "spot" && priceUsdPerHour > highest;
  return candidates.flatMap((candidate) => {
    if (!candidate.open.some(isDear)) return [candidate];
    const open = candidate.open.filter((offering) => !isDear(offering));
    return open.length === 0 ? [] : [{ type: candidate.type, open }];
  });
}

/** By the cheapest offering; ties as Go's unstable sort leaves them. */
function orderByPrice(candidates: readonly Candidate[]): readonly Candidate[] {
  const priced = candidates.map((candidate) => ({
    candidate,
    price: cheapestOffering(candidate.open)?.priceUsdPerHour ?? unaffordable,
  }));
  goSort(priced, (left, right) => left.price < right.price);
  return priced.map(({ candidate }) => candidate);
}

/**
 * Spot whenever it may be had: one capacity type a request, no falling back inside it.
 *
 * @see karpenter-provider-aws v1.14.1 pkg/providers/instance/instance.go getCapacityType
 */
function chooseCapacityType(candidates: readonly Candidate[]): CapacityType {
  return hasSpot(candidates) ? "spot" : "on-demand";
}

function reasonForOnDemand(
  compatible: readonly Candidate[],
  requirements: Requirements,
): OnDemandReason {
  if (!requirements.get(labelCapacityType).has("spot")) return "required";
  return hasSpot(compatible) ? "spot-dearer" : "spot-unavailable";
}

function hasSpot(candidates: readonly Candidate[]): boolean {
  return candidates.some(({ open }) => open.some(({ capacityType }) => capacityType === "spot"));
}
