import {
  annotationMinValuesRelaxed,
  labelCapacityType,
  labelInstanceType,
  labelNodeInitialized,
  labelNodeRegistered,
  type NodePool,
} from "../apis/index.ts";
import {
  availableOfferings,
  compatibleOfferings,
  type InstanceType,
  isPriceOverlaid,
  orderByPrice,
  truncateInstanceTypes,
} from "../cloudprovider/index.ts";
import { Requirement, type Requirements } from "../scheduling/index.ts";
import type { NodeClaimDraft } from "../state/index.ts";
import type { ResourceList } from "../units/index.ts";
import { templateParts } from "./node-claim-template.ts";
import type { MinValuesPolicy } from "./scheduling-input.ts";
import type {
  PodSchedulingError,
  SchedulingNodeClaim,
  SchedulingResults,
} from "./scheduling-results.ts";

/**
 * Most instance types that a NodeClaim names.
 *
 * @see karpenter v1.14.1 pkg/controllers/provisioning/scheduling/nodeclaimtemplate.go MaxInstanceTypes
 */
export const instanceTypesMax = 600;

const annotationPriceOverlayApplied = "karpenter.sh/price-overlay-applied";
const annotationCapacityOverlayApplied = "karpenter.sh/capacity-overlay-applied";

/**
 * The results with the instance types of new NodeClaims ordered by price and cut to `max`. A
 * NodeClaim that would then not keep its minValues is dropped, and its pods get an error.
 *
 * @see karpenter v1.14.1 pkg/controllers/provisioning/scheduling/scheduler.go TruncateInstanceTypes
 */
export function truncateResults(
  results: SchedulingResults,
  policy: MinValuesPolicy,
  max: number = instanceTypesMax,
): SchedulingResults {
  const podErrors = new Map(results.podErrors);
  const newNodeClaims = results.newNodeClaims.flatMap((nodeClaim): SchedulingNodeClaim[] => {
    const { instanceTypeOptions, requirements, nodePoolName } = nodeClaim;
    const truncated = truncateInstanceTypes(instanceTypeOptions, requirements, max, policy);
    if (truncated.kind === "truncated") {
      return [{ ...nodeClaim, instanceTypeOptions: truncated.instanceTypes }];
    }
    const error: PodSchedulingError = {
      kind: "unschedulable",
      message:
        "pod didn’t schedule because NodePool couldn’t meet minValues requirements, " +
        `${truncated.message} (NodePool=${nodePoolName})`,
    };
    for (const pod of nodeClaim.pods) podErrors.set(pod, error);
    return [];
  });
  return { ...results, newNodeClaims, podErrors };
}

/**
 * The NodeClaim as it is handed to the API server.
 *
 * Names the cheapest `max` instance types, and the capacity types in which these can be had now.
 * Custom labels get a value out of those that the requirements allow.
 *
 * @see karpenter v1.14.1 pkg/controllers/provisioning/scheduling/nodeclaimtemplate.go ToNodeClaim
 */
export function toNodeClaimDraft(
  nodeClaim: SchedulingNodeClaim,
  max: number = instanceTypesMax,
): NodeClaimDraft {
  const { template, requests, instanceTypeOptions } = nodeClaim;
  const instanceTypes = orderByPrice(instanceTypeOptions, nodeClaim.requirements).slice(0, max);
  return draft(template.nodePool, {
    labels: template.labels,
    annotations: {
      ...template.annotations,
      [annotationMinValuesRelaxed]: String(nodeClaim.isMinValuesRelaxed),
      ...overlayAnnotations(instanceTypes),
    },
    requirements: launchRequirements(nodeClaim.requirements, instanceTypes),
    requests,
  });
}

interface DraftParts {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly requirements: Requirements;
  readonly requests: ResourceList;
}

function draft(nodePool: NodePool, parts: DraftParts): NodeClaimDraft {
  const { labels, annotations, requirements, requests } = parts;
  const { name, uid } = nodePool.metadata;
  const { requirements: _, ...templateSpec } = nodePool.spec.template.spec;
  return {
    generateName: `${name}-`,
    metadata: {
      labels: { ...labels, ...requirements.labels() },
      annotations,
      finalizers: [],
      ownerReferences: [
        { apiVersion: "karpenter.sh/v1", kind: "NodePool", name, uid, blockOwnerDeletion: true },
      ],
    },
    spec: {
      ...templateSpec,
      requirements: requirements
        .without(labelNodeRegistered)
        .without(labelNodeInitialized)
        .toNodeSelectorRequirements(),
      requests,
    },
  };
}

/**
 * The NodeClaim of a static NodePool: straight from its template, without instance types or
 * requests, for nobody in particular.
 *
 * @see karpenter v1.14.1 pkg/controllers/static/provisioning/controller.go
 * @see karpenter v1.14.1 pkg/controllers/provisioning/scheduling/nodeclaimtemplate.go ToNodeClaim
 */
export function staticNodeClaimDraft(nodePool: NodePool): NodeClaimDraft {
  const { labels, annotations, requirements } = templateParts(nodePool);
  return draft(nodePool, { labels, annotations, requirements, requests: {} });
}

/** The requirements narrowed to the chosen types, and to capacity types that these are offered in. */
function launchRequirements(
  requirements: Requirements,
  instanceTypes: readonly InstanceType[],
): Requirements {
  const names = instanceTypes.map(({ name }) => name);
  const { minValues } = requirements.get(labelInstanceType);
  const named = requirements.add(Requirement.of(labelInstanceType, "In", names, minValues));
  const capacityTypes = new Set<string>();
  for (const { offerings } of instanceTypes) {
    for (const { capacityType } of compatibleOfferings(availableOfferings(offerings), named)) {
      capacityTypes.add(capacityType);
    }
  }
  return capacityTypes.size === 0
    ? named
    : named.add(Requirement.of(labelCapacityType, "In", [...capacityTypes]));
}

function overlayAnnotations(instanceTypes: readonly InstanceType[]): Record<string, string> {
  const annotations: Record<string, string> = {};
  if (instanceTypes.some(isPriceOverlaid)) annotations[annotationPriceOverlayApplied] = "true";
  if (instanceTypes.some(({ isCapacityOverlaid }) => isCapacityOverlaid === true)) {
    annotations[annotationCapacityOverlayApplied] = "true";
  }
  return annotations;
}
