import { objectKey, type Pod, type PodDisruptionBudget } from "../apis/index.ts";
import { labelSelectorMatches } from "../scheduling/index.ts";
import { isEvictable } from "../state/index.ts";
import type { SimTime } from "../units/index.ts";

/**
 * Which pods PodDisruptionBudgets let go at present.
 *
 * @see karpenter v1.14.1 pkg/utils/pdb/pdb.go Limits
 */
export class PdbLimits {
  readonly #budgetsByNamespace = new Map<string, PodDisruptionBudget[]>();

  constructor(budgets: readonly PodDisruptionBudget[]) {
    for (const budget of budgets) {
      const { namespace } = budget.metadata;
      const others = this.#budgetsByNamespace.get(namespace);
      if (others === undefined) this.#budgetsByNamespace.set(namespace, [budget]);
      else others.push(budget);
    }
  }

  /**
   * The budgets that keep the first of the pods that cannot be evicted now: one key, or several when
   * more than one budget matches the pod; none when each pod alone can be evicted.
   *
   * @see karpenter v1.14.1 pkg/utils/pdb/pdb.go CanEvictPods
   */
  blocking(pods: readonly Pod[], now: SimTime): readonly string[] {
    if (this.#budgetsByNamespace.size === 0) return [];
    for (const pod of pods) {
      const keys = this.#blockingOne(pod, now);
      if (keys.length > 0) return keys;
    }
    return [];
  }

  #blockingOne(pod: Pod, now: SimTime): readonly string[] {
    const { namespace, labels } = pod.metadata;
    const budgets = this.#budgetsByNamespace.get(namespace);
    if (budgets === undefined) return [];
    const matching = budgets.filter(({ spec }) => labelSelectorMatches(spec.selector, labels));
    // Nobody asks for the eviction of a pod that isn't evictable, so no budget stands in the way.
    if (matching.length === 0 || !isEvictable(pod, now)) return [];
    // The eviction API refuses such pods whatever the budgets would allow.
    if (matching.length > 1) return matching.map(objectKey);
    return matching.filter((budget) => isExhausted(budget, pod)).map(objectKey);
  }
}

function isExhausted({ spec, status }: PodDisruptionBudget, pod: Pod): boolean {
  if (spec.unhealthyPodEvictionPolicy === "AlwaysAllow" && isUnready(pod)) return false;
  return status.disruptionsAllowed === 0;
}

function isUnready(pod: Pod): boolean {
  return pod.status.conditions.some(({ type, status }) => type === "Ready" && status === "False");
}
