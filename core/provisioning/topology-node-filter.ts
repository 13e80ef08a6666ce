import type { Pod, Taint, Toleration } from "../apis/index.ts";
import { Requirements, toleratesAll } from "../scheduling/index.ts";

/**
 * Which nodes count for a topology spread constraint.
 *
 * @see karpenter v1.14.1 pkg/controllers/provisioning/scheduling/topologynodefilter.go
 */
export interface TopologyNodeFilter {
  /** Alternatives; a node must satisfy one of them. */
  readonly terms: readonly Requirements[];
  readonly taintsPolicy: "Honor" | "Ignore";
  readonly affinityPolicy: "Honor" | "Ignore";
  readonly tolerations: readonly Toleration[];
}

/** The filter of a spread constraint of the pod, with the constraint's two policies. */
export function topologyNodeFilter(
  pod: Pod,
  policies: Pick<TopologyNodeFilter, "taintsPolicy" | "affinityPolicy">,
): TopologyNodeFilter {
  const { nodeSelector, affinity, tolerations } = pod.spec;
  const selected = Requirements.fromLabels(nodeSelector);
  const required = affinity?.requiredNodeTerms;
  const terms =
    required === undefined
      ? [selected]
      : required.map(({ matchExpressions }) =>
          selected.addAll(Requirements.fromNodeSelectorRequirements(matchExpressions)),
        );
  return { terms, tolerations, ...policies };
}

/**
 * Whether a node with these taints and requirements counts. No filter lets every node count.
 * Labels that the node does not define never match, not even well-known ones: upstream drops the
 * caller's leniency on the way.
 */
export function nodeFilterMatches(
  filter: TopologyNodeFilter | undefined,
  taints: readonly Taint[],
  requirements: Requirements,
): boolean {
  if (filter === undefined) return true;
  const { terms, taintsPolicy, affinityPolicy, tolerations } = filter;
  if (affinityPolicy === "Honor" && terms.length > 0) {
    if (!terms.some((term) => requirements.isCompatible(term))) return false;
  }
  return taintsPolicy === "Ignore" || toleratesAll(taints, tolerations);
}
