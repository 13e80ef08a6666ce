import type { RandomStream } from "../sim/engine/index.ts";
import type { CaseInstanceType, CaseOffering } from "./cases.ts";
import { between, chance, some } from "./dice.ts";

export const zones = ["us-test-1a", "us-test-1b", "us-test-1c", "us-test-1d"] as const;

const sizes = [
  ["medium", 1],
  ["large", 2],
  ["xlarge", 4],
  ["2xlarge", 8],
  ["4xlarge", 16],
  ["8xlarge", 32],
  ["16xlarge", 64],
  ["24xlarge", 96],
] as const;
const categories = [
  ["c", 2],
  ["m", 4],
  ["r", 8],
] as const;
const pricePerCore = 0.048;
const sizesOfFamily = 5;

/**
 * `count` instance types in families of five sizes, with offerings in some of the four zones. Prices
 * differ by zone, so that an order by price is hardly ever a tie. With `reservations` some types
 * have a few reserved instances.
 */
export function generateInstanceTypes(
  random: RandomStream,
  count: number,
  reservations = false,
): readonly CaseInstanceType[] {
  const types: CaseInstanceType[] = [];
  for (let family = 0; types.length < count; family++) {
    const [category, ratio] = categories[family % categories.length] ?? categories[0];
    const arch = chance(random, 0.8) ? "amd64" : "arm64";
    const generation = String(3 + Math.floor(family / categories.length));
    const first = random.integer(sizes.length - sizesOfFamily + 1);
    for (const [size, cores] of sizes.slice(first, first + sizesOfFamily)) {
      if (types.length === count) break;
      const facts = { category, generation, size, cores, arch, gibibytes: cores * ratio };
      types.push(instanceType(random, facts, reservations && chance(random, 0.4)));
    }
  }
  return types;
}

/** The same kind of types, about a third of them for Windows. */
export function generateSystems(random: RandomStream, count: number): readonly CaseInstanceType[] {
  return generateInstanceTypes(random, count).map((type) => {
    const isWindows = chance(random, 0.35);
    const requirements = {
      ...type.requirements,
      "kubernetes.io/os": [isWindows ? "windows" : "linux"],
      "node.kubernetes.io/windows-build": isWindows ? ["10.0.20348"] : [],
    };
    return { ...type, requirements };
  });
}

/** The same kind of types, some of whose offerings give or reserve more than their types do. */
export function generateOverridden(
  random: RandomStream,
  count: number,
): readonly CaseInstanceType[] {
  return generateInstanceTypes(random, count).map((type) => {
    if (chance(random, 0.4)) return type;
    const slots = { capacityOverride: { "example.com/slots": random.pick(["1", "2", "4"]) } };
    const choices = [
      {},
      slots,
      { capacityOverride: { cpu: "1", memory: "1Gi" } },
      { kubeReservedOverride: { cpu: "300m" } },
      { ...slots, kubeReservedOverride: { memory: "500Mi" } },
    ];
    const offerings = type.offerings.map((offering) => ({ ...offering, ...random.pick(choices) }));
    return { ...type, offerings };
  });
}

interface Facts {
  readonly category: string;
  readonly generation: string;
  readonly size: string;
  readonly cores: number;
  readonly gibibytes: number;
  readonly arch: string;
}

function instanceType(random: RandomStream, facts: Facts, isReserved: boolean): CaseInstanceType {
  const { category, generation, size, cores, gibibytes, arch } = facts;
  const family = `${category}${generation}`;
  const name = `${family}.${size}`;
  const offerings = generateOfferings(random, cores);
  if (isReserved) offerings.push(reservedOffering(random, name));
  const available = offerings.filter((it) => it.available);
  return {
    name,
    requirements: {
      "node.kubernetes.io/instance-type": [name],
      "kubernetes.io/arch": [arch],
      "kubernetes.io/os": ["linux"],
      "topology.kubernetes.io/zone": distinct(available.map(({ zone }) => zone)),
      "karpenter.sh/capacity-type": distinct(available.map((it) => it.capacityType)),
      "karpenter.k8s.aws/instance-category": [category],
      "karpenter.k8s.aws/instance-family": [family],
      "karpenter.k8s.aws/instance-generation": [generation],
      "karpenter.k8s.aws/instance-size": [size],
      "karpenter.k8s.aws/instance-cpu": [String(cores)],
      "karpenter.k8s.aws/instance-memory": [String(gibibytes * 1024)],
      ...(isReserved
        ? { "karpenter.k8s.aws/capacity-reservation-id": [`cr-${name}`] }
        : { "karpenter.k8s.aws/capacity-reservation-id": [] }),
    },
    offerings,
    capacity: { cpu: String(cores), memory: `${gibibytes}Gi`, pods: String(8 + 6 * cores) },
    kubeReserved: { cpu: `${60 + 10 * cores}m`, memory: `${200 + 30 * cores}Mi` },
  };
}

function generateOfferings(random: RandomStream, cores: number): CaseOffering[] {
  const base = cores * pricePerCore * (0.8 + 0.4 * random.next());
  return some(random, zones, 2).flatMap((zone) => [
    offering(zone, "on-demand", base, chance(random, 0.95)),
    offering(zone, "spot", base * (0.25 + 0.5 * random.next()), chance(random, 0.9)),
  ]);
}

function offering(
  zone: string,
  capacityType: "on-demand" | "spot",
  price: number,
  available: boolean,
): CaseOffering {
  return { zone, capacityType, price: Math.round(price * 1e6) / 1e6, available };
}

function reservedOffering(random: RandomStream, name: string): CaseOffering {
  return {
    zone: random.pick(zones),
    capacityType: "reserved",
    price: 0.000_001,
    available: true,
    reservationId: `cr-${name}`,
    reservationCapacity: between(random, 1, 3),
  };
}

function distinct(values: readonly string[]): readonly string[] {
  return [...new Set(values)].sort();
}
