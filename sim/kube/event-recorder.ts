import type { ClusterEvent } from "../../core/state/index.ts";
import { elapsed, minutes } from "../../core/units/index.ts";
import type { SimTime } from "../../core/units/index.ts";

const repeatAfter = minutes(2);
const pruneAbove = 4096;

/**
 * Tells first occurrences of an event from repeats of the same text within two minutes.
 *
 * @see karpenter v1.14.1 pkg/events/recorder.go defaultDedupeTimeout
 */
export class EventRecorder {
  readonly #recordedAt = new Map<string, SimTime>();

  /** Whether the event is news; notes it when it is. */
  isNew(event: ClusterEvent, now: SimTime): boolean {
    const { objectKind, objectKey, type, reason, message } = event;
    const text = JSON.stringify([objectKind, objectKey, type, reason, message]);
    const last = this.#recordedAt.get(text);
    if (last !== undefined && elapsed(last, now) < repeatAfter) return false;
    if (this.#recordedAt.size >= pruneAbove) this.#forget(now);
    this.#recordedAt.set(text, now);
    return true;
  }

  #forget(now: SimTime): void {
    for (const [text, at] of this.#recordedAt) {
      if (elapsed(at, now) >= repeatAfter) this.#recordedAt.delete(text);
    }
  }
}
