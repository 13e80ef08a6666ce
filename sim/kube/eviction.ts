import type { Pod, PodDisruptionBudget } from "../../core/apis/index.ts";
import { objectKey } from "../../core/apis/index.ts";
import { labelSelectorMatches } from "../../core/scheduling/index.ts";
import { isPodReady, isPodTerminal, isPodTerminating } from "./pod-conditions.ts";

/** What the eviction subresource answers, before anything is written. */
export type EvictionDecision =
  | { readonly kind: "delete" }
  | { readonly kind: "delete-within-budget"; readonly budget: PodDisruptionBudget }
  | { readonly kind: "too-many-requests"; readonly budget: PodDisruptionBudget }
  | { readonly kind: "multiple-budgets"; readonly budgets: readonly PodDisruptionBudget[] };

/** The budgets whose selector picks the pod, in the order given. */
export function matchingBudgets(
  pod: Pod,
  budgets: readonly PodDisruptionBudget[],
): readonly PodDisruptionBudget[] {
  const { namespace, labels } = pod.metadata;
  return budgets.filter(
    (budget) =>
      budget.metadata.namespace === namespace && labelSelectorMatches(budget.spec.selector, labels),
  );
}

/**
 * Whether a pod may be evicted now, by the checks of the eviction subresource in their order.
 *
 * @see kubernetes pkg/registry/core/pod/storage/eviction.go Create
 */
export function decideEviction(
  pod: Pod,
  budgets: readonly PodDisruptionBudget[],
): EvictionDecision {
  if (canIgnoreBudgets(pod)) return { kind: "delete" };
  const matching = matchingBudgets(pod, budgets);
  const [budget] = matching;
  if (budget === undefined) return { kind: "delete" };
  if (matching.length > 1) return { kind: "multiple-budgets", budgets: matching };
  const { status, spec } = budget;
  if (!isPodReady(pod)) {
    if (spec.unhealthyPodEvictionPolicy === "AlwaysAllow") return { kind: "delete" };
    if (status.currentHealthy >= status.desiredHealthy && status.desiredHealthy > 0) {
      return { kind: "delete" };
    }
  }
  if (status.disruptionsAllowed <= 0) return { kind: "too-many-requests", budget };
  return { kind: "delete-within-budget", budget };
}

function canIgnoreBudgets(pod: Pod): boolean {
  return pod.status.phase === "Pending" || isPodTerminal(pod) || isPodTerminating(pod);
}

/** The budget after it has granted the pod's eviction: one less allowed, the pod remembered. */
export function withDisruption(
  budget: PodDisruptionBudget,
  pod: Pod,
  now: PodDisruptionBudget["status"]["disruptedPods"][string],
): PodDisruptionBudget {
  const { status } = budget;
  return {
    ...budget,
    status: {
      ...status,
      disruptionsAllowed: status.disruptionsAllowed - 1,
      disruptedPods: { ...status.disruptedPods, [pod.metadata.name]: now },
    },
  };
}

/** The budgets' keys, for a refusal. */
export function budgetKeys(budgets: readonly PodDisruptionBudget[]): readonly string[] {
  return budgets.map(objectKey);
}
