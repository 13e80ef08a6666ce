import {
  type CapacityType,
  labelCapacityType,
  labelInstanceType,
  labelZone,
} from "../apis/index.ts";
import { Requirements } from "../scheduling/index.ts";
import { type ResourceList, usdPerHour } from "../units/index.ts";
import { computeAllocatable, totalOverhead } from "./allocatable.ts";
import type { InstanceType, InstanceTypeOverhead, Offering } from "./instance-type.ts";

/** An offering out of `zone capacityType price`, available unless a fourth word is there. */
export function offering(text: string, overrides: Partial<Offering> = {}): Offering {
  const [zone = "", capacityType = "", price = "", unavailable] = text.split(" ");
  return {
    requirements: Requirements.fromLabels({ [labelZone]: zone, [labelCapacityType]: capacityType }),
    zone,
    capacityType: capacityType as CapacityType,
    priceUsdPerHour: usdPerHour(Number(price)),
    available: unavailable === undefined,
    ...overrides,
  };
}

const noOverhead = { kubeReserved: {}, systemReserved: {}, evictionThreshold: {} };

/** A type with these offerings; zone and capacity type are those of its offerings. */
export function instanceType(
  name: string,
  offerings: readonly Offering[],
  capacity: ResourceList = { cpu: 4000, memory: 16 * 2 ** 30, pods: 110 },
  overhead: InstanceTypeOverhead = noOverhead,
): InstanceType {
  const entry = (key: string, values: readonly string[]) =>
    ({ key, operator: "In", values }) as const;
  return {
    name,
    requirements: Requirements.fromNodeSelectorRequirements([
      entry(labelInstanceType, [name]),
      entry(
        labelZone,
        offerings.map(({ zone }) => zone),
      ),
      entry(
        labelCapacityType,
        offerings.map(({ capacityType }) => capacityType),
      ),
    ]),
    offerings,
    capacity,
    overhead,
    allocatable: computeAllocatable(capacity, totalOverhead(overhead)),
  };
}
