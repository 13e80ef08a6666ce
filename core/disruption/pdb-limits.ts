import { objectKey, type Pod, type PodDisruptionBudget } from "../apis/index.ts";
import { labelSelectorMatches } from "../scheduling/index.ts";
import { isEvictable } from "../state/index.ts";
import type { SimTime } from "../units/index.ts";

/** A pod that cannot be evicted now, and why. */
export interface BlockedPod {
  readonly podKey: string;
  /** One key, or several when more than one budget matches the pod. */
  readonly podDisruptionBudgets: readonly string[];
}

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
   * The first of the pods that cannot be evicted now; `undefined` when each pod alone can be.
   *
   * @see karpenter v1.14.1 pkg/utils/pdb/pdb.go CanEvictPods
   */
  blocked(pods: readonly Pod[], now: SimTime): BlockedPod | undefined {
    if (this.#budgetsByNamespace.size === 0) return undefined;
    for (const pod of pods) {
      const podDisruptionBudgets = this.#blockingOne(pod, now);
      if (podDisruptionBudgets.length > 0) return { podKey: objectKey(pod), podDisruptionBudgets };
    }
    return undefined;
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
