import { objectKey } from "../../../core/apis/index.ts";
import type { Pod, PodDisruptionBudget } from "../../../core/apis/index.ts";
import { labelSelectorMatches } from "../../../core/scheduling/index.ts";
import type { WatchEvent } from "../../../core/state/index.ts";
import type { KubeApiServer } from "../api-server.ts";

/**
 * Which pods each PodDisruptionBudget picks, kept up to date change by change: matching all pods
 * anew for every pod that comes or goes would dominate a large cluster's run.
 */
export class BudgetMembers {
  readonly #api: KubeApiServer;
  readonly #podKeysByBudget = new Map<string, Set<string>>();

  constructor(api: KubeApiServer) {
    this.#api = api;
  }

  observeBudget(event: WatchEvent<PodDisruptionBudget>): void {
    const { object, before, type } = event;
    const key = objectKey(object);
    if (type === "deleted") {
      this.#podKeysByBudget.delete(key);
      return;
    }
    if (type === "modified" && before?.spec.selector === object.spec.selector) return;
    const members = this.#api.pods().filter((pod) => isMember(object, pod));
    this.#podKeysByBudget.set(key, new Set(members.map(objectKey)));
  }

  observePod(event: WatchEvent<Pod>): void {
    const { object, before, type } = event;
    const isSettled = type === "modified" && before?.metadata.labels === object.metadata.labels;
    if (isSettled) return;
    const podKey = objectKey(object);
    for (const budget of this.#api.podDisruptionBudgets()) {
      const podKeys = this.#podKeysByBudget.get(objectKey(budget));
      if (type !== "deleted" && isMember(budget, object)) podKeys?.add(podKey);
      else podKeys?.delete(podKey);
    }
  }

  /** Keys of the budgets that pick the pod, sorted. */
  budgetsOf(pod: Pod): readonly string[] {
    return this.#api
      .podDisruptionBudgets()
      .filter((budget) => isMember(budget, pod))
      .map(objectKey);
  }

  /** The pods that a budget picks, in the order in which they came. */
  podsOf(budgetKey: string): readonly Pod[] {
    const pods: Pod[] = [];
    for (const key of this.#podKeysByBudget.get(budgetKey) ?? []) {
      const pod = this.#api.pod(key);
      if (pod !== undefined) pods.push(pod);
    }
    return pods;
  }
}

function isMember(budget: PodDisruptionBudget, pod: Pod): boolean {
  const { namespace, labels } = pod.metadata;
  return (
    budget.metadata.namespace === namespace && labelSelectorMatches(budget.spec.selector, labels)
  );
}
