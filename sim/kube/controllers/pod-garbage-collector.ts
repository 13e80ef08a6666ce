import type { WatchEvent } from "../../../core/state/index.ts";
import { after, seconds } from "../../../core/units/index.ts";
import { pollFrom } from "../../engine/index.ts";
import { isPodTerminal } from "../pod-conditions.ts";
import type { KubeContext, KubeController } from "./controller.ts";
import { WorkQueue } from "./controller.ts";

const period = seconds(20);
const quarantine = seconds(40);

/**
 * Removes the pods of nodes whose object is gone: a pass every 20 s notices the node's absence and,
 * if it is still absent 40 s later, fails its pods and deletes them by force.
 *
 * Differs: finished pods are never collected by number (terminated-pod-gc-threshold).
 *
 * @see kubernetes pkg/controller/podgc/gc_controller.go gcOrphaned
 */
export class PodGarbageCollector implements KubeController {
  readonly name = "pod-garbage-collector";
  readonly #context: KubeContext;
  readonly #queue: WorkQueue;

  constructor(context: KubeContext) {
    this.#context = context;
    this.#queue = new WorkQueue(context.timeline, this.name);
  }

  observe(event: WatchEvent): void {
    if (event.object.kind !== "Node" || event.type !== "deleted") return;
    const nextPass = pollFrom(this.#context.timeline.now, { period });
    this.#queue.add(event.object.metadata.name, after(nextPass, quarantine));
  }

  reconcile(nodeName: string): void {
    this.#queue.remove(nodeName);
    const { api } = this.#context;
    if (api.node(nodeName) !== undefined) return;
    for (const pod of api.podsOnNode(nodeName)) {
      if (!isPodTerminal(pod)) api.update({ ...pod, status: { ...pod.status, phase: "Failed" } });
      const failed = api.pod(`${pod.metadata.namespace}/${pod.metadata.name}`);
      if (failed?.metadata.uid !== pod.metadata.uid) continue;
      api.deletePodAs(failed, {
        entry: "pod-killed",
        reason: "DeletionByPodGC",
        message: "PodGC: node no longer exists",
        graceSeconds: 0,
      });
    }
  }
}
