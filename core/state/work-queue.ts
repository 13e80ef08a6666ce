// What a controller has to look at, and when: one due time per key. A heap orders the times; an
// entry whose key has got another due time since is skipped when it comes up.
import {
  after,
  compareStrings,
  type DurationMs,
  durationMs,
  type SimTime,
} from "../units/index.ts";

/** How long a key waits after failures: doubling from `base` to `max`. */
export interface Backoff {
  readonly base: DurationMs;
  readonly max: DurationMs;
}

const doublingsMax = 40;

/** How long to wait after a failure, so many others having come before it in a row. */
export function backoffWait({ base, max }: Backoff, failures: number): DurationMs {
  return durationMs(Math.min(base * 2 ** Math.min(failures, doublingsMax), max));
}

interface Entry {
  readonly dueAt: SimTime;
  readonly key: string;
}

/**
 * Keys with due times, taken in order of due time, then key.
 *
 * @see k8s.io/client-go util/workqueue/delaying_queue.go, default_rate_limiters.go
 */
export class WorkQueue {
  readonly #backoff: Backoff;
  readonly #dueByKey = new Map<string, SimTime>();
  readonly #heldUntilByKey = new Map<string, SimTime>();
  readonly #failuresByKey = new Map<string, number>();
  readonly #heap: Entry[] = [];

  constructor(backoff: Backoff) {
    this.#backoff = backoff;
  }

  /** The key is due at this time, or when it was before if that is earlier; never while it is held. */
  add(key: string, at: SimTime): void {
    const heldUntil = this.#heldUntilByKey.get(key);
    const dueAt = heldUntil !== undefined && heldUntil > at ? heldUntil : at;
    const before = this.#dueByKey.get(key);
    if (before !== undefined && before <= dueAt) return;
    this.#dueByKey.set(key, dueAt);
    this.#push({ dueAt, key });
  }

  /** Puts the key off until this time, whatever happens to it before. */
  hold(key: string, until: SimTime): void {
    this.#heldUntilByKey.set(key, until);
    const dueAt = this.#dueByKey.get(key);
    if (dueAt === undefined || dueAt >= until) return;
    this.#dueByKey.delete(key);
    this.add(key, until);
  }

  /** Makes the key due again after a wait that doubles with each failure in a row. */
  retry(key: string, now: SimTime): void {
    const failures = this.#failuresByKey.get(key) ?? 0;
    this.#failuresByKey.set(key, failures + 1);
    this.add(key, after(now, backoffWait(this.#backoff, failures)));
  }

  /** The key has succeeded: the next failure starts with the shortest wait. */
  succeed(key: string): void {
    this.#failuresByKey.delete(key);
  }

  /** Drops the key altogether. */
  remove(key: string): void {
    this.#dueByKey.delete(key);
    this.#heldUntilByKey.delete(key);
    this.#failuresByKey.delete(key);
  }

  /** The next key that is due, which then no longer is; `undefined` when none is. */
  take(now: SimTime): string | undefined {
    const first = this.#first();
    if (first === undefined || first.dueAt > now) return undefined;
    this.#pop();
    this.#dueByKey.delete(first.key);
    this.#heldUntilByKey.delete(first.key);
    return first.key;
  }

  /** When the next key is due. */
  nextDueAt(): SimTime | undefined {
    return this.#first()?.dueAt;
  }

  #first(): Entry | undefined {
    for (;;) {
      const first = this.#heap[0];
      if (first === undefined || this.#dueByKey.get(first.key) === first.dueAt) return first;
      this.#pop();
    }
  }

  #push(entry: Entry): void {
    const heap = this.#heap;
    let index = heap.length;
    heap.push(entry);
    while (index > 0) {
      const parentIndex = (index - 1) >> 1;
      const parent = heap[parentIndex];
      if (parent === undefined || compareEntries(parent, entry) <= 0) break;
      heap[index] = parent;
      index = parentIndex;
    }
    heap[index] = entry;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let index = 0;
    for (;;) {
      const left = heap[2 * index + 1];
      const right = heap[2 * index + 2];
      if (left === undefined) break;
      const isRight = right !== undefined && compareEntries(right, left) < 0;
      const child = isRight ? right : left;
      if (compareEntries(last, child) <= 0) break;
      heap[index] = child;
      index = 2 * index + (isRight ? 2 : 1);
    }
    heap[index] = last;
  }
}

function compareEntries(a: Entry, b: Entry): number {
  return a.dueAt - b.dueAt || compareStrings(a.key, b.key);
}
