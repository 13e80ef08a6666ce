import type { Pod, PodSpec, PreferredSchedulingTerm } from "../apis/index.ts";
import { goSort } from "../units/index.ts";
import { Requirements } from "./requirements.ts";

const allBySpec = new WeakMap<PodSpec, Requirements>();
const strictBySpec = new WeakMap<PodSpec, Requirements>();

/**
 * What a pod asks of its node, preferences taken as requirements: node selector, heaviest preferred
 * node affinity term, first required term. Relaxation removes terms one by one from the outside.
 *
 * Of preferred terms with equal weight upstream's sort chooses (the first, of up to twelve).
 * Remembered by the identity of the specification.
 *
 * @see karpenter v1.14.1 pkg/scheduling/requirements.go NewPodRequirements
 */
export function podRequirements(pod: Pod): Requirements {
  let requirements = allBySpec.get(pod.spec);
  if (requirements === undefined) {
    const preferred = heaviest(pod.spec.affinity?.preferredNodeTerms ?? []);
    requirements =
      preferred === undefined
        ? strictPodRequirements(pod)
        : withRequiredTerm(
            Requirements.fromLabels(pod.spec.nodeSelector).addAll(
              Requirements.fromNodeSelectorRequirements(preferred.preference.matchExpressions),
            ),
            pod.spec,
          );
    allBySpec.set(pod.spec, requirements);
  }
  return requirements;
}

/**
 * What a pod really needs of its node: as `podRequirements`, without preferences.
 *
 * @see karpenter v1.14.1 pkg/scheduling/requirements.go NewStrictPodRequirements
 */
export function strictPodRequirements(pod: Pod): Requirements {
  let requirements = strictBySpec.get(pod.spec);
  if (requirements === undefined) {
    requirements = withRequiredTerm(Requirements.fromLabels(pod.spec.nodeSelector), pod.spec);
    strictBySpec.set(pod.spec, requirements);
  }
  return requirements;
}

/** @see karpenter v1.14.1 pkg/scheduling/requirements.go HasPreferredNodeAffinity */
export function hasPreferredNodeAffinity(pod: Pod): boolean {
  return (pod.spec.affinity?.preferredNodeTerms.length ?? 0) > 0;
}

function withRequiredTerm(requirements: Requirements, spec: PodSpec): Requirements {
  const first = spec.affinity?.requiredNodeTerms?.[0];
  return first === undefined
    ? requirements
    : requirements.addAll(Requirements.fromNodeSelectorRequirements(first.matchExpressions));
}

function heaviest(terms: readonly PreferredSchedulingTerm[]): PreferredSchedulingTerm | undefined {
  const ordered = [...terms];
  goSort(ordered, (a, b) => a.weight > b.weight);
  return ordered[0];
}
