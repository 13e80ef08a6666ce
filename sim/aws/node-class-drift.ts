/**
 * Whether a machine still is what its EC2NodeClass describes.
 *
 * Not modelled: capacity reservations and placement groups, so no machine drifts by either.
 *
 * @see karpenter-provider-aws v1.14.1 pkg/cloudprovider/drift.go isNodeClassDrifted
 */
import {
  annotationEc2NodeClassHash,
  annotationEc2NodeClassHashVersion,
  type Ec2NodeClass,
  labelInstanceType,
  type NodeClaim,
  type ResolvedAmi,
} from "../../core/apis/index.ts";
import type { DriftResult } from "../../core/cloudprovider/index.ts";
import { Requirements } from "../../core/scheduling/index.ts";
import type { Ec2Instance } from "../ec2/index.ts";

export interface DriftSubject {
  readonly nodeClaim: NodeClaim;
  readonly nodeClass: Ec2NodeClass;
  /** Requirements of the NodeClaim's instance type; `undefined` when the NodeClass has no such type. */
  readonly typeRequirements: Requirements | undefined;
  /** `undefined` when EC2 no longer knows it. */
  readonly instance: Ec2Instance | undefined;
}

const notDrifted: DriftResult = Object.freeze({ kind: "not-drifted" });

/**
 * The first that has drifted of: static fields by their hash, AMI, security groups, subnet. What
 * cannot be told is an error, unless something before it has drifted.
 */
export function nodeClassDrift(subject: DriftSubject): DriftResult {
  const { nodeClaim, nodeClass, instance } = subject;
  if (areStaticFieldsDrifted(nodeClaim, nodeClass)) return drifted("NodeClassDrift");
  const amiDrift = findAmiDrift(subject);
  if (amiDrift.kind !== "not-drifted") return amiDrift;
  if (instance === undefined) return { kind: "not-found" };
  const { securityGroups, subnets } = nodeClass.status;
  if (securityGroups.length === 0) {
    return { kind: "error", message: "no security groups are present in the status" };
  }
  if (subnets.length === 0) return { kind: "error", message: "no subnets are discovered" };
  const wanted = new Set(securityGroups.map(({ id }) => id));
  if (!areEqual(wanted, new Set(instance.securityGroupIds))) return drifted("SecurityGroupDrift");
  return subnets.some(({ id }) => id === instance.subnetId) ? notDrifted : drifted("SubnetDrift");
}

function drifted(reason: string): DriftResult {
  return { kind: "drifted", reason };
}

/** A hash that is missing, or of another version, says nothing. */
function areStaticFieldsDrifted(nodeClaim: NodeClaim, nodeClass: Ec2NodeClass): boolean {
  const wanted = nodeClass.metadata.annotations;
  const found = nodeClaim.metadata.annotations;
  const version = wanted[annotationEc2NodeClassHashVersion];
  const hash = wanted[annotationEc2NodeClassHash];
  const foundHash = found[annotationEc2NodeClassHash];
  if (version === undefined || version !== found[annotationEc2NodeClassHashVersion]) return false;
  return hash !== undefined && foundHash !== undefined && hash !== foundHash;
}

function findAmiDrift({ nodeClaim, nodeClass, typeRequirements }: DriftSubject): DriftResult {
  const { amis, subnets } = nodeClass.status;
  if (subnets.length === 0) {
    return {
      kind: "error",
      message: "calculating ami drift, getting instanceTypes, no subnets found",
    };
  }
  if (typeRequirements === undefined) {
    const instanceType = nodeClaim.metadata.labels[labelInstanceType] ?? "";
    return { kind: "error", message: `finding node instance type ${instanceType}` };
  }
  if (amis.length === 0) return { kind: "error", message: "no amis exist given constraints" };
  if (nodeClaim.status.imageId === undefined) {
    return { kind: "error", message: "no ami ID found in nodeClaim status" };
  }
  return amiIdFor(amis, typeRequirements) === nodeClaim.status.imageId
    ? notDrifted
    : drifted("AMIDrift");
}

/** Kept by status and type, both of which stay the same objects while nothing changes. */
const amiIdsByStatus = new WeakMap<
  readonly ResolvedAmi[],
  WeakMap<Requirements, { readonly id: string | undefined }>
>();

/**
 * The AMI that machines of a type are launched with: the first that suits it. `undefined` when none
 * does.
 *
 * @see karpenter-provider-aws v1.14.1 pkg/providers/amifamily/ami.go MapToInstanceTypes
 */
export function amiIdFor(
  amis: readonly ResolvedAmi[],
  typeRequirements: Requirements,
): string | undefined {
  let known = amiIdsByStatus.get(amis);
  if (known === undefined) {
    known = new WeakMap();
    amiIdsByStatus.set(amis, known);
  }
  let choice = known.get(typeRequirements);
  if (choice === undefined) {
    const ami = amis.find(({ requirements }) =>
      typeRequirements.isCompatible(Requirements.fromNodeSelectorRequirements(requirements)),
    );
    choice = { id: ami?.id };
    known.set(typeRequirements, choice);
  }
  return choice.id;
}

function areEqual(left: ReadonlySet<string>, right: ReadonlySet<string>): boolean {
  return left.size === right.size && [...left].every((value) => right.has(value));
}
