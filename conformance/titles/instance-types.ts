import type { CaseInstanceType, CaseOffering } from "../cases.ts";

const zones = ["test-zone-1", "test-zone-2", "test-zone-3"] as const;
const sizes = [
  ["medium", 1],
  ["large", 2],
  ["xlarge", 4],
  ["2xlarge", 8],
  ["4xlarge", 16],
] as const;
const families = [
  { family: "m1", arch: "amd64", os: "linux", gibibytes: 4, factor: 1 },
  { family: "c1", arch: "amd64", os: "linux", gibibytes: 2, factor: 0.9 },
  { family: "a1", arch: "arm64", os: "linux", gibibytes: 4, factor: 0.8 },
  { family: "w1", arch: "amd64", os: "windows", gibibytes: 4, factor: 1.5 },
  { family: "g1", arch: "amd64", os: "linux", gibibytes: 4, factor: 6 },
] as const;

interface Family {
  readonly family: string;
  readonly arch: string;
  readonly os: string;
  readonly gibibytes: number;
  readonly factor: number;
}

/** What hand-made cases choose from. */
export type TitleInstanceTypeSet = "assorted" | "reserved" | "overridden" | "many" | "none";

/** Families for both architectures and systems, one with GPUs; prices rise with the zone's number. */
export function titleInstanceTypeSets(): Readonly<
  Record<TitleInstanceTypeSet, readonly CaseInstanceType[]>
> {
  const assorted = families.flatMap((family) =>
    sizes.map(([size, cores]) => instanceType(family, size, cores)),
  );
  return {
    assorted,
    reserved: assorted.map(withReservations),
    overridden: assorted.map(withOverrides),
    many: manyTypes(),
    none: [],
  };
}

function instanceType(facts: Family, size: string, cores: number): CaseInstanceType {
  const { family, arch, os, gibibytes, factor } = facts;
  const name = `${family}.${size}`;
  const gpus = family === "g1" ? { "nvidia.com/gpu": String(Math.ceil(cores / 4)) } : {};
  return {
    name,
    requirements: {
      "node.kubernetes.io/instance-type": [name],
      "kubernetes.io/arch": [arch],
      "kubernetes.io/os": [os],
      "topology.kubernetes.io/zone": zones,
      "karpenter.sh/capacity-type": ["on-demand", "spot"],
      "karpenter.k8s.aws/instance-family": [family],
      "karpenter.k8s.aws/instance-size": [size],
      "karpenter.k8s.aws/instance-cpu": [String(cores)],
      // A label that other families lack.
      "karpenter.k8s.aws/instance-gpu-name": family === "g1" ? ["t4"] : [],
      "karpenter.k8s.aws/capacity-reservation-id": [],
    },
    offerings: zones.flatMap((zone, index): readonly CaseOffering[] => {
      const price = Number((0.05 * cores * factor * (1 + index / 100)).toFixed(6));
      const common = { zone, available: true } as const;
      return [
        { ...common, capacityType: "on-demand", price },
        { ...common, capacityType: "spot", price: Number((price * 0.4).toFixed(6)) },
      ];
    }),
    capacity: {
      cpu: String(cores),
      memory: `${cores * gibibytes}Gi`,
      pods: String(10 * cores),
      ...gpus,
    },
    kubeReserved: { cpu: "100m", memory: "10Mi" },
  };
}

/** More types than a NodeClaim may name; the dearest are the only ones of their families. */
function manyTypes(): readonly CaseInstanceType[] {
  const cheap = Array.from({ length: 605 }, (_, index) => [`p1.${index + 1}`, "p1"] as const);
  const dear = ["p2", "p3", "p4"].map((family) => [`${family}.9`, family] as const);
  return [...cheap, ...dear].map(([name, family], index) => ({
    name,
    requirements: {
      "node.kubernetes.io/instance-type": [name],
      "kubernetes.io/arch": ["amd64"],
      "kubernetes.io/os": ["linux"],
      "topology.kubernetes.io/zone": ["test-zone-1"],
      "karpenter.sh/capacity-type": ["on-demand"],
      "karpenter.k8s.aws/instance-family": [family],
    },
    offerings: [
      {
        zone: "test-zone-1",
        capacityType: "on-demand",
        price: (index + 1) / 1000,
        available: true,
      },
    ],
    capacity: { cpu: "4", memory: "16Gi", pods: "20" },
    kubeReserved: {},
  }));
}

/**
 * `m1` has slots in the first zone and reserves more in the second; `c1` has slots in the second that
 * cannot be had; the capacity of `a1` in the third zone adds to what the type has.
 */
function withOverrides(type: CaseInstanceType): CaseInstanceType {
  const [family = ""] = type.name.split(".");
  const offerings = type.offerings.map((offering): CaseOffering => {
    const slots = { capacityOverride: { "example.com/slots": "2" } };
    switch (`${family} ${offering.zone}`) {
      case "m1 test-zone-1":
        return { ...offering, ...slots };
      case "m1 test-zone-2":
        return { ...offering, kubeReservedOverride: { cpu: "500m" } };
      case "c1 test-zone-2":
        return { ...offering, ...slots, available: false };
      case "a1 test-zone-3":
        return { ...offering, capacityOverride: { cpu: "1" } };
      default:
        return offering;
    }
  });
  return { ...type, offerings };
}

/** Two machines reserved of `m1.xlarge` and one of `c1.2xlarge`. */
function withReservations(type: CaseInstanceType): CaseInstanceType {
  const capacity = { "m1.xlarge": 2, "c1.2xlarge": 1 }[type.name];
  if (capacity === undefined) return type;
  const reservationId = `cr-${type.name}`;
  const offering: CaseOffering = {
    zone: "test-zone-1",
    capacityType: "reserved",
    price: 0.000_001,
    available: true,
    reservationId,
    reservationCapacity: capacity,
  };
  return {
    ...type,
    requirements: {
      ...type.requirements,
      "karpenter.sh/capacity-type": ["on-demand", "reserved", "spot"],
      "karpenter.k8s.aws/capacity-reservation-id": [reservationId],
    },
    offerings: [...type.offerings, offering],
  };
}
