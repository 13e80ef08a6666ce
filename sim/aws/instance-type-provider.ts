/**
 * All InstanceTypes of an EC2NodeClass with their present offerings: one for each zone of the region
 * and capacity type. An offering is available if its price is known, its zone is one of the
 * NodeClass's subnets, and EC2 has not refused it lately.
 *
 * Objects and arrays stay the same until something about them changes, so identity keys caches. What
 * costs most is kept: a type's labels and capacity for good, its offerings until the next reading of
 * prices or a mark on the type.
 *
 * Differs: upstream serves offerings from a cache for up to five minutes, so new prices reach
 * decisions that much later; and memory that nodes report never replaces the estimate.
 *
 * @see karpenter-provider-aws v1.14.1 pkg/providers/instancetype/offering/base_resolver.go
 */
import {
  labelCapacityType,
  labelZone,
  labelZoneId,
  type Ec2NodeClass,
} from "../../core/apis/index.ts";
import type { InstanceType, Offering } from "../../core/cloudprovider/index.ts";
import { Requirement, Requirements } from "../../core/scheduling/index.ts";
import type { SimTime } from "../../core/units/index.ts";
import { usdPerHour } from "../../core/units/index.ts";
import type { Catalogue, Ec2InstanceTypeFacts } from "../../traces/index.ts";
import type { BelievedPrices } from "./believed-prices.ts";
import { buildInstanceType, type InstanceTypeContext } from "./instance-type.ts";
import { zoneIdOf } from "./node-class-zones.ts";
import type { UnavailableOfferings } from "./unavailable-offerings.ts";

interface TypeEntry {
  readonly facts: Ec2InstanceTypeFacts;
  readonly base: InstanceType;
  readonly onDemandUsdPerHour: number;
  priceVersion: number;
  markVersion: number;
  current: InstanceType;
}

interface NodeClassEntry {
  readonly nodeClass: Ec2NodeClass;
  readonly types: readonly TypeEntry[];
  readonly requirements: ReadonlyMap<string, Requirements>;
  priceVersion: number;
  markVersion: number;
  current: readonly InstanceType[];
}

export interface InstanceTypeProviderOptions extends InstanceTypeContext {
  readonly catalogue: Catalogue;
  readonly prices: BelievedPrices;
  readonly unavailable: UnavailableOfferings;
}

/** See the head of this file. */
export class InstanceTypeProvider {
  readonly #options: InstanceTypeProviderOptions;
  readonly #entries = new Map<string, NodeClassEntry>();
  readonly #requirements = new Map<string, Requirements>();

  constructor(options: InstanceTypeProviderOptions) {
    this.#options = options;
  }

  /** The NodeClass's types by name, with the offerings of this instant. */
  list(nodeClass: Ec2NodeClass, now: SimTime): readonly InstanceType[] {
    const { prices, unavailable } = this.#options;
    unavailable.sweep(now);
    const entry = this.#entry(nodeClass);
    const priceVersion = prices.version(now);
    if (entry.priceVersion === priceVersion && entry.markVersion === unavailable.version) {
      return entry.current;
    }
    let isChanged = false;
    for (const type of entry.types) {
      if (this.#refresh(type, entry.nodeClass, priceVersion, now)) isChanged = true;
    }
    entry.priceVersion = priceVersion;
    entry.markVersion = unavailable.version;
    if (isChanged) entry.current = entry.types.map(({ current }) => current);
    return entry.current;
  }

  /** The requirements of one of the NodeClass's types; `undefined` when it has no such type. */
  requirementsOf(nodeClass: Ec2NodeClass, name: string): Requirements | undefined {
    return this.#entry(nodeClass).requirements.get(name);
  }

  /** Whether the type's offerings are other ones than before. */
  #refresh(type: TypeEntry, nodeClass: Ec2NodeClass, priceVersion: number, now: SimTime): boolean {
    const markVersion = this.#options.unavailable.versionOf(type.base.name);
    if (type.priceVersion === priceVersion && type.markVersion === markVersion) return false;
    type.priceVersion = priceVersion;
    type.markVersion = markVersion;
    const offerings = this.#offerings(type, nodeClass, now);
    if (areEqual(offerings, type.current.offerings)) return false;
    type.current = { ...type.base, offerings };
    return true;
  }

