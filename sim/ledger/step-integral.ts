import type { SimTime } from "../../core/units/index.ts";
import { invariant } from "../../core/units/index.ts";
import type { BucketSeries } from "./bucket-series.ts";

/**
 * The integral over time of a value that changes in steps, with its peak; in value x milliseconds.
 * Whole values keep it exact.
 */
export class StepIntegral {
  readonly #series: BucketSeries | undefined;
  #value = 0;
  #since: SimTime;
  #total = 0;
  #peak = 0;

  /** Starts at zero; also fills `series` with the value over time, where given. */
  constructor(start: SimTime, series?: BucketSeries) {
    this.#since = start;
    this.#series = series;
  }

  get value(): number {
    return this.#value;
  }

  get peak(): number {
    return this.#peak;
  }

  add(change: number, at: SimTime): void {
    this.set(this.#value + change, at);
  }

  set(value: number, at: SimTime): void {
    this.#advance(at);
    this.#value = value;
    if (value > this.#peak) this.#peak = value;
  }

  /** The integral from the start until `at`. */
  total(at: SimTime): number {
    this.#advance(at);
    return this.#total;
  }

  #advance(at: SimTime): void {
    invariant(at >= this.#since, "ledger time goes back", { at, since: this.#since });
    if (at === this.#since) return;
    this.#total += this.#value * (at - this.#since);
    this.#series?.spread(this.#since, at, this.#value);
    this.#since = at;
  }
}
