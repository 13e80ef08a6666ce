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
 * A controller over a queue of keys: events make keys due, and each due key is reconciled alone.
 *
 * @see sigs.k8s.io/controller-runtime pkg/internal/controller/controller.go reconcileHandler
 */
export class KeyedController implements Controller {
  readonly name: string;
  readonly #parts: KeyedControllerParts;
  readonly #queue: WorkQueue;

  constructor(parts: KeyedControllerParts) {
    this.name = parts.name;
    this.#parts = parts;
    this.#queue = new WorkQueue(parts.backoff);
  }

  observe(event: WatchEvent, now: SimTime): void {
    for (const key of this.#parts.keysOf(event, now)) this.#queue.add(key, now);
  }

  /** Makes a key due, for changes that no watch tells. */
  enqueue(key: string, at: SimTime): void {
    this.#queue.add(key, at);
  }

  reconcile(now: SimTime): void {
    for (let key = this.#queue.take(now); key !== undefined; key = this.#queue.take(now)) {
      this.#apply(key, this.#parts.reconcileKey(key, now), now);
    }
  }

  nextDueAt(): SimTime | undefined {
    return this.#queue.nextDueAt();
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
