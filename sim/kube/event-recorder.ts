import type { ClusterEvent } from "../../core/state/index.ts";
import { after, elapsed, hours, minutes } from "../../core/units/index.ts";
import type { SimTime } from "../../core/units/index.ts";

/** @see karpenter v1.14.1 pkg/events/recorder.go defaultDedupeTimeout */
const repeatAfter = minutes(2);
/** What comes again within that time is the same going on. */
const goesOnFor = minutes(10);
const toldAgainAfter = hours(1);

interface Recurrence {
  /** When it last counted as an event. */
  seenAt: SimTime;
  toldAt: SimTime;
  /** Since it was told. */
  count: number;
}

/**
 * Counts events as Karpenter's recorder lets them through, and tells the first of those that come
 * again and again: a node that cannot be drained has one every few seconds, for days.
 */
export class EventRecorder {
  readonly #recurrences = new Map<string, Recurrence>();
  #sweepAt: SimTime | undefined;

  /** How often the event has come since it was told last, if it is to be told now. */
  admit(event: ClusterEvent, now: SimTime): number | undefined {
    this.#sweep(now);
    const { objectKind, objectKey, type, reason, message } = event;
    const text = JSON.stringify([objectKind, objectKey, type, reason, message]);
    const known = this.#recurrences.get(text);
    if (known === undefined || elapsed(known.seenAt, now) >= goesOnFor) {
      this.#recurrences.set(text, { seenAt: now, toldAt: now, count: 0 });
      return 1;
    }
    if (elapsed(known.seenAt, now) < repeatAfter) return undefined;
    known.seenAt = now;
    known.count += 1;
    if (elapsed(known.toldAt, now) < toldAgainAfter) return undefined;
    const { count } = known;
    known.toldAt = now;
    known.count = 0;
    return count;
  }

  /** Forgets what does not go on, now and then. */
  #sweep(now: SimTime): void {
    if (this.#sweepAt !== undefined && now < this.#sweepAt) return;
    this.#sweepAt = after(now, goesOnFor);
    for (const [text, { seenAt }] of this.#recurrences) {
      if (elapsed(seenAt, now) >= goesOnFor) this.#recurrences.delete(text);
    }
  }
}
