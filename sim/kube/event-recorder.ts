import type { ClusterEvent } from "../../core/state/index.ts";
import { after, elapsed, hours, minutes } from "../../core/units/index.ts";
import type { SimTime } from "../../core/units/index.ts";
import type { LedgerSink } from "../ledger/index.ts";

/** @see karpenter v1.14.1 pkg/events/recorder.go defaultDedupeTimeout */
const repeatAfter = minutes(2);
/** What comes again within that time is the same going on. */
const goesOnFor = minutes(10);
const toldAgainAfter = hours(1);

interface Recurrence {
  readonly event: ClusterEvent;
  readonly firstAt: SimTime;
  /** When it last counted as an event. */
  lastAt: SimTime;
  count: number;
  toldAt: SimTime;
  toldCount: number;
}

/**
 * Counts events as Karpenter's recorder lets them through, and tells the first of those that come
 * again and again, how many there are once an hour, and how many there were: a node that cannot be
 * drained has one every few seconds, for days.
 */
export class EventRecorder {
  readonly #ledger: LedgerSink;
  readonly #recurrences = new Map<string, Recurrence>();
  #sweepAt: SimTime | undefined;

  constructor(ledger: LedgerSink) {
    this.#ledger = ledger;
  }

  record(event: ClusterEvent, now: SimTime): void {
    this.#sweep(now);
    const { objectKind, objectKey, type, reason, message } = event;
    const text = JSON.stringify([objectKind, objectKey, type, reason, message]);
    const known = this.#recurrences.get(text);
    if (known === undefined || elapsed(known.lastAt, now) >= goesOnFor) {
      if (known !== undefined) this.#tellRest(known, now);
      const times = { firstAt: now, lastAt: now, toldAt: now };
      const recurrence = { event, ...times, count: 1, toldCount: 0 };
      // Behind those that go on for longer.
      this.#recurrences.delete(text);
      this.#recurrences.set(text, recurrence);
      this.#tellRest(recurrence, now);
      return;
    }
    if (elapsed(known.lastAt, now) < repeatAfter) return;
    known.lastAt = now;
    known.count += 1;
    if (elapsed(known.toldAt, now) >= toldAgainAfter) this.#tellRest(known, now);
  }

  /** Tells at the end of the run what has not been told of events that go on. */
  finish(end: SimTime): void {
    for (const recurrence of this.#recurrences.values()) this.#tellRest(recurrence, end);
  }

  /** Forgets what does not go on, now and then, and tells how it has ended. */
  #sweep(now: SimTime): void {
    if (this.#sweepAt !== undefined && now < this.#sweepAt) return;
    this.#sweepAt = after(now, goesOnFor);
    for (const [text, recurrence] of this.#recurrences) {
      if (elapsed(recurrence.lastAt, now) < goesOnFor) continue;
      this.#tellRest(recurrence, now);
      this.#recurrences.delete(text);
    }
  }

  /** Tells of an event unless there is nothing new. */
  #tellRest(recurrence: Recurrence, now: SimTime): void {
    const { event, firstAt, lastAt, count, toldCount } = recurrence;
    if (count === toldCount) return;
    recurrence.toldAt = now;
    recurrence.toldCount = count;
    this.#ledger.record({ kind: "event", at: now, ...event, firstAt, lastAt, count });
  }
}
