// Whether a NodeClaim still is what its NodePool describes. Labels tell: requirements of the
// NodePool are held against them, not against the NodeClaim's own requirements.
import {
  annotationNodePoolHash,
  annotationNodePoolHashVersion,
  labelCapacityReservationId,
  labelCapacityType,
  labelInstanceType,
  type NodeClaim,
  type NodePool,
  type NodeSelectorRequirement,
} from "../apis/index.ts";
import { hasCompatibleOffering, type InstanceType } from "../cloudprovider/index.ts";
import { Requirement, Requirements } from "../scheduling/index.ts";

const requirementsByList = new WeakMap<readonly NodeSelectorRequirement[], Requirements>();
const reservedCapacityLabels: readonly string[] = [
  labelCapacityReservationId,
  "karpenter.k8s.aws/capacity-reservation-type",
  "karpenter.k8s.aws/capacity-reservation-interruptible",
];

/**
 * The reason why the NodePool has moved away from the NodeClaim: its template's hash first, then its
 * requirements; `undefined` when it hasn't.
 *
 * A hash that is missing, or of another version, says nothing.
 *
 * @see karpenter v1.14.1 pkg/controllers/nodeclaim/disruption/drift.go areStaticFieldsDrifted areRequirementsDrifted
 */
export function nodePoolDrift(
  nodePool: NodePool,
  nodeClaim: NodeClaim,
): "NodePoolDrifted" | "RequirementsDrifted" | undefined {
  if (isHashDrifted(nodePool, nodeClaim)) return "NodePoolDrifted";
  const labels = Requirements.fromLabels(nodeClaim.metadata.labels);
  return labels.isCompatible(templateRequirements(nodePool)) ? undefined : "RequirementsDrifted";
}

function isHashDrifted(nodePool: NodePool, nodeClaim: NodeClaim): boolean {
  const wanted = nodePool.metadata.annotations;
  const found = nodeClaim.metadata.annotations;
  const version = wanted[annotationNodePoolHashVersion];
  const hash = wanted[annotationNodePoolHash];
  const foundHash = found[annotationNodePoolHash];
  if (version === undefined || version !== found[annotationNodePoolHashVersion]) return false;
  return hash !== undefined && foundHash !== undefined && hash !== foundHash;
}

function templateRequirements(nodePool: NodePool): Requirements {
  const list = nodePool.spec.template.spec.requirements;
  let requirements = requirementsByList.get(list);
  if (requirements === undefined) {
    requirements = Requirements.fromNodeSelectorRequirements(list);
    requirementsByList.set(list, requirements);
  }
  return requirements;
}

/**
 * Whether the provider no longer offers what the NodeClaim runs on, available or not. A reserved
 * machine may since have become on-demand, so either will do for it.
 *
 * @see karpenter v1.14.1 pkg/controllers/nodeclaim/disruption/drift.go instanceTypeNotFound
 */
export function isInstanceTypeNotFound(
  instanceTypes: readonly InstanceType[],
  nodeClaim: NodeClaim,
): boolean {
  const { labels } = nodeClaim.metadata;
  const instanceType = instanceTypes.find(({ name }) => name === labels[labelInstanceType]);
  if (instanceType === undefined) return true;
  let requirements = Requirements.fromLabels(labels);
  if (labels[labelCapacityType] === "reserved") {
    requirements = requirements.replace(
      Requirement.of(labelCapacityType, "In", ["reserved", "on-demand"]),
    );
    for (const label of reservedCapacityLabels) requirements = requirements.without(label);
  }
  return !hasCompatibleOffering(instanceType.offerings, requirements);
}
