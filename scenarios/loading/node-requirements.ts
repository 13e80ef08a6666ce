import type { ManifestObject, NodeSelectorRequirement, PodSpec } from "../../core/apis/index.ts";

/**
 * What an object of the manifests demands of nodes, or would like of them: a NodePool of those that it
 * makes, a pod or workload of those that its pods run on. Topology keys count as `Exists`.
 */
export function nodeRequirements(object: ManifestObject): readonly NodeSelectorRequirement[] {
  switch (object.kind) {
    case "NodePool": {
      const { template } = object.spec;
      return [...template.spec.requirements, ...fromLabels(template.labels)];
    }
    case "Pod":
      return podRequirements(object.spec);
    case "Deployment":
    case "ReplicaSet":
    case "StatefulSet":
    case "DaemonSet":
    case "Job":
      return podRequirements(object.spec.template.spec);
    case "PodTemplate":
      return podRequirements(object.template.spec);
    case "CronJob":
      return podRequirements(object.spec.job.template.spec);
    default:
      return [];
  }
}

/** Labels as requirements: each `In` its one value. */
export function fromLabels(
  labels: Readonly<Record<string, string>>,
): readonly NodeSelectorRequirement[] {
  return Object.entries(labels).map(([key, value]) => ({ key, operator: "In", values: [value] }));
}

function podRequirements({
  nodeSelector,
  affinity,
  topologySpreadConstraints,
}: PodSpec): readonly NodeSelectorRequirement[] {
  const terms = [
    ...(affinity?.requiredNodeTerms ?? []),
    ...(affinity?.preferredNodeTerms ?? []).map(({ preference }) => preference),
  ];
  return [
    ...fromLabels(nodeSelector),
    ...terms.flatMap(({ matchExpressions }) => matchExpressions),
    ...topologySpreadConstraints.map(
      ({ topologyKey: key }): NodeSelectorRequirement => ({ key, operator: "Exists", values: [] }),
    ),
  ];
}
