import { controllerOf, objectKey } from "../../../core/apis/index.ts";
import type { Pod, PodDisruptionBudget } from "../../../core/apis/index.ts";
import type { WatchEvent } from "../../../core/state/index.ts";
import { after } from "../../../core/units/index.ts";
import { budgetCounts, disruptedPodTimeout, liveDisruptions } from "../disruption-budget.ts";
import { isPodReady, isPodTerminating } from "../pod-conditions.ts";
import { BudgetMembers } from "./budget-members.ts";
import type { KubeContext, KubeController } from "./controller.ts";
import { asPodEvent, changesAvailability, WorkQueue } from "./controller.ts";

/**
 * Keeps the status of PodDisruptionBudgets, from which the eviction subresource grants evictions.
 *
 * @see kubernetes pkg/controller/disruption/disruption.go trySync
 */
export class DisruptionController implements KubeController {
  readonly name = "disruption";
  readonly #context: KubeContext;
  readonly #queue: WorkQueue;
  readonly #members: BudgetMembers;

  constructor(context: KubeContext) {
    this.#context = context;
    this.#members = new BudgetMembers(context.api);
    this.#queue = new WorkQueue(context.timeline, this.name);
  }

  observe(event: WatchEvent): void {
    const { object, before } = event;
    switch (object.kind) {
      case "PodDisruptionBudget":
        this.#members.observeBudget(event as WatchEvent<PodDisruptionBudget>);
        if (event.type !== "deleted") this.#queue.add(objectKey(object));
        return;
      case "Deployment":
      case "ReplicaSet":
      case "StatefulSet":
        if (event.type === "modified" && before !== undefined && "spec" in before) {
          if (before.spec !== object.spec) this.#addNamespace(object.metadata.namespace);
        }
        return;
      default: {
        const podEvent = asPodEvent(event);
        if (podEvent === undefined) return;
        this.#members.observePod(podEvent);
        if (!changesAvailability(podEvent)) return;
        for (const key of this.#members.budgetsOf(podEvent.object)) this.#queue.add(key);
      }
    }
  }

  reconcile(key: string): void {
    this.#queue.remove(key);
    const { api, timeline } = this.#context;
    const budget = api.get("PodDisruptionBudget", key);
    if (budget === undefined) return;
    const { namespace } = budget.metadata;
    const pods = this.#members.podsOf(key);
    const disruptedPods = liveDisruptions(budget.status.disruptedPods, timeline.now, (name) => {
      const pod = api.pod(`${namespace}/${name}`);
      return pod !== undefined && !isPodTerminating(pod);
    });
    const isHealthy = (pod: Pod): boolean =>
      isPodReady(pod) && !isPodTerminating(pod) && !(pod.metadata.name in disruptedPods);
    const counts = budgetCounts(budget.spec, {
      currentHealthy: pods.filter(isHealthy).length,
      matchingPods: pods.length,
      controllerScale: this.#controllerScale(pods),
    });
    const status = { ...budget.status, ...(counts ?? { disruptionsAllowed: 0 }), disruptedPods };
    if (!isSameStatus(budget.status, status)) api.update({ ...budget, status });
    for (const at of Object.values(disruptedPods)) {
      this.#queue.add(key, after(at, disruptedPodTimeout));
    }
  }

  /** Sum of the scales of the pods' controllers; undefined when one has no scale. */
  #controllerScale(pods: readonly Pod[]): number | undefined {
    const scaleByUid = new Map<string, number>();
    for (const pod of pods) {
      if (controllerOf(pod) === undefined) continue;
      const scale = this.#scaleOf(pod);
      if (scale === undefined) return undefined;
      scaleByUid.set(scale.uid, scale.replicas);
    }
    let total = 0;
    for (const replicas of scaleByUid.values()) total += replicas;
    return total;
  }

  #scaleOf(pod: Pod): { readonly uid: string; readonly replicas: number } | undefined {
    const { api } = this.#context;
    const owner = controllerOf(pod);
    const key = `${pod.metadata.namespace}/${owner?.name ?? ""}`;
    if (owner?.kind === "StatefulSet") {
      const set = api.get("StatefulSet", key);
      return set && { uid: set.metadata.uid, replicas: set.spec.replicas };
    }
    if (owner?.kind !== "ReplicaSet") return undefined;
    const set = api.get("ReplicaSet", key);
    const parent = set && controllerOf(set);
    if (parent?.kind !== "Deployment") {
      return set && { uid: set.metadata.uid, replicas: set.spec.replicas };
    }
    const deployment = api.get("Deployment", `${pod.metadata.namespace}/${parent.name}`);
    return deployment && { uid: deployment.metadata.uid, replicas: deployment.spec.replicas };
  }

  #addNamespace(namespace: string): void {
    for (const budget of this.#context.api.podDisruptionBudgets()) {
      if (budget.metadata.namespace === namespace) this.#queue.add(objectKey(budget));
    }
  }
}

function isSameStatus(a: PodDisruptionBudget["status"], b: PodDisruptionBudget["status"]): boolean {
  return (
    a.disruptionsAllowed === b.disruptionsAllowed &&
    a.currentHealthy === b.currentHealthy &&
    a.desiredHealthy === b.desiredHealthy &&
    a.expectedPods === b.expectedPods &&
    JSON.stringify(a.disruptedPods) === JSON.stringify(b.disruptedPods)
  );
}