  #offerings(type: TypeEntry, nodeClass: Ec2NodeClass, now: SimTime): readonly Offering[] {
    const { zones, prices, unavailable } = this.#options;
    const { name } = type.base;
    const usable = type.base.requirements.get(labelZone);
    return zones.flatMap((zone) =>
      (["on-demand", "spot"] as const).map((capacityType) => {
        const price =
          capacityType === "spot"
            ? prices.spotUsdPerHour(name, zone, now)
            : type.onDemandUsdPerHour;
        return {
          requirements: this.#offeringRequirements(zone, zoneIdOf(nodeClass, zone), capacityType),
          zone,
          capacityType,
          priceUsdPerHour: usdPerHour(price ?? 0),
          available:
            price !== undefined &&
            usable.has(zone) &&
            unavailable.isAvailable(capacityType, name, zone, now),
        };
      }),
    );
  }

  /** Shared by all types, so that comparing them is cheap. */
  #offeringRequirements(
    zone: string,
    zoneId: string | undefined,
    capacityType: "on-demand" | "spot",
  ): Requirements {
    const key = `${zone}/${zoneId ?? ""}/${capacityType}`;
    let requirements = this.#requirements.get(key);
    if (requirements === undefined) {
      requirements = Requirements.of(
        Requirement.of(labelZone, "In", [zone]),
        Requirement.of(labelCapacityType, "In", [capacityType]),
        Requirement.of("karpenter.k8s.aws/capacity-reservation-id", "DoesNotExist"),
        Requirement.of("karpenter.k8s.aws/capacity-reservation-type", "DoesNotExist"),
        Requirement.of("karpenter.k8s.aws/capacity-reservation-interruptible", "DoesNotExist"),
        ...(zoneId === undefined ? [] : [Requirement.of(labelZoneId, "In", [zoneId])]),
      );
      this.#requirements.set(key, requirements);
    }
    return requirements;
  }

  #entry(nodeClass: Ec2NodeClass): NodeClassEntry {
    const known = this.#entries.get(nodeClass.metadata.name);
    const { spec, status } = nodeClass;
    const isKnown =
      known?.nodeClass.spec === spec && known.nodeClass.status.subnets === status.subnets;
    if (known !== undefined && isKnown) return known;
    const types = this.#types(nodeClass);
    const entry: NodeClassEntry = {
      nodeClass,
      types,
      requirements: new Map(types.map(({ base }) => [base.name, base.requirements])),
      priceVersion: -1,
      markVersion: -1,
      current: [],
    };
    this.#entries.set(nodeClass.metadata.name, entry);
    return entry;
  }

  #types(nodeClass: Ec2NodeClass): readonly TypeEntry[] {
    const { catalogue, region } = this.#options;
    return catalogue.instanceTypes.flatMap((facts) => {
      const price = catalogue.findOnDemandPrice(region, facts.instanceType);
      if (price === undefined || !isSupported(facts, nodeClass)) return [];
      const base = buildInstanceType(facts, nodeClass, this.#options);
      const versions = { priceVersion: -1, markVersion: -1 };
      return [{ facts, base, onDemandUsdPerHour: price.usdPerHour, ...versions, current: base }];
    });
  }
}

/** Whether two lists of offerings of one type say the same; both are in the order of the zones. */
function areEqual(left: readonly Offering[], right: readonly Offering[]): boolean {
  return (
    left.length === right.length &&
    left.every((offering, index) => {
      const other = right[index];
      return (
        other !== undefined &&
        offering.requirements === other.requirements &&
        offering.priceUsdPerHour === other.priceUsdPerHour &&
        offering.available === other.available
      );
    })
  );
}

/** @see karpenter-provider-aws v1.14.1 pkg/providers/instancetype/compatibility/compatibility.go */
function isSupported(facts: Ec2InstanceTypeFacts, nodeClass: Ec2NodeClass): boolean {
  return !(facts.family === "a1" && nodeClass.spec.amiFamily === "AL2023");
}
