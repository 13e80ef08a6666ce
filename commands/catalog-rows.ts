import { parseObject } from "../core/apis/index.ts";
import type { Ec2NodeClass } from "../core/apis/index.ts";
import { invariant } from "../core/units/index.ts";
import { buildInstanceType, defaultAwsSettings } from "../sim/aws/index.ts";
import type { Catalogue, Ec2InstanceTypeFacts } from "../traces/index.ts";

/** One instance type as Karpenter sees it under a plain AL2023 EC2NodeClass. */
export interface CatalogRow {
  readonly instanceType: string;
  readonly arch: string;
  readonly vcpus: number;
  readonly memoryMib: number;
  readonly gpus: number;
  readonly gpuName: string | undefined;
  readonly allocatableCpuMillicores: number;
  readonly allocatableMemoryBytes: number;
  readonly pods: number;
  readonly onDemandUsdPerHour: number;
  /** The Spot Instance Advisor's word; undefined where it has none. */
  readonly spotSavingsPercent: number | undefined;
  readonly interruptionFrequency: string | undefined;
}

/** Which types are wanted; every filter that is given must hold. */
export interface CatalogFilter {
  readonly region: string;
  readonly families: readonly string[] | undefined;
  readonly arch: string | undefined;
  readonly minVcpus: number | undefined;
  readonly maxVcpus: number | undefined;
  readonly minMemoryGib: number | undefined;
  readonly maxMemoryGib: number | undefined;
  readonly hasGpu: boolean;
}

/** The types that are sold in the region and pass the filter, by name. */
export function catalogRows(catalogue: Catalogue, filter: CatalogFilter): readonly CatalogRow[] {
  const nodeClass = plainNodeClass();
  return catalogue.instanceTypes.flatMap((facts) => {
    const price = catalogue.findOnDemandPrice(filter.region, facts.instanceType);
    if (price === undefined || !passes(facts, filter)) return [];
    const { allocatable } = buildInstanceType(facts, nodeClass, {
      ...defaultAwsSettings,
      region: filter.region,
      zones: [`${filter.region}a`],
    });
    const advice = catalogue.findSpotAdvice(filter.region, facts.instanceType);
    return [
      {
        instanceType: facts.instanceType,
        arch: facts.arch,
        vcpus: facts.vcpus,
        memoryMib: facts.memoryMib,
        gpus: facts.gpuCount ?? 0,
        gpuName: facts.gpuName,
        allocatableCpuMillicores: allocatable["cpu"] ?? 0,
        allocatableMemoryBytes: allocatable["memory"] ?? 0,
        pods: allocatable["pods"] ?? 0,
        onDemandUsdPerHour: price.usdPerHour,
        spotSavingsPercent: advice?.savingsPercent,
        interruptionFrequency: advice?.bucket.label,
      },
    ];
  });
}

function passes(facts: Ec2InstanceTypeFacts, filter: CatalogFilter): boolean {
  const { families, arch, minVcpus, maxVcpus, minMemoryGib, maxMemoryGib, hasGpu } = filter;
  const memoryGib = facts.memoryMib / 1024;
  return (
    (families === undefined || families.includes(facts.family)) &&
    (arch === undefined || facts.arch === arch) &&
    facts.vcpus >= (minVcpus ?? 0) &&
    facts.vcpus <= (maxVcpus ?? Number.POSITIVE_INFINITY) &&
    memoryGib >= (minMemoryGib ?? 0) &&
    memoryGib <= (maxMemoryGib ?? Number.POSITIVE_INFINITY) &&
    (!hasGpu || facts.gpuName !== undefined)
  );
}

function plainNodeClass(): Ec2NodeClass {
  const { object } = parseObject({
    apiVersion: "karpenter.k8s.aws/v1",
    kind: "EC2NodeClass",
    metadata: { name: "default" },
    spec: {
      role: "node",
      amiSelectorTerms: [{ alias: "al2023@latest" }],
      subnetSelectorTerms: [{ tags: { name: "any" } }],
      securityGroupSelectorTerms: [{ tags: { name: "any" } }],
    },
  });
  invariant(object?.kind === "EC2NodeClass", "the plain EC2NodeClass is not valid");
  return object;
}
