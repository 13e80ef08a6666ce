// Evicts pods one by one through the eviction subresource. What a PodDisruptionBudget refuses is
// tried again, ever more slowly. Whether a pod may be evicted is judged when it is added, not later.
import { objectKey, type Pod } from "../apis/index.ts";
import {
  conditionOf,
  done,
  KeyedController,
  isConditionTrue,
  type Outcome,
} from "../state/index.ts";
import { milliseconds, seconds, type SimTime } from "../units/index.ts";
import type { LifecycleContext } from "./lifecycle-context.ts";

const backoff = { base: milliseconds(100), max: seconds(10) };

/**
 * The queue of pods to be evicted, each known by key and uid.
 *
 * Differs: the limit on the rate of all retries together (100 a second) is not modelled.
 *
 * @see karpenter v1.14.1 pkg/controllers/node/termination/terminator/eviction.go Queue
 */
export class EvictionQueueController extends KeyedController {
  readonly #context: LifecycleContext;
  /** Key by uid; stays when the pod is found gone or replaced, so that it isn't queued again. */
  readonly #keyByUid = new Map<string, string>();

  constructor(context: LifecycleContext) {
    super({
      name: "eviction-queue",
      backoff,
      keysOf: ({ type, object }) => {
        if (object.kind === "Pod" && type === "deleted") this.#keyByUid.delete(object.metadata.uid);
        return [];
      },
      reconcileKey: (uid, now) => this.#evict(uid, now),
    });
    this.#context = context;
  }

  /** Adds pods that aren't queued yet. */
  add(pods: readonly Pod[], now: SimTime): void {
    for (const pod of pods) {
      const { uid } = pod.metadata;
      if (this.#keyByUid.has(uid)) continue;
      this.#keyByUid.set(uid, objectKey(pod));
      this.enqueue(uid, now);
    }
  }

  #evict(uid: string, now: SimTime): Outcome {
    const { cluster, recorder } = this.#context;
    const key = this.#keyByUid.get(uid);
    const pod = key === undefined ? undefined : cluster.pod(key);
    if (key === undefined || pod === undefined || pod.metadata.uid !== uid) return done;
    const result = cluster.evictPod(key, uid);
    switch (result.kind) {
      case "not-found":
      case "conflict":
        return done;
      case "too-many-requests":
        this.#warn(pod, "evicting pod violates a PDB");
        recorder.record(
          { kind: "eviction-blocked", pod, podDisruptionBudgets: [result.podDisruptionBudget] },
          now,
        );
        return { isFailed: true };
      case "multiple-budgets": {
        const { podDisruptionBudgets } = result;
        this.#warn(pod, "eviction does not support multiple PDBs");
        recorder.record({ kind: "eviction-blocked", pod, podDisruptionBudgets }, now);
        return { isFailed: true };
      }
      case "evicted":
        this.#keyByUid.delete(uid);
        this.#recordEviction(pod, now);
        return done;
    }
  }

  /** About the pod's Node; without one there is nothing to warn of. */
  #warn(pod: Pod, sentence: string): void {
    const nodeName = pod.spec.nodeName ?? "";
    if (this.#context.cluster.node(nodeName) === undefined) return;
    this.#context.cluster.recordEvent({
      type: "Warning",
      reason: "FailedDraining",
      message: `Failed to drain node, ${sentence} (Pod=${objectKey(pod)})`,
      objectKind: "Node",
      objectKey: nodeName,
    });
  }

  #recordEviction(pod: Pod, now: SimTime): void {
    const reason = this.#evictionReason(pod);
    this.#context.cluster.recordEvent({
      type: "Normal",
      reason: "Evicted",
      message: `Evicted pod: ${reason}`,
      objectKind: "Pod",
      objectKey: objectKey(pod),
    });
    this.#context.recorder.record({ kind: "pod-evicted", pod, reason }, now);
  }

  /** @see karpenter v1.14.1 pkg/controllers/node/termination/terminator/eviction.go evictionReason */
  #evictionReason(pod: Pod): string {
    const node = this.#context.cluster.node(pod.spec.nodeName ?? "");
    const nodeClaim = node === undefined ? undefined : this.#context.machines.nodeClaimOf(node);
    if (nodeClaim === undefined) return "";
    if (!isConditionTrue(nodeClaim, "DisruptionReason")) return "Forceful Termination";
    return conditionOf(nodeClaim, "DisruptionReason")?.reason ?? "";
  }
}
