import { controllerOf, objectKey } from "../../../core/apis/index.ts";
import type { Pod, ReplicaSet } from "../../../core/apis/index.ts";
import type { WatchEvent } from "../../../core/state/index.ts";
import { podOfTemplate } from "../object-drafts.ts";
import { isPodActive } from "../pod-conditions.ts";
import type { KubeContext, KubeController } from "./controller.ts";
import { asPodEvent, changesActivePods, controllerKey, WorkQueue } from "./controller.ts";
import { scaleDownOrder } from "./victim-order.ts";

/** Creations or deletions in one pass. */
const burstReplicas = 500;

/**
 * Keeps as many active pods as its ReplicaSets want. A pod that is being deleted counts no more, so
 * its replacement is created while it still runs.
 *
 * Differs: the API client's rate limit is not modelled; all pods of a pass appear at one instant.
 *
 * @see kubernetes pkg/controller/replicaset/replica_set.go manageReplicas
 */
export class ReplicaSetController implements KubeController {
  readonly name = "replica-set";
  readonly #context: KubeContext;
  readonly #queue: WorkQueue;

  constructor(context: KubeContext) {
    this.#context = context;
    this.#queue = new WorkQueue(context.timeline, this.name);
  }

  observe(event: WatchEvent): void {
    if (event.object.kind === "ReplicaSet") {
      if (event.type !== "deleted") this.#queue.add(objectKey(event.object));
      return;
    }
    const podEvent = asPodEvent(event);
    if (podEvent === undefined || !changesActivePods(podEvent)) return;
    const key = controllerKey(podEvent.object, "ReplicaSet");
    if (key !== undefined) this.#queue.add(key);
  }

  reconcile(key: string): void {
    this.#queue.remove(key);
    const { api } = this.#context;
    const replicaSet = api.get("ReplicaSet", key);
    if (replicaSet === undefined || replicaSet.metadata.deletionTimestamp !== undefined) return;
    const active = api.podsOf(replicaSet.metadata.uid).filter(isPodActive);
    const missing = replicaSet.spec.replicas - active.length;
    if (missing > 0) this.#create(replicaSet, Math.min(missing, burstReplicas));
    if (missing < 0) this.#delete(replicaSet, active, Math.min(-missing, burstReplicas));
    if (Math.abs(missing) > burstReplicas) this.#queue.add(key);
  }

  #create(replicaSet: ReplicaSet, count: number): void {
    const name = `${replicaSet.metadata.name}-`;
    for (let made = 0; made < count; made++) {
      const pod = podOfTemplate(replicaSet, replicaSet.spec.template, { name });
      this.#context.api.create(pod, { generateName: true });
    }
  }

  #delete(replicaSet: ReplicaSet, active: readonly Pod[], count: number): void {
    const { api, timeline } = this.#context;
    const isAll = count >= active.length;
    const ordered = isAll
      ? active
      : scaleDownOrder(active, this.#familyPodsByNode(replicaSet), timeline.now);
    for (const pod of ordered.slice(0, count)) api.delete("Pod", objectKey(pod));
  }

  /** Active pods per node of all ReplicaSets with the same owner. */
  #familyPodsByNode(replicaSet: ReplicaSet): ReadonlyMap<string, number> {
    const { api } = this.#context;
    const owner = controllerOf(replicaSet);
    const family = owner === undefined ? [replicaSet] : api.dependentsOf(owner.uid);
    const podsByNode = new Map<string, number>();
    for (const relative of family) {
      if (relative.kind !== "ReplicaSet") continue;
      for (const pod of api.podsOf(relative.metadata.uid)) {
        const { nodeName } = pod.spec;
        if (nodeName === undefined || !isPodActive(pod)) continue;
        podsByNode.set(nodeName, (podsByNode.get(nodeName) ?? 0) + 1);
      }
    }
    return podsByNode;
  }
}
