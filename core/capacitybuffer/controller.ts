// Keeps the status and the virtual pods of CapacityBuffers up to date, for the feature gate
// CapacityBuffer: whenever a buffer or its PodTemplate changes, and every 30 seconds, which is how a
// workload's new number of replicas is noticed.
import { type CapacityBuffer, objectKey } from "../apis/index.ts";
import {
  type Cluster,
  done,
  KeyedController,
  type Outcome,
  type WatchEvent,
} from "../state/index.ts";
import { after, milliseconds, minutes, seconds, type SimTime } from "../units/index.ts";
import { transitionEvents } from "./buffer-events.ts";
import { withResolution } from "./buffer-status.ts";
import { type BufferReads, resolveCapacityBuffer } from "./resolution.ts";
import type { VirtualPodCache } from "./virtual-pod-cache.ts";

const backoff = { base: milliseconds(100), max: minutes(1) };
const recheck = seconds(30);

/** What the controller works with. */
export interface CapacityBufferInput {
  readonly cluster: BufferReads &
    Pick<Cluster, "capacityBuffers" | "recordEvent"> &
    Required<Pick<Cluster, "updateCapacityBufferStatus">>;
  readonly virtualPods: VirtualPodCache;
  /** Asks the provisioner for a run, on behalf of the buffer with this uid. */
  readonly trigger: (uid: string, now: SimTime) => void;
}

/**
 * Resolves each buffer's shape and size, writes them into its status, and has the provisioner look.
 *
 * @see karpenter v1.14.1 pkg/controllers/capacitybuffer/controller.go Controller
 */
export class CapacityBufferController extends KeyedController {
  readonly #input: CapacityBufferInput;
  /** When each buffer is looked at without any event; events in between don't put it off. */
  readonly #recheckAt = new Map<string, SimTime>();

  constructor(input: CapacityBufferInput) {
    super({
      name: "capacitybuffer",
      backoff,
      keysOf: (event) => keysOf(event, input.cluster.capacityBuffers()),
      reconcileKey: (key, now) => this.#reconcile(key, now),
    });
    this.#input = input;
  }

  #reconcile(key: string, now: SimTime): Outcome {
    const { cluster, virtualPods, trigger } = this.#input;
    const buffer = cluster.capacityBuffers().find((it) => objectKey(it) === key);
    if (buffer === undefined) {
      virtualPods.remove(key);
      this.#recheckAt.delete(key);
      return done;
    }
    const resolution = resolveCapacityBuffer(buffer, cluster);
    const resolved = withResolution(buffer, resolution, now);
    if (resolved !== buffer) this.#write(buffer, resolved);
    // What upstream cannot make sense of it tries again, and leaves earlier virtual pods alone.
    if (resolution.kind === "failed") return { isFailed: true };
    if ("template" in resolution) {
      virtualPods.update(resolved, resolution.template, now);
      trigger(buffer.metadata.uid, now);
    } else {
      virtualPods.remove(key);
    }
    return { requeueAt: this.#nextRecheck(key, now) };
  }

  #nextRecheck(key: string, now: SimTime): SimTime {
    const planned = this.#recheckAt.get(key);
    const next = planned !== undefined && planned > now ? planned : after(now, recheck);
    this.#recheckAt.set(key, next);
    return next;
  }

  #write(before: CapacityBuffer, buffer: CapacityBuffer): void {
    const { cluster } = this.#input;
    cluster.updateCapacityBufferStatus(buffer);
    for (const event of transitionEvents(before, buffer)) cluster.recordEvent(event);
  }
}

/** Keys of the buffers that the change may matter to. */
function keysOf(
  { object }: WatchEvent,
  capacityBuffers: readonly CapacityBuffer[],
): readonly string[] {
  if (object.kind === "CapacityBuffer") return [objectKey(object)];
  if (object.kind !== "PodTemplate") return [];
  const { name, namespace } = object.metadata;
  return capacityBuffers
    .filter((it) => it.metadata.namespace === namespace && it.spec.podTemplateRef?.name === name)
    .map(objectKey);
}
