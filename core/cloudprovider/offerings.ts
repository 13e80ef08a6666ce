import { type CapacityType, labelCapacityType } from "../apis/index.ts";
import { allowUndefinedWellKnownLabels, Requirement, Requirements } from "../scheduling/index.ts";
import { type UsdPerHour, usdPerHour } from "../units/index.ts";
import type { InstanceType, Offering } from "./instance-type.ts";

/** The price of what cannot be bought: the largest number, as upstream. */
export const unaffordable: UsdPerHour = usdPerHour(Number.MAX_VALUE);

/** Capacity types in the order in which a launch prefers them. */
const launchOrder: readonly Requirements[] = (["reserved", "spot", "on-demand"] as const).map(
  (capacityType) => Requirements.of(Requirement.of(labelCapacityType, "In", [capacityType])),
);

/** The available ones, in their order. */
export function availableOfferings(offerings: readonly Offering[]): readonly Offering[] {
  return offerings.filter((offering) => offering.available);
}

/**
 * Whether a node with these requirements may come from the offering, whether available or not.
 *
 * @see karpenter v1.14.1 pkg/cloudprovider/types.go Offerings.Compatible
 */
export function isCompatibleOffering(requirements: Requirements, offering: Offering): boolean {
  return requirements.isCompatible(offering.requirements, allowUndefinedWellKnownLabels);
}

/**
 * The offerings from which a node with these requirements may come, in their order.
 *
 * @see karpenter v1.14.1 pkg/cloudprovider/types.go Offerings.Compatible
 */
export function compatibleOfferings(
  offerings: readonly Offering[],
  requirements: Requirements,
): readonly Offering[] {
  return offerings.filter((offering) => isCompatibleOffering(requirements, offering));
}

/**
 * Whether there is such an offering; allocates nothing.
 *
 * @see karpenter v1.14.1 pkg/cloudprovider/types.go Offerings.HasCompatible
 */
export function hasCompatibleOffering(
  offerings: readonly Offering[],
  requirements: Requirements,
): boolean {
  for (const offering of offerings) {
    if (isCompatibleOffering(requirements, offering)) return true;
  }
  return false;
}

/**
 * The offering with the lowest price, the first of equals; `undefined` for none.
 *
 * @see karpenter v1.14.1 pkg/cloudprovider/types.go Offerings.Cheapest
 */
export function cheapestOffering(offerings: readonly Offering[]): Offering | undefined {
  let cheapest = offerings[0];
  for (const offering of offerings) {
    if (cheapest !== undefined && offering.priceUsdPerHour < cheapest.priceUsdPerHour) {
      cheapest = offering;
    }
  }
  return cheapest;
}

/**
 * The offering with the highest price, the first of equals; `undefined` for none.
 *
 * @see karpenter v1.14.1 pkg/cloudprovider/types.go Offerings.MostExpensive
 */
export function mostExpensiveOffering(offerings: readonly Offering[]): Offering | undefined {
  let dearest = offerings[0];
  for (const offering of offerings) {
    if (dearest !== undefined && offering.priceUsdPerHour > dearest.priceUsdPerHour) {
      dearest = offering;
    }
  }
  return dearest;
}

/**
 * The most that a launch with these requirements may cost: the highest price within the capacity
 * type that would be launched, which is reserved before spot before on-demand. `unaffordable` when
 * no offering is compatible. Availability is not looked at; pass available offerings.
 *
 * @see karpenter v1.14.1 pkg/cloudprovider/types.go Offerings.WorstLaunchPrice
 */
export function worstLaunchPrice(
  offerings: readonly Offering[],
  requirements: Requirements,
): UsdPerHour {
  const compatible = compatibleOfferings(offerings, requirements);
  for (const capacityType of launchOrder) {
    const dearest = mostExpensiveOffering(compatibleOfferings(compatible, capacityType));
    if (dearest !== undefined) return dearest.priceUsdPerHour;
  }
  return unaffordable;
}

/**
 * The price of the first offering in a zone with a capacity type; `undefined` when not offered.
 *
 * @see karpenter v1.14.1 pkg/cloudprovider/types.go InstanceType.OfferingPrice
 */
export function offeringPrice(
  instanceType: InstanceType,
  zone: string,
  capacityType: CapacityType,
): UsdPerHour | undefined {
  return instanceType.offerings.find(
    (offering) => offering.zone === zone && offering.capacityType === capacityType,
  )?.priceUsdPerHour;
}
