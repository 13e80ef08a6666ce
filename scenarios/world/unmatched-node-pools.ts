import type { Ec2NodeClass, NodePool } from "../../core/apis/index.ts";
import { labelNodePool } from "../../core/apis/index.ts";
import { Requirements } from "../../core/scheduling/index.ts";
import type { Diagnostic } from "../../core/units/index.ts";
import {
  type AwsAccount,
  buildInstanceType,
  discoverSubnets,
  type InstanceTypeContext,
} from "../../sim/aws/index.ts";
import type { Catalogue } from "../../traces/index.ts";
import type { PolicyCluster } from "../loading/load-clusters.ts";

/** Where instance types are sold. */
export interface SellingPlace extends InstanceTypeContext {
  readonly catalogue: Catalogue;
  /** Decides in which zones a NodeClass has subnets. */
  readonly account: AwsAccount;
}

/**
 * A warning for every NodePool of a policy that no instance type on sale fits: it will never launch
 * anything. Availability and prices of Spot are not looked at.
 */
export function unmatchedNodePools(
  cluster: PolicyCluster,
  place: SellingPlace,
): readonly Diagnostic[] {
  const nodeClasses = new Map<string, Ec2NodeClass>();
  for (const object of cluster.objects) {
    if (object.kind === "EC2NodeClass") {
      nodeClasses.set(object.metadata.name, withSubnets(object, place));
    }
  }
  return cluster.objects.flatMap((object) => {
    if (object.kind !== "NodePool") return [];
    const nodeClass = nodeClasses.get(object.spec.template.spec.nodeClassRef.name);
    // A missing node class has its own warning.
    if (nodeClass === undefined || matchesAnyType(object, nodeClass, place)) return [];
    const { name } = object.metadata;
    const origin = cluster.manifests.origins.get(`NodePool ${name}`);
    return [
      {
        ...(origin ?? { file: "manifests" }),
        code: "scenario/node-pool-matches-nothing",
        found: nodePoolRequirements(object).toString(),
        allowed: `requirements that an instance type sold in ${place.region} fits`,
        message: `NodePool ${name} matches no instance type under policy ${cluster.policy.name}; it will launch nothing`,
      },
    ];
  });
}

/** Those that it has at the start of the run. */
function withSubnets(nodeClass: Ec2NodeClass, { account, zones }: SellingPlace): Ec2NodeClass {
  const { status } = nodeClass;
  const subnets = discoverSubnets(nodeClass, account, zones, status);
  return { ...nodeClass, status: { ...status, subnets } };
}

function nodePoolRequirements({ metadata, spec }: NodePool): Requirements {
  const { labels, spec: template } = spec.template;
  return Requirements.fromNodeSelectorRequirements(template.requirements)
    .addAll(Requirements.fromLabels(labels))
    .addAll(Requirements.fromLabels({ [labelNodePool]: metadata.name }));
}

function matchesAnyType(
  nodePool: NodePool,
  nodeClass: Ec2NodeClass,
  { catalogue, ...context }: SellingPlace,
): boolean {
  const requirements = nodePoolRequirements(nodePool);
  return catalogue.instanceTypes.some((facts) => {
    if (catalogue.findOnDemandPrice(context.region, facts.instanceType) === undefined) return false;
    const instanceType = buildInstanceType(facts, nodeClass, context);
    return instanceType.requirements.isIntersecting(requirements);
  });
}
