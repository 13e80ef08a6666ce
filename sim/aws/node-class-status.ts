/**
 * The status of an EC2NodeClass: what its selector terms find, and whether machines can be launched
 * with that. Dry runs of launches, instance profiles and placement groups always succeed here.
 *
 * @see karpenter-provider-aws v1.14.1 pkg/controllers/nodeclass/controller.go Controller.Reconcile
 * @see karpenter-provider-aws v1.14.1 pkg/controllers/nodeclass/validation.go Validation.Reconcile
 */
import type { Ec2NodeClass } from "../../core/apis/index.ts";
import { type ConditionChange, conditionStatus, setCondition } from "../../core/state/index.ts";
import type { SimTime } from "../../core/units/index.ts";
import { type AmiSources, discoverAmis } from "./ami-discovery.ts";
import { discoverSecurityGroups, discoverSubnets } from "./network-discovery.ts";

/** What a NodeClass is resolved against. */
export interface NodeClassSources extends AmiSources {
  /** Zones of the cluster. */
  readonly zones: readonly string[];
  /** The status that the manifest came with: it tells subnets where the account doesn't. */
  readonly written: Ec2NodeClass["status"];
}

/** The NodeClass with its status, the same object where nothing has changed. */
export function resolvedNodeClass(
  nodeClass: Ec2NodeClass,
  sources: NodeClassSources,
  now: SimTime,
): Ec2NodeClass {
  const set = (object: Ec2NodeClass, change: ConditionChange): Ec2NodeClass =>
    setCondition(object, change, now);
  const withNetwork = withSecurityGroups(withSubnets(withAmis(nodeClass, sources, set)));
  const withProfile = [
    { type: "PlacementGroupReady", status: "True" },
    { type: "InstanceProfileReady", status: "True" },
  ] as const;
  const prepared = withProfile.reduce(set, withNetwork);
  return set(prepared, validation(prepared));

  function withSubnets(object: Ec2NodeClass): Ec2NodeClass {
    const { account, zones, written } = sources;
    const subnets = discoverSubnets(nodeClass, account, zones, written);
    return set(withStatus(object, { subnets }), found("Subnets", subnets.length));
  }

  function withSecurityGroups(object: Ec2NodeClass): Ec2NodeClass {
    const securityGroups = discoverSecurityGroups(nodeClass, sources.account, sources.written);
    const condition = found("SecurityGroups", securityGroups.length);
    return set(withStatus(object, { securityGroups }), condition);
  }
}

function withAmis(
  nodeClass: Ec2NodeClass,
  sources: AmiSources,
  set: (object: Ec2NodeClass, change: ConditionChange) => Ec2NodeClass,
): Ec2NodeClass {
  const type = "AMIsReady";
  const discovery = discoverAmis(nodeClass, sources);
  switch (discovery.kind) {
    case "error":
      return nodeClass;
    case "unsupported-alias": {
      const { message } = discovery;
      return set(nodeClass, { type, status: "False", reason: "UnsupportedAlias", message });
    }
    case "found": {
      const { amis } = discovery;
      const message = "AMISelector did not match any AMIs";
      return set(
        withStatus(nodeClass, { amis }),
        amis.length > 0
          ? { type, status: "True" }
          : { type, status: "False", reason: "AMINotFound", message },
      );
    }
  }
}

/** Condition of something that is there or that nothing matched. */
function found(what: "Subnets" | "SecurityGroups", count: number): ConditionChange {
  const type = `${what}Ready`;
  if (count > 0) return { type, status: "True" };
  const selector = `${what.slice(0, -1)}Selector`;
  const message = `${selector} did not match any ${what}`;
  return { type, status: "False", reason: `${what}NotFound`, message };
}

const requiredConditions = [
  "AMIsReady",
  "InstanceProfileReady",
  "SecurityGroupsReady",
  "SubnetsReady",
] as const;

function validation(nodeClass: Ec2NodeClass): ConditionChange {
  const type = "ValidationSucceeded";
  const statuses = requiredConditions.map((condition) => conditionStatus(nodeClass, condition));
  const reason = "DependenciesNotReady";
  const message = "Awaiting AMI, Instance Profile, Security Group, and Subnet resolution";
  if (statuses.includes("False")) return { type, status: "False", reason, message };
  if (statuses.includes("Unknown")) return { type, status: "Unknown", reason, message };
  return { type, status: "True" };
}

/** Lists that say the same stay the same object: caches are kept by them. */
function withStatus(nodeClass: Ec2NodeClass, part: Partial<Ec2NodeClass["status"]>): Ec2NodeClass {
  const { status } = nodeClass;
  const isSame = Object.entries(part).every(
    ([key, value]) => JSON.stringify(value) === JSON.stringify(status[key as keyof typeof status]),
  );
  return isSame ? nodeClass : { ...nodeClass, status: { ...status, ...part } };
}
