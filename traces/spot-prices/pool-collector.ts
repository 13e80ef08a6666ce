import type { SpotPricePool } from "./spot-price-series.ts";

/** What the rows of one pool come to. */
export interface CollectedPool {
  readonly pool: SpotPricePool;
  /** How many instants had more than one price. */
  readonly conflictCount: number;
}

/**
 * Gathers the prices of one pool in any order of time, for a window that starts at `from`.
 *
 * Of the rows at or before `from` only the latest counts: its price is in force at the start. Where
 * two rows give one instant two prices, the higher is kept, whatever their order in the file.
 */
export class PoolCollector {
  readonly #from: number;
  #times = new Float64Array(16);
  #prices = new Float64Array(16);
  #count = 0;
  #isAscending = true;
  #leadTime = Number.NEGATIVE_INFINITY;
  #leadPrice = 0;
  #isLeadInConflict = false;

  /** `from` in milliseconds since the epoch; minus infinity keeps everything. */
  constructor(from: number) {
    this.#from = from;
  }

  /** Takes one row. */
  add(time: number, price: number): void {
    if (time <= this.#from) {
      this.#addLead(time, price);
      return;
    }
    const last = this.#count - 1;
    if (last >= 0 && time < (this.#times[last] ?? 0)) {
      this.#isAscending = false;
    }
    if (this.#count === this.#times.length) {
      this.#times = grown(this.#times);
      this.#prices = grown(this.#prices);
    }
    this.#times[this.#count] = time;
    this.#prices[this.#count] = price;
    this.#count += 1;
  }

  #addLead(time: number, price: number): void {
    if (time > this.#leadTime) {
      this.#leadTime = time;
      this.#leadPrice = price;
      this.#isLeadInConflict = false;
    } else if (time === this.#leadTime && price !== this.#leadPrice) {
      this.#leadPrice = Math.max(price, this.#leadPrice);
      this.#isLeadInConflict = true;
    }
  }

  /** The change points; undefined where no row was taken. */
  collect(instanceType: string, availabilityZone: string): CollectedPool | undefined {
    const times: number[] = [];
    const prices: number[] = [];
    let conflictCount = 0;
    if (this.#leadTime !== Number.NEGATIVE_INFINITY) {
      times.push(this.#leadTime);
      prices.push(this.#leadPrice);
      conflictCount += this.#isLeadInConflict ? 1 : 0;
    }
    const order = this.#order();
    for (let at = 0; at < order.length; ) {
      const time = this.#times[order[at] ?? 0] ?? 0;
      let lowest = Number.POSITIVE_INFINITY;
      let highest = 0;
      for (; at < order.length && this.#times[order[at] ?? 0] === time; at += 1) {
        const price = this.#prices[order[at] ?? 0] ?? 0;
        lowest = Math.min(lowest, price);
        highest = Math.max(highest, price);
      }
      conflictCount += lowest === highest ? 0 : 1;
      if (highest !== prices.at(-1)) {
        times.push(time);
        prices.push(highest);
      }
    }
    const pool = {
      instanceType,
      availabilityZone,
      times: Float64Array.from(times),
      usdPerHour: Float64Array.from(prices),
    };
    return times.length === 0 ? undefined : { pool, conflictCount };
  }

  /** The rows' indexes, ascending by time. */
  #order(): Uint32Array {
    const order = Uint32Array.from({ length: this.#count }, (_, index) => index);
    const times = this.#times;
    return this.#isAscending
      ? order
      : order.sort((a, b) => (times[a] ?? 0) - (times[b] ?? 0) || a - b);
  }
}

function grown(array: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(array.length * 2);
  larger.set(array);
  return larger;
}
