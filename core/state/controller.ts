import type { SimTime } from "../units/index.ts";
import type { WatchEvent } from "./watch.ts";

/**
 * A control loop without a timer: it is told what changed, called when it is due, and says when it
 * wants to be called again.
 *
 * `observe` only marks work; `reconcile` does whatever is due at `now` and may be called more often
 * than asked without changing the outcome.
 */
export interface Controller {
  readonly name: string;
  observe(event: WatchEvent, now: SimTime): void;
  reconcile(now: SimTime): void;
  /** When the next reconcile is wanted; `undefined`: not before something is observed. */
  nextDueAt(): SimTime | undefined;
}
