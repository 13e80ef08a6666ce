/**
 * Durations by how often they occurred. Small samples are kept whole and give exact quantiles (R-7, as
 * spreadsheets and simple-statistics); beyond 4,096 values they are counted in buckets that grow by
 * one percent, so quantiles are at most one percent off and memory is bounded. The extremes and the
 * sum stay exact.
 */

/** Quantiles of a sample, in seconds; `undefined` for an empty one. */
export interface DurationQuantiles {
  readonly count: number;
  readonly meanSeconds: number;
  readonly p50Seconds: number;
  readonly p95Seconds: number;
  readonly p99Seconds: number;
  readonly maxSeconds: number;
}

const exactMax = 4096;
const growth = Math.log(1.01);

/** See the head of this file. */
export class DurationSample {
  #exact: number[] | undefined = [];
  readonly #buckets = new Map<number, number>();
  #count = 0;
  #sumMs = 0;
  #maxMs = 0;

  /** Adds one duration, in milliseconds, zero or more. */
  add(ms: number): void {
    this.#count += 1;
    this.#sumMs += ms;
    this.#maxMs = Math.max(this.#maxMs, ms);
    if (this.#exact !== undefined && this.#exact.length < exactMax) {
      this.#exact.push(ms);
      return;
    }
    for (const value of this.#exact ?? []) this.#addToBucket(value);
    this.#exact = undefined;
    this.#addToBucket(ms);
  }

  quantiles(): DurationQuantiles | undefined {
    if (this.#count === 0) return undefined;
    const at = this.#exact === undefined ? this.#bucketQuantiles() : this.#exactQuantiles();
    return {
      count: this.#count,
      meanSeconds: this.#sumMs / this.#count / 1000,
      p50Seconds: at(0.5) / 1000,
      p95Seconds: at(0.95) / 1000,
      p99Seconds: at(0.99) / 1000,
      maxSeconds: this.#maxMs / 1000,
    };
  }

  #exactQuantiles(): (p: number) => number {
    const sorted = [...(this.#exact ?? [])].sort((left, right) => left - right);
    return (p) => {
      const position = (sorted.length - 1) * p;
      const low = sorted[Math.floor(position)] ?? 0;
      const high = sorted[Math.ceil(position)] ?? low;
      return low + (high - low) * (position - Math.floor(position));
    };
  }

  #bucketQuantiles(): (p: number) => number {
    const sorted = [...this.#buckets.entries()].sort(([left], [right]) => left - right);
    return (p) => {
      let rank = Math.ceil(p * this.#count);
      for (const [bucket, count] of sorted) {
        rank -= count;
        if (rank <= 0) return Math.min(this.#maxMs, Math.expm1((bucket + 0.5) * growth));
      }
      return this.#maxMs;
    };
  }

  #addToBucket(ms: number): void {
    const bucket = Math.floor(Math.log1p(ms) / growth);
    this.#buckets.set(bucket, (this.#buckets.get(bucket) ?? 0) + 1);
  }
}
