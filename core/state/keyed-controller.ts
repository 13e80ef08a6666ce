import type { SimTime } from "../units/index.ts";
import type { Controller } from "./controller.ts";
import type { WatchEvent } from "./watch.ts";
import { type Backoff, WorkQueue } from "./work-queue.ts";

/** What comes of reconciling one key. */
export interface Outcome {
  /** When the key is wanted again without any event. */
  readonly requeueAt?: SimTime;
  /** It failed: wanted again after the back-off, which then grows. */
  readonly isFailed?: boolean;
  /** Not before this time, whatever happens. */
  readonly holdUntil?: SimTime;
  /** The controller's only worker sleeps until then: no other key is looked at either. */
  readonly sleepUntil?: SimTime;
}

/** Nothing more to do until something happens. */
export const done: Outcome = Object.freeze({});

/** What makes up a controller that works key by key. */
export interface KeyedControllerParts {
  readonly name: string;
  readonly backoff: Backoff;
  /** Keys that the event makes due. */
  keysOf(event: WatchEvent, now: SimTime): readonly string[];
  reconcileKey(key: string, now: SimTime): Outcome;
}

/**
 * A controller over a queue of keys: events make keys due, and each due key is reconciled alone. What
 * becomes due by that is left to the next call, so that at one instant controllers take turns as
 * upstream's do, which hear of a write only after they have ended.
 *
 * @see sigs.k8s.io/controller-runtime pkg/internal/controller/controller.go reconcileHandler
 */
export class KeyedController implements Controller {
  readonly name: string;
  readonly #parts: KeyedControllerParts;
  readonly #queue: WorkQueue;
  /** Keys that this call of reconcile has still to come to. */
  readonly #pending = new Set<string>();
  #sleepsUntil: SimTime | undefined;

  constructor(parts: KeyedControllerParts) {
    this.name = parts.name;
    this.#parts = parts;
    this.#queue = new WorkQueue(parts.backoff);
  }

  observe(event: WatchEvent, now: SimTime): void {
    for (const key of this.#parts.keysOf(event, now)) this.enqueue(key, now);
  }

  /** Makes a key due, for changes that no watch tells. */
  enqueue(key: string, at: SimTime): void {
    if (!this.#pending.has(key)) this.#queue.add(key, at);
  }

  reconcile(now: SimTime): void {
    for (let key = this.#queue.take(now); key !== undefined; key = this.#queue.take(now)) {
      this.#pending.add(key);
    }
    for (const key of this.#pending) {
      this.#pending.delete(key);
      if (this.#isAsleep(now)) {
        this.#queue.add(key, now);
        continue;
      }
      const outcome = this.#parts.reconcileKey(key, now);
      this.#apply(key, outcome, now);
      this.#sleepsUntil = outcome.sleepUntil;
    }
  }

  nextDueAt(): SimTime | undefined {
    const dueAt = this.#queue.nextDueAt();
    const isPutOff = dueAt !== undefined && this.#isAsleep(dueAt);
    return isPutOff ? this.#sleepsUntil : dueAt;
  }

  #isAsleep(now: SimTime): boolean {
    return this.#sleepsUntil !== undefined && now < this.#sleepsUntil;
  }

  #apply(key: string, { requeueAt, isFailed, holdUntil }: Outcome, now: SimTime): void {
    if (holdUntil !== undefined) this.#queue.hold(key, holdUntil);
    if (isFailed === true) {
      this.#queue.retry(key, now);
      return;
    }
    this.#queue.succeed(key);
    if (requeueAt !== undefined) this.#queue.add(key, requeueAt);
  }
}
