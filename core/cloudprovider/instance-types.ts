import { minValuesMessage, type Requirements, satisfiesMinValues } from "../scheduling/index.ts";
import { goSort, type UsdPerHour } from "../units/index.ts";
import type { InstanceType } from "./instance-type.ts";
import { hasOrdinaryOfferings, launchPrices, offeringView } from "./launch-prices.ts";
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
  const view = offeringView(requirements);
  let orderings = orderedByTypes.get(instanceTypes);
  const known = orderings?.get(view);
  if (known !== undefined) return known;
  const priced = instanceTypes.map((instanceType) => ({
    instanceType,
    price: launchPrice(instanceType, requirements),
  }));
  goSort(priced, (a, b) => a.price < b.price);
  const ordered = priced.map(({ instanceType }) => instanceType);
  if (!instanceTypes.every(hasOrdinaryOfferings)) return ordered;
  orderings ??= new Map();
  orderings.set(view, ordered);
  orderedByTypes.set(instanceTypes, orderings);
  return ordered;
}

/** Orderings of a list by what requirements say of offerings: simulations ask again and again. */
const orderedByTypes = new WeakMap<readonly InstanceType[], Map<string, readonly InstanceType[]>>();

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
  const kept = firstOf(ordered, maxItems);
  if (policy === "BestEffort" || !requirements.hasMinValues()) {
    return { kind: "truncated", instanceTypes: kept };
  }
  const { unsatisfied } = satisfiesMinValues(kept, requirements);
  if (unsatisfied.size === 0) return { kind: "truncated", instanceTypes: kept };
  const message = `validating minValues, ${minValuesMessage(unsatisfied)}`;
  return { kind: "min-values-unmet", instanceTypes: ordered, unsatisfied, message };
}

const cutByTypes = new WeakMap<
  readonly InstanceType[],
  { readonly max: number; readonly kept: readonly InstanceType[] }
>();

/** The first ones; the same list when asked again, so that what rests on it can be remembered. */
function firstOf(ordered: readonly InstanceType[], max: number): readonly InstanceType[] {
  if (ordered.length <= max) return ordered;
  const known = cutByTypes.get(ordered);
  if (known?.max === max) return known.kept;
  const kept = ordered.slice(0, max);
  cutByTypes.set(ordered, { max, kept });
  return kept;
}

/** Whether a NodeOverlay set a price of the type. */
export function isPriceOverlaid(instanceType: InstanceType): boolean {
  return instanceType.offerings.some((offering) => offering.isPriceOverlaid === true);
}
