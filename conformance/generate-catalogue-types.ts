import { type Ec2NodeClass, parseObject } from "../core/apis/index.ts";
import { type InstanceType, totalOverhead } from "../core/cloudprovider/index.ts";
import {
  formatResource,
  invariant,
  type ResourceList,
  sortedEntries,
} from "../core/units/index.ts";
import { buildInstanceType, defaultAwsSettings } from "../sim/aws/index.ts";
import type { RandomStream } from "../sim/engine/index.ts";
import { loadCatalogue } from "../traces/index.ts";
import type { CaseInstanceType, CaseOffering, Manifest } from "./cases.ts";
import { chance, some } from "./dice.ts";
import { zones } from "./generate-instance-types.ts";

const region = "us-east-1";
/** Some pools of capacity have run dry. */
const onDemandAvailability = 0.97;
const spotAvailability = 0.85;

/**
 * `count` types of the embedded catalogue, spread evenly over its families, as the AWS provider shows
 * them under a NodeClass of defaults: EC2's capacity, overhead and labels, the On-Demand price, and
 * Spot about what the advisor says, with a price of its own in each zone.
 */
export function generateCatalogueTypes(
  random: RandomStream,
  count: number,
): readonly CaseInstanceType[] {
  const catalogue = loadCatalogue();
  const offered = catalogue.instanceTypes.filter(
    ({ instanceType }) => catalogue.findOnDemandPrice(region, instanceType) !== undefined,
  );
  const chosen = [...offered];
  while (chosen.length > count) chosen.splice(random.integer(chosen.length), 1);
  const settings = { ...defaultAwsSettings, region, zones };
  return chosen.map((facts) => {
    const name = facts.instanceType;
    const price = catalogue.onDemandUsdPerHour(region, name);
    const advice = catalogue.findSpotAdvice(region, name);
    const offerings = generateOfferings(random, price, advice?.savingsPercent);
    return caseInstanceType(buildInstanceType(facts, nodeClass(), settings), offerings);
  });
}

function generateOfferings(
  random: RandomStream,
  onDemandPrice: number,
  savingsPercent: number | undefined,
): readonly CaseOffering[] {
  return some(random, zones, 2).flatMap((zone): readonly CaseOffering[] => {
    const available = chance(random, onDemandAvailability);
    const onDemand = { zone, capacityType: "on-demand", price: onDemandPrice, available } as const;
    if (savingsPercent === undefined) return [onDemand];
    const price = onDemandPrice * (1 - savingsPercent / 100) * (0.85 + 0.3 * random.next());
    const spot = {
      zone,
      capacityType: "spot",
      price: Math.round(price * 1e6) / 1e6,
      available: chance(random, spotAvailability),
    } as const;
    return [onDemand, spot];
  });
}

function caseInstanceType(
  type: InstanceType,
  offerings: readonly CaseOffering[],
): CaseInstanceType {
  return {
    name: type.name,
    requirements: Object.fromEntries(
      type.requirements.list.map((it) => {
        // A label that the type lacks is one that can have no value.
        invariant(it.operator === "In" || it.operator === "DoesNotExist", "a fact of a type", {
          requirement: it.toString(),
        });
        return [it.key, it.sortedValues] as const;
      }),
    ),
    offerings,
    capacity: quantities(type.capacity),
    kubeReserved: quantities(totalOverhead(type.overhead)),
  };
}

function quantities(resources: ResourceList): Readonly<Record<string, string>> {
  return Object.fromEntries(
    sortedEntries(resources).map(([name, amount]) => [name, formatResource(name, amount)] as const),
  );
}

/** An EC2NodeClass of defaults. */
export function nodeClassManifest(name: string): Manifest {
  return {
    apiVersion: "karpenter.k8s.aws/v1",
    kind: "EC2NodeClass",
    metadata: { name },
    spec: {
      role: "nodes",
      amiSelectorTerms: [{ alias: "al2023@latest" }],
      subnetSelectorTerms: [{ tags: { discovery: "example" } }],
      securityGroupSelectorTerms: [{ tags: { discovery: "example" } }],
    },
  };
}

function nodeClass(): Ec2NodeClass {
  const { object } = parseObject(nodeClassManifest("default"));
  invariant(object?.kind === "EC2NodeClass", "the NodeClass of defaults is valid", {});
  return object;
}
