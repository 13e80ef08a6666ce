import { objectKey } from "../../../core/apis/index.ts";
import type { Node, Pod, Taint } from "../../../core/apis/index.ts";
import { toleratesTaint } from "../../../core/scheduling/index.ts";
import type { WatchEvent } from "../../../core/state/index.ts";
import { afterOrLast } from "../../../core/units/index.ts";
import type { SimTime } from "../../../core/units/index.ts";
import { isPodTerminating } from "../pod-conditions.ts";
import type { KubeContext, KubeController } from "./controller.ts";
import { asPodEvent, WorkQueue } from "./controller.ts";

/**
 * Deletes pods from nodes with NoExecute taints: at once when they don't tolerate one, after the
 * shortest of their toleration times when they do for a while. No budget is asked.
 *
 * @see kubernetes pkg/controller/tainteviction/taint_eviction.go processPodOnNode
 */
export class TaintEvictionController implements KubeController {
  readonly name = "taint-eviction";
  readonly #context: KubeContext;
  readonly #queue: WorkQueue;
  /** Since when a pod's clock runs, by uid. */
  readonly #startedAtByUid = new Map<string, SimTime>();

  constructor(context: KubeContext) {
    this.#context = context;
    this.#queue = new WorkQueue(context.timeline, this.name);
  }

  observe(event: WatchEvent): void {
    const podEvent = asPodEvent(event);
    if (podEvent !== undefined) {
      this.#observePod(podEvent);
      return;
    }
    const { object, before } = event;
    if (object.kind !== "Node" || event.type === "deleted") return;
    const old = before?.kind === "Node" ? before : undefined;
    if (old?.spec.taints === object.spec.taints) return;
    if (executing(object).length === 0 && (old === undefined || executing(old).length === 0)) {
      return;
    }
    for (const pod of this.#context.api.podsOnNode(object.metadata.name)) {
      this.#queue.add(objectKey(pod));
    }
  }

  reconcile(key: string): void {
    this.#queue.remove(key);
    const { api, timeline } = this.#context;
    const pod = api.pod(key);
    const node = pod?.spec.nodeName === undefined ? undefined : api.node(pod.spec.nodeName);
    if (pod === undefined || node === undefined || isPodTerminating(pod)) return;
    const taints = executing(node);
    if (taints.length === 0) {
      this.#startedAtByUid.delete(pod.metadata.uid);
      return;
    }
    const tolerated = toleratedSeconds(pod, taints);
    if (tolerated === undefined) return;
    const startedAt = this.#startedAtByUid.get(pod.metadata.uid) ?? timeline.now;
    this.#startedAtByUid.set(pod.metadata.uid, startedAt);
    const at = afterOrLast(startedAt, tolerated * 1000);
    if (at > timeline.now) {
      this.#queue.add(key, at);
      return;
    }
    api.deletePodAs(pod, {
      entry: "pod-evicted",
      reason: "DeletionByTaintManager",
      message: "Taint manager: deleting due to NoExecute taint",
    });
  }

  #observePod(event: WatchEvent<Pod>): void {
    const { object, before } = event;
    const key = objectKey(object);
    if (event.type === "deleted") {
      this.#startedAtByUid.delete(object.metadata.uid);
      this.#queue.remove(key);
      return;
    }
    const { nodeName } = object.spec;
    if (nodeName === undefined || before?.spec.nodeName === nodeName) return;
    const node = this.#context.api.node(nodeName);
    if (node !== undefined && executing(node).length > 0) this.#queue.add(key);
  }
}

function executing(node: Node): readonly Taint[] {
  return node.spec.taints.filter((taint) => taint.effect === "NoExecute");
}

/** How long the pod may stay, in seconds: 0 when it tolerates not all, undefined: for ever. */
function toleratedSeconds(pod: Pod, taints: readonly Taint[]): number | undefined {
  let shortest: number | undefined;
  for (const taint of taints) {
    const used = pod.spec.tolerations.filter((toleration) => toleratesTaint(toleration, taint));
    if (used.length === 0) return 0;
    for (const { tolerationSeconds } of used) {
      if (tolerationSeconds === undefined) continue;
      const seconds = Math.max(0, tolerationSeconds);
      if (shortest === undefined || seconds < shortest) shortest = seconds;
    }
  }
  return shortest;
}
