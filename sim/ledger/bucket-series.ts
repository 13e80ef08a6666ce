import type { SimTime } from "../../core/units/index.ts";
import { simTime } from "../../core/units/index.ts";

const minute = 60_000;
/** Widths that read well on a time axis. */
const widths = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 2880, 10_080].map(
  (minutes) => minutes * minute,
);
const bucketsMax = 500;

/** The smallest readable width with which a run has at most 500 buckets. */
export function bucketWidth(start: SimTime, end: SimTime): number {
  const span = end - start;
  const fits = widths.find((width) => span / width <= bucketsMax);
  return fits ?? Math.ceil(span / bucketsMax / minute) * minute;
}

/**
 * A value over time, kept as its integral over buckets of equal width: memory does not grow with the
 * number of changes.
 */
export class BucketSeries {
  readonly #start: SimTime;
  readonly #end: SimTime;
  readonly #width: number;
  readonly #sums: Float64Array;

  constructor(start: SimTime, end: SimTime) {
    this.#start = start;
    this.#end = end;
    this.#width = bucketWidth(start, end);
    this.#sums = new Float64Array(Math.max(1, Math.ceil((end - start) / this.#width)));
  }

  /** Adds a value that held from one instant until another; what lies outside is cut off. */
  spread(from: SimTime, until: SimTime, value: number): void {
    if (value === 0) return;
    const last = Math.min(until, this.#end);
    let at = Math.max(from, this.#start);
    while (at < last) {
      const index = Math.floor((at - this.#start) / this.#width);
      const end = Math.min(last, this.#start + (index + 1) * this.#width);
      this.#sums[index] = (this.#sums[index] ?? 0) + value * (end - at);
      at = simTime(end);
    }
  }

  /** The mean value in each bucket. */
  means(): readonly number[] {
    return Array.from(this.#sums, (sum, index) => {
      const from = this.#start + index * this.#width;
      return sum / (Math.min(from + this.#width, this.#end) - from);
    });
  }

  /** The start of each bucket. */
  starts(): readonly SimTime[] {
    return Array.from(this.#sums, (_, index) => simTime(this.#start + index * this.#width));
  }
}
