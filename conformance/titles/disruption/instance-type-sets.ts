import type { CaseInstanceType, CaseOffering } from "../../cases.ts";
import { archKey, capacityTypeKey, osKey, typeKey, zoneKey } from "../build.ts";
import { titleInstanceTypeSets as assortedSets } from "../instance-types.ts";

const reservationKey = "karpenter.k8s.aws/capacity-reservation-id";

/** Price by zone and capacity type, such as `test-zone-1 spot`; negative: it is not to be had. */
type Prices = Readonly<Record<string, number>>;

/** A machine of four cores. */
function fourCores(name: string, prices: Prices): CaseInstanceType {
  const offerings = Object.entries(prices).map(([where, price]): CaseOffering => {
    const [zone = "", capacityType] = where.split(" ");
    const of = { zone, price: Math.abs(price), available: price > 0 };
    return { ...of, capacityType: capacityType === "spot" ? "spot" : "on-demand" };
  });
  const distinct = (values: readonly string[]): readonly string[] => [...new Set(values)].sort();
  return {
    name,
    requirements: {
      [typeKey]: [name],
      [archKey]: ["amd64"],
      [osKey]: ["linux"],
      [zoneKey]: distinct(offerings.map(({ zone }) => zone)),
      [capacityTypeKey]: distinct(offerings.map(({ capacityType }) => capacityType)),
    },
    offerings,
    capacity: { cpu: "4", memory: "16Gi", pods: "40" },
    kubeReserved: { cpu: "100m" },
  };
}

/** 18 types, each a bit dearer than the one before, but for the last but one, the cheapest of all. */
function ladder(): readonly CaseInstanceType[] {
  return Array.from({ length: 18 }, (_, index) => {
    const price = index === 16 ? 0.001 : Number((1 + index / 10).toFixed(1));
    const prices = { "test-zone-1 on-demand": 2 * price, "test-zone-1 spot": price };
    return fourCores(`ladder.${String(index).padStart(2, "0")}`, prices);
  });
}

/** `m1.4xlarge` and `m1.large` are reserved, at a millionth of their price. */
function withReservationsByPrice(type: CaseInstanceType): CaseInstanceType {
  if (!["m1.4xlarge", "m1.large"].includes(type.name)) return type;
  const reservationId = `cr-${type.name}`;
  const onDemand = type.offerings.find(
    ({ zone, capacityType }) => zone === "test-zone-1" && capacityType === "on-demand",
  );
  const offering: CaseOffering = {
    zone: "test-zone-1",
    capacityType: "reserved",
    price: (onDemand?.price ?? 0) / 1_000_000,
    available: true,
    reservationId,
    reservationCapacity: 10,
  };
  return {
    ...type,
    requirements: {
      ...type.requirements,
      [capacityTypeKey]: ["on-demand", "reserved", "spot"],
      [reservationKey]: [reservationId],
    },
    offerings: [...type.offerings, offering],
  };
}

/** What hand-made disruption cases choose from: the sets of other cases, and some of their own. */
export function titleInstanceTypeSets(): Readonly<Record<string, readonly CaseInstanceType[]>> {
  const sets = assortedSets();
  return {
    ...sets,
    ladder: ladder(),
    pair: [
      fourCores("pair.current", { "test-zone-1 on-demand": 0.5 }),
      fourCores("pair.other", { "test-zone-1 on-demand": 0.4 }),
    ],
    "dear-spot": [
      fourCores("dear.current", { "test-zone-1 on-demand": -0.5 }),
      fourCores("dear.other", {
        "test-zone-1 spot": 1,
        "test-zone-2 spot": 0.2,
        "test-zone-3 spot": 0.4,
      }),
    ],
    "dear-on-demand": [
      fourCores("dear.current", { "test-zone-1 on-demand": -0.5 }),
      fourCores("dear.other", {
        "test-zone-1 on-demand": 0.6,
        "test-zone-2 on-demand": 0.6,
        "test-zone-2 spot": 0.2,
        "test-zone-3 spot": 0.3,
      }),
    ],
    "spot-sold-out": [
      fourCores("sold.current", { "test-zone-1 on-demand": 0.5 }),
      fourCores("sold.other", { "test-zone-1 on-demand": 0.4, "test-zone-1 spot": -0.1 }),
    ],
    "reserved-by-price": sets.assorted.map(withReservationsByPrice),
  };
}
