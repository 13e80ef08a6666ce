/**
 * Shocks to the Spot capacity of a family in a zone. They come at random; each strikes every pool of the
 * family with odds of its own, takes its Spot capacity back and leaves it dry for a time with the
 * heavy tail of the pool's own dry spells.
 *
 * Both lists are drawn forward as far as they are asked for, and the same whoever asks.
 *
 * @see Wu et al., "Can't Be Late", NSDI 2024, on correlated losses in one zone
 */
import type { SimTime } from "../../core/units/index.ts";
import { hashUniform, type RandomStream } from "../engine/index.ts";
import { countAtOrBefore } from "./ascending.ts";

const msPerHour = 3_600_000;
/** A pool's next shock is looked for this far ahead: longer than any run lasts. */
const lookAheadMs = 400 * 24 * msPerHour;

/** The instants of the shocks of one family in one zone, in order. */
export class FamilyShocks {
  readonly #random: RandomStream;
  readonly #start: SimTime;
  readonly #perHour: number;
  readonly #times: number[] = [];

  constructor(random: RandomStream, start: SimTime, perHour: number) {
    this.#random = random;
    this.#start = start;
    this.#perHour = perHour;
  }

  /** When the shock of this number, from 0, comes; infinity where there are none. */
  at(index: number): number {
    if (this.#perHour <= 0) return Number.POSITIVE_INFINITY;
    while (this.#times.length <= index) {
      const gap = this.#random.exponential(msPerHour / this.#perHour);
      this.#times.push((this.#times.at(-1) ?? this.#start) + Math.max(1, Math.round(gap)));
    }
    return this.#times[index] as number;
  }
}

/** The shocks of the family that strike one pool. */
export class PoolShocks {
  readonly #family: FamilyShocks;
  readonly #pool: PoolShocksOptions;
  readonly #strikes: number[] = [];
  /** By strike: until when the pool is dry through it or an earlier one. */
  readonly #dryUntil: number[] = [];
  #seen = 0;

  constructor(family: FamilyShocks, pool: PoolShocksOptions) {
    this.#family = family;
    this.#pool = pool;
  }

  /** The first strike after `at` and before `before`, within 400 days. */
  nextAfter(at: number, before: number): number | undefined {
    const limit = Math.min(before, at + lookAheadMs);
    this.#see(at);
    const index = countAtOrBefore(this.#strikes, at);
    while (index === this.#strikes.length && this.#family.at(this.#seen) < limit) this.#seeNext();
    const strike = this.#strikes[index];
    return strike !== undefined && strike < limit ? strike : undefined;
  }

  /** Until when the strikes up to `at` keep the pool dry; minus infinity before the first. */
  dryUntil(at: number): number {
    this.#see(at);
    return this.#dryUntil[countAtOrBefore(this.#strikes, at) - 1] ?? Number.NEGATIVE_INFINITY;
  }

  #see(at: number): void {
    while (this.#family.at(this.#seen) <= at) this.#seeNext();
  }

  #seeNext(): void {
    const index = this.#seen++;
    const { seed, poolId, odds, dryHoursMean } = this.#pool;
    if (hashUniform(seed, "family-shock-strike", poolId, index) >= odds) return;
    const at = this.#family.at(index);
    // A Weibull length of shape one half, as in sojourns.ts.
    const root = -Math.log1p(-hashUniform(seed, "family-shock-dry", poolId, index));
    const end = at + Math.round((dryHoursMean / 2) * msPerHour * root ** 2);
    this.#strikes.push(at);
    this.#dryUntil.push(Math.max(end, this.#dryUntil.at(-1) ?? end));
  }
}

/** Which pool, and how shocks strike it. */
export interface PoolShocksOptions {
  readonly seed: number | string;
  readonly poolId: string;
  /** Chance that a shock of the family strikes the pool. */
  readonly odds: number;
  /** Mean length of a dry spell after a strike. */
  readonly dryHoursMean: number;
}
