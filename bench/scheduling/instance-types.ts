/** Instance types for the scheduling benchmark, in the form that both schedulers read. */
import { parseObject } from "../../core/apis/index.ts";
import { type InstanceType, totalOverhead } from "../../core/cloudprovider/index.ts";
import {
  hours,
  invariant,
  parseTime,
  sortedEntries,
  type ResourceList,
} from "../../core/units/index.ts";
import type { CaseInstanceType } from "../../conformance/cases.ts";
import { BelievedPrices, InstanceTypeProvider, UnavailableOfferings } from "../../sim/aws/index.ts";
import { defaultSpotMarketModel, ModelledSpotMarket } from "../../sim/ec2/index.ts";
import { loadCatalogue } from "../../traces/index.ts";

const placesOfFakes = [
  ["spot", "test-zone-1"],
  ["spot", "test-zone-2"],
  ["on-demand", "test-zone-1"],
  ["on-demand", "test-zone-2"],
  ["on-demand", "test-zone-3"],
] as const;

/**
 * Type i of `count` has i cores and 2i gibibytes.
 *
 * @see karpenter v1.14.1 pkg/cloudprovider/fake/instancetype.go InstanceTypes
 */
export function fakeInstanceTypes(count: number): readonly CaseInstanceType[] {
  return Array.from({ length: count }, (_, index) => {
    const cores = index + 1;
    const name = `fake-it-${index}`;
    const price = 0.1 * cores + (0.1 * 2 * cores * 2 ** 30) / 1e9;
    const isLarge = cores > 4;
    return {
      name,
      requirements: {
        "node.kubernetes.io/instance-type": [name],
        "kubernetes.io/arch": ["amd64"],
        "kubernetes.io/os": ["darwin", "linux", "windows"],
        "topology.kubernetes.io/zone": ["test-zone-1", "test-zone-2", "test-zone-3"],
        "karpenter.sh/capacity-type": ["on-demand", "spot"],
        integer: [String(cores)],
        size: [isLarge ? "large" : "small"],
        special: isLarge ? ["optional"] : [],
      },
      offerings: placesOfFakes.map(([capacityType, zone]) => ({
        zone,
        capacityType,
        price,
        available: true,
      })),
      capacity: { cpu: String(cores), memory: `${2 * cores}Gi`, pods: String(10 * cores) },
      kubeReserved: { cpu: "100m", memory: "10Mi" },
    };
  });
}

const region = "us-east-1";
const zones = ["a", "b", "c", "d", "e", "f"].map((letter) => `${region}${letter}`);

/**
 * Every type of the embedded catalogue that the region has, on demand and Spot: in six zones with
 * modelled Spot prices, or in as many zones as asked with prices by the Spot Instance Advisor, equal in all.
 */
export function catalogueInstanceTypes(
  options: { readonly zones?: number; readonly isAdvised?: boolean } = {},
): readonly CaseInstanceType[] {
  const { zones: zoneCount = zones.length, isAdvised = false } = options;
  const { object } = parseObject({
    apiVersion: "karpenter.k8s.aws/v1",
    kind: "EC2NodeClass",
    metadata: { name: "default" },
    spec: {
      role: "nodes",
      amiSelectorTerms: [{ alias: "al2023@latest" }],
      subnetSelectorTerms: [{ tags: { discovery: "x" } }],
      securityGroupSelectorTerms: [{ tags: { discovery: "x" } }],
    },
  });
  invariant(object?.kind === "EC2NodeClass", "the benchmark's node class is valid");
  const start = parseTime("2026-03-01T00:00:00Z");
  const catalogue = loadCatalogue();
  const facts = {
    onDemandUsdPerHour: (type: string) => catalogue.findOnDemandPrice(region, type)?.usdPerHour,
    spotSavings: (type: string) => {
      const percent = isAdvised ? catalogue.spotAdvisorSavingsPercent(region, type) : undefined;
      return percent === undefined ? undefined : percent / 100;
    },
  };
  const model = { ...defaultSpotMarketModel, ...(isAdvised ? { stepSigma: 0, poolSigma: 0 } : {}) };
  const market = new ModelledSpotMarket({ seed: 1, start, facts, model });
  const provider = new InstanceTypeProvider({
    catalogue,
    region,
    zones: zones.slice(0, zoneCount),
    vmMemoryOverheadPercent: 0.075,
    reservedEnis: 0,
    prices: new BelievedPrices(market, start, hours(12)),
    unavailable: new UnavailableOfferings(),
  });
  return provider.list(object, start).map(described);
}

function described(type: InstanceType): CaseInstanceType {
  const { name, requirements, offerings, capacity, overhead } = type;
  return {
    name,
    requirements: Object.fromEntries(
      requirements.list.map(({ key, operator, sortedValues }) => {
        const isPlain = operator === "In" || operator === "DoesNotExist";
        invariant(isPlain, "a type names values or none", { name, key });
        return [key, sortedValues];
      }),
    ),
    offerings: offerings.map(({ zone, capacityType, priceUsdPerHour, available }) => {
      return { zone, capacityType, price: priceUsdPerHour, available };
    }),
    capacity: quantities(capacity),
    kubeReserved: quantities(totalOverhead(overhead)),
  };
}

function quantities(list: ResourceList): Readonly<Record<string, string>> {
  return Object.fromEntries(
    sortedEntries(list).map(([name, amount]) => [
      name,
      name === "cpu" ? `${amount}m` : String(amount),
    ]),
  );
}
