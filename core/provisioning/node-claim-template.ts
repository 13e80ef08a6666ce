import {
  annotationNodePoolHash,
  annotationNodePoolHashVersion,
  labelNodeInitialized,
  labelNodePool,
  labelNodeRegistered,
  type NodePool,
  nodePoolHash,
  nodePoolHashVersion,
} from "../apis/index.ts";
import {
  allocatableOfferings,
  hasCompatibleOffering,
  type InstanceType,
} from "../cloudprovider/index.ts";
import {
  nodeClassLabel,
  Requirement,
  Requirements,
  satisfiesMinValues,
} from "../scheduling/index.ts";
import { emptyResources, fits } from "../units/index.ts";

/**
 * What NodeClaims of one NodePool have in common within a run.
 *
 * @see karpenter v1.14.1 pkg/controllers/provisioning/scheduling/nodeclaimtemplate.go NodeClaimTemplate
 */
export interface SchedulingNodeClaimTemplate {
  readonly nodePool: NodePool;
  /** The template's, the NodePool's name and its NodeClass. */
  readonly labels: Readonly<Record<string, string>>;
  /** The template's, the NodePool's hash and the version of the hash. */
  readonly annotations: Readonly<Record<string, string>>;
  /** With `registered` and `initialized` set to "true", for the sake of DaemonSets that select them. */
  readonly requirements: Requirements;
  /** Types that the requirements leave, in the provider's order. */
  readonly instanceTypeOptions: readonly InstanceType[];
}

/** What `nodeClaimTemplate` found: no template where no instance type is left. */
export type NodeClaimTemplateResult =
  | { readonly ok: true; readonly template: SchedulingNodeClaimTemplate }
  | { readonly ok: false; readonly isMinValuesIncompatible: boolean };

const simulatedLabels: readonly Requirement[] = [labelNodeRegistered, labelNodeInitialized].map(
  (label) => Requirement.of(label, "In", ["true"]),
);

/**
 * The template of a NodePool's NodeClaims, from those of the types that its requirements leave.
 *
 * `relaxMinValues` lets types stay that don't offer as many values as minValues ask for; minValues
 * themselves stay as they are.
 *
 * @see karpenter v1.14.1 pkg/controllers/provisioning/scheduling/nodeclaimtemplate.go NewNodeClaimTemplate
 */
export function nodeClaimTemplate(
  nodePool: NodePool,
  instanceTypes: readonly InstanceType[],
  relaxMinValues: boolean,
): NodeClaimTemplateResult {
  const { labels, annotations, requirements } = templateParts(nodePool);
  const instanceTypeOptions = instanceTypes.filter((it) => isOption(it, requirements));
  const { unsatisfied } = satisfiesMinValues(instanceTypeOptions, requirements);
  const isMinValuesIncompatible = unsatisfied.size > 0 && !relaxMinValues;
  if (isMinValuesIncompatible || instanceTypeOptions.length === 0) {
    return { ok: false, isMinValuesIncompatible };
  }
  return {
    ok: true,
    template: { nodePool, labels, annotations, requirements, instanceTypeOptions },
  };
}

/** Labels, annotations and requirements that all NodeClaims of the NodePool start from. */
export function templateParts(
  nodePool: NodePool,
): Pick<SchedulingNodeClaimTemplate, "labels" | "annotations" | "requirements"> {
  const { template } = nodePool.spec;
  const { group, kind, name } = template.spec.nodeClassRef;
  const labels = {
    ...template.labels,
    [labelNodePool]: nodePool.metadata.name,
    [nodeClassLabel(group, kind)]: name,
  };
  const requirements = Requirements.fromNodeSelectorRequirements(template.spec.requirements)
    .addAll(Requirements.fromLabels(labels))
    .add(...simulatedLabels);
  const annotations = {
    ...template.annotations,
    [annotationNodePoolHash]: nodePoolHash(nodePool),
    [annotationNodePoolHashVersion]: nodePoolHashVersion,
  };
  return { labels, annotations, requirements };
}

/** Whether a node of the type could come from the requirements, with nothing on it yet. */
function isOption(instanceType: InstanceType, requirements: Requirements): boolean {
  return (
    instanceType.requirements.isIntersecting(requirements) &&
    allocatableOfferings(instanceType).some(
      ({ allocatable, offerings }) =>
        fits(emptyResources, allocatable) && hasCompatibleOffering(offerings, requirements),
    )
  );
}
