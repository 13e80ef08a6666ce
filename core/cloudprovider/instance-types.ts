import { minValuesMessage, type Requirements, satisfiesMinValues } from "../scheduling/index.ts";
import { goSort, type UsdPerHour } from "../units/index.ts";
import type { InstanceType } from "./instance-type.ts";
import { launchPrices } from "./launch-prices.ts";
import { unaffordable } from "./offerings.ts";

/**
 * The lowest price among available offerings that fit the requirements; `unaffordable` for none.
 *
 * @see karpenter v1.14.1 pkg/cloudprovider/types.go InstanceTypes.OrderByPrice
 */
export function launchPrice(instanceType: InstanceType, requirements: Requirements): UsdPerHour {
  return launchPrices(instanceType, requirements).lowest;
}

/**
 * The types by ascending `launchPrice`. Ties fall as Go's unstable sort leaves them, so they depend
 * on the order given: hand in what the previous ordering returned where upstream sorts in place.
 *
 * @see karpenter v1.14.1 pkg/cloudprovider/types.go InstanceTypes.OrderByPrice
 */
export function orderByPrice(
  instanceTypes: readonly InstanceType[],
  requirements: Requirements,
): readonly InstanceType[] {
  const priced = instanceTypes.map((instanceType) => ({
    instanceType,
    price: launchPrice(instanceType, requirements),
  }));
  goSort(priced, (a, b) => a.price < b.price);
  return priced.map(({ instanceType }) => instanceType);
}

/**
 * The types with an available offering that fits the requirements, in their order.
 *
 * @see karpenter v1.14.1 pkg/cloudprovider/types.go InstanceTypes.Compatible
 */
export function compatibleInstanceTypes(
  instanceTypes: readonly InstanceType[],
  requirements: Requirements,
): readonly InstanceType[] {
  return instanceTypes.filter(
    (instanceType) => launchPrice(instanceType, requirements) !== unaffordable,
  );
}

/** How strictly minValues are taken; BestEffort gives way where they cannot be met. */
export type MinValuesPolicy = "Strict" | "BestEffort";

/** What `truncateInstanceTypes` kept, or why nothing may be cut off. */
export type TruncateResult =
  | { readonly kind: "truncated"; readonly instanceTypes: readonly InstanceType[] }
  | {
      readonly kind: "min-values-unmet";
      /** All types, by price. */
      readonly instanceTypes: readonly InstanceType[];
      readonly unsatisfied: ReadonlyMap<string, number>;
      readonly message: string;
    };

/**
 * The cheapest `maxItems` types, by price. Under the Strict policy they must leave open as many
 * values as the requirements' minValues ask for.
 *
 * @see karpenter v1.14.1 pkg/cloudprovider/types.go InstanceTypes.Truncate
 */
export function truncateInstanceTypes(
  instanceTypes: readonly InstanceType[],
  requirements: Requirements,
  maxItems: number,
  policy: MinValuesPolicy,
): TruncateResult {
  const ordered = orderByPrice(instanceTypes, requirements);
  const kept = ordered.slice(0, maxItems);
  if (policy === "BestEffort" || !requirements.hasMinValues()) {
    return { kind: "truncated", instanceTypes: kept };
  }
  const { unsatisfied } = satisfiesMinValues(kept, requirements);
  if (unsatisfied.size === 0) return { kind: "truncated", instanceTypes: kept };
  const message = `validating minValues, ${minValuesMessage(unsatisfied)}`;
  return { kind: "min-values-unmet", instanceTypes: ordered, unsatisfied, message };
}

/** Whether a NodeOverlay set a price of the type. */
export function isPriceOverlaid(instanceType: InstanceType): boolean {
  return instanceType.offerings.some((offering) => offering.isPriceOverlaid === true);
}
