import type { WatchEvent } from "../../core/state/index.ts";

/** What is told of every change. It may write in turn; that change is told after this one. */
export type WatchListener = (event: WatchEvent) => void;

/**
 * Tells all listeners of changes, in the order of the changes and of subscription.
 *
 * A change made by a listener waits until all have heard of the one at hand: otherwise later
 * listeners would hear of effects before their causes.
 */
export class WatchQueue {
  readonly #listeners: WatchListener[] = [];
  readonly #events: WatchEvent[] = [];
  #isDelivering = false;

  /** Adds a listener; the result takes it off again. */
  subscribe(listener: WatchListener): () => void {
    this.#listeners.push(listener);
    return () => {
      const index = this.#listeners.indexOf(listener);
      if (index >= 0) this.#listeners.splice(index, 1);
    };
  }

  /** Delivers the event, or queues it while another is being delivered. */
  publish(event: WatchEvent): void {
    this.#events.push(event);
    if (this.#isDelivering) return;
    this.#isDelivering = true;
    try {
      for (let index = 0; index < this.#events.length; index++) {
        const next = this.#events[index] as WatchEvent;
        for (const listener of [...this.#listeners]) listener(next);
      }
    } finally {
      this.#events.length = 0;
      this.#isDelivering = false;
    }
  }
}
