import { objectKey, type Pod, type PodDisruptionBudget } from "../apis/index.ts";
import { guardedPods } from "../provisioning/index.ts";
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
  readonly #budgets: readonly PodDisruptionBudget[];

  constructor(budgets: readonly PodDisruptionBudget[]) {
    this.#budgets = budgets;
  }

  /**
   * The first of the pods that cannot be evicted now; `undefined` when each pod alone can be.
   *
   * @see karpenter v1.14.1 pkg/utils/pdb/pdb.go CanEvictPods
   */
  blocked(pods: readonly Pod[], now: SimTime): BlockedPod | undefined {
    for (const { pod, places } of guardedPods(pods, this.#budgets)) {
      // Nobody asks for the eviction of a pod that isn't evictable, so no budget stands in the way.
      if (!this.#isBlocked(pod, places) || !isEvictable(pod, now)) continue;
      const budgets = places.flatMap((place) => this.#budgets[place] ?? []);
      return { podKey: objectKey(pod), podDisruptionBudgets: budgets.map(objectKey) };
    }
    return undefined;
  }

  /** The eviction API refuses pods of several budgets whatever these would allow. */
  #isBlocked(pod: Pod, [place = 0, ...others]: readonly number[]): boolean {
    const budget = this.#budgets[place];
    return others.length > 0 || (budget !== undefined && isExhausted(budget, pod));
  }
}

function isExhausted({ spec, status }: PodDisruptionBudget, pod: Pod): boolean {
  if (spec.unhealthyPodEvictionPolicy === "AlwaysAllow" && isUnready(pod)) return false;
  return status.disruptionsAllowed === 0;
}

function isUnready(pod: Pod): boolean {
  return pod.status.conditions.some(({ type, status }) => type === "Ready" && status === "False");
}
