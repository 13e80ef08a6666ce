// What a launch of a type may cost under given requirements. Consolidation asks this of hundreds of
// types for every node it looks at, and the answer depends only on what the requirements say about
// the labels of offerings; so it is remembered by these few labels, as long as the type is the same.
import { labelCapacityReservationId, labelCapacityType, labelZone } from "../apis/index.ts";
import type { Requirements } from "../scheduling/index.ts";
import type { UsdPerHour } from "../units/index.ts";
import type { InstanceType } from "./instance-type.ts";
import {
  availableOfferings,
  isCompatibleOffering,
  unaffordable,
  worstLaunchPrice,
} from "./offerings.ts";

/** Prices over the available offerings that fit; `unaffordable` when none does. */
export interface LaunchPrices {
  readonly lowest: UsdPerHour;
  /** The most that a launch may cost; see `worstLaunchPrice`. */
  readonly worst: UsdPerHour;
}

/** Labels that offerings have as a rule; a type whose offerings have others isn't remembered. */
const offeringLabels: readonly string[] = [
  labelZone,
  labelCapacityType,
  labelCapacityReservationId,
  "karpenter.k8s.aws/capacity-reservation-type",
  "karpenter.k8s.aws/capacity-reservation-interruptible",
  "topology.k8s.aws/zone-id",
];

const pricesByType = new WeakMap<InstanceType, Map<string, LaunchPrices> | "not remembered">();
const viewByRequirements = new WeakMap<Requirements, string>();

/** What a launch of the type may cost. */
export function launchPrices(instanceType: InstanceType, requirements: Requirements): LaunchPrices {
  let prices = pricesByType.get(instanceType);
  if (prices === undefined) {
    prices = hasOrdinaryOfferings(instanceType) ? new Map() : "not remembered";
    pricesByType.set(instanceType, prices);
  }
  if (prices === "not remembered") return computePrices(instanceType, requirements);
  const view = offeringView(requirements);
  let known = prices.get(view);
  if (known === undefined) {
    known = computePrices(instanceType, requirements);
    prices.set(view, known);
  }
  return known;
}

function computePrices({ offerings }: InstanceType, requirements: Requirements): LaunchPrices {
  let lowest = unaffordable;
  for (const offering of offerings) {
    if (
      offering.available &&
      offering.priceUsdPerHour < lowest &&
      isCompatibleOffering(requirements, offering)
    ) {
      lowest = offering.priceUsdPerHour;
    }
  }
  return { lowest, worst: worstLaunchPrice(availableOfferings(offerings), requirements) };
}

/** Whether all offerings are told apart by the ordinary labels alone; remembered. */
export function hasOrdinaryOfferings(instanceType: InstanceType): boolean {
  let isOrdinary = ordinaryByType.get(instanceType);
  if (isOrdinary === undefined) {
    isOrdinary = instanceType.offerings.every(({ requirements }) =>
      requirements.list.every(({ key }) => offeringLabels.includes(key)),
    );
    ordinaryByType.set(instanceType, isOrdinary);
  }
  return isOrdinary;
}

const ordinaryByType = new WeakMap<InstanceType, boolean>();

/** Equal for requirements that treat all ordinary offerings alike. */
export function offeringView(requirements: Requirements): string {
  let view = viewByRequirements.get(requirements);
  if (view === undefined) {
    view = offeringLabels
      .map((label) => {
        const found = requirements.find(label);
        if (found === undefined) return "";
        const { complement, sortedValues, gte = "", lte = "" } = found;
        return `${String(complement)} ${sortedValues.join(",")} ${gte} ${lte}`;
      })
      .join(";");
    viewByRequirements.set(requirements, view);
  }
  return view;
}
