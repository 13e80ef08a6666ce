import { after, elapsed, milliseconds, minutes, type SimTime } from "../units/index.ts";

const lifetime = minutes(5);
const tick = milliseconds(1);

/**
 * When the cluster last changed in a way that could make consolidation possible. A method that found
 * nothing rests while two readings are equal.
 *
 * Differs: upstream's clock never shows the same instant twice. Here a change that comes after a
 * reading of the same millisecond moves the timestamp on by one, so that it isn't overlooked.
 *
 * @see karpenter v1.14.1 pkg/controllers/state/cluster.go Cluster.ConsolidationState
 */
export class ConsolidationTimestamp {
  #value: SimTime | undefined;
  #isRead = false;

  /** Something has changed. */
  advance(now: SimTime): SimTime {
    if (this.#value === undefined || now > this.#value) this.#value = now;
    else if (this.#isRead) this.#value = after(this.#value, tick);
    this.#isRead = false;
    return this.#value;
  }

  /** The timestamp; one of five minutes ago or more is replaced by now. */
  read(now: SimTime): SimTime {
    const isYoung = this.#value !== undefined && elapsed(this.#value, now) < lifetime;
    const value = isYoung && this.#value !== undefined ? this.#value : this.advance(now);
    this.#isRead = true;
    return value;
  }
}
