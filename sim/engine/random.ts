/**
 * Randomness as a function of names. `stream(seed, purpose, entity)` always yields the same numbers,
 * whatever else draws, so two policies meet the same market and the same arrivals and their
 * difference is the policy's. A purpose has its stream to itself; a new draw moves no other stream.
 *
 * Opening a stream costs some microseconds. Where each entity needs one number or a few (a delay per
 * pod, a coin per pool and minute), `hashUniform` mixes the key itself and keeps no state.
 */
import seedrandom from "seedrandom";
import { invariant } from "../../core/units/index.ts";
import { normalQuantile } from "./normal-distribution.ts";

/** Half the distance of two neighbouring draws: stands in for 0 where 0 would give an infinity. */
const smallestProbability = 2 ** -54;

/** A sequence of random numbers that only its own draws move on. */
export class RandomStream {
  readonly #generator: seedrandom.PRNG;

  /** Use {@link stream}; `name` is the whole seed. */
  constructor(name: string) {
    this.#generator = seedrandom.alea(name);
  }

  /** Uniform over [0, 1), 53 bits. */
  next(): number {
    return this.#generator.double();
  }

  /** Uniform over the whole numbers 0 .. n - 1. @throws Defect unless n is a whole number > 0. */
  integer(n: number): number {
    invariant(Number.isSafeInteger(n) && n > 0, "a range of integers needs a whole size", { n });
    return Math.floor(this.next() * n);
  }

  /** Exponential with this mean, in the unit of the mean; zero or more. */
  exponential(mean: number): number {
    invariant(mean >= 0, "an exponential draw needs a mean of zero or more", { mean });
    return -mean * Math.log1p(-this.next());
  }

  /** Normal; one draw a value, by inversion, never infinite. */
  normal(mean: number, standardDeviation: number): number {
    invariant(standardDeviation >= 0, "a standard deviation cannot be negative", {
      standardDeviation,
    });
    return mean + standardDeviation * normalQuantile(Math.max(this.next(), smallestProbability));
  }

  /** Log-normal by its median and the standard deviation of its natural logarithm. */
  logNormal(median: number, sigma: number): number {
    invariant(median > 0, "a log-normal draw needs a positive median", { median });
    return median * Math.exp(this.normal(0, sigma));
  }

  /** Weibull; shape 1 is the exponential with mean `scale`. */
  weibull(scale: number, shape: number): number {
    invariant(scale >= 0 && shape > 0, "a Weibull draw needs scale >= 0 and shape > 0", {
      scale,
      shape,
    });
    return scale * (-Math.log1p(-this.next())) ** (1 / shape);
  }

  /** One of the items, all equally likely. @throws Defect for an empty list. */
  pick<Item>(items: readonly Item[]): Item {
    invariant(items.length > 0, "nothing can be picked from an empty list");
    return items[this.integer(items.length)] as Item;
  }
}

/**
 * The stream of one purpose ("spot-price") and entity (a capacity pool, a workload) under a seed.
 * Equal arguments give equal streams from their beginning; the seeds 42 and "42" are the same.
 */
export function stream(seed: number | string, purpose: string, entity: string): RandomStream {
  // As JSON, so that ("a", "b/c") and ("a/b", "c") are two names.
  return new RandomStream(JSON.stringify([String(seed), purpose, entity]));
}

/**
 * One uniform number over [0, 1), 53 bits, of a key: stateless, a fraction of a microsecond.
 *
 * `index` tells the draws of one entity apart (attempt, minute, nth delay) and is a whole number of
 * zero or more. The hash is the mixing of MurmurHash3 in two lanes, over UTF-16 code units.
 *
 * @see A. Appleby, MurmurHash3, routine MurmurHash3_x86_128
 */
export function hashUniform(
  seed: number | string,
  purpose: string,
  entity: string,
  index: number,
): number {
  invariant(Number.isSafeInteger(index) && index >= 0, "a draw's index is a whole number", {
    index,
  });
  lowLane = 0x9747b28c;
  highLane = 0x5bd1e995;
  absorbText(String(seed));
  absorbText(purpose);
  absorbText(entity);
  absorb(index | 0);
  absorb((index / 2 ** 32) | 0);
  let low = lowLane;
  let high = highLane;
  low = (low + high) | 0;
  high = (high + low) | 0;
  low = finalMix(low);
  high = finalMix(high);
  low = (low + high) | 0;
  high = (high + low) | 0;
  return ((low >>> 5) * 2 ** 26 + (high >>> 6)) / 2 ** 53;
}

/** The two lanes of the hash at work; set anew by every call, and no call is interrupted. */
let lowLane = 0;
let highLane = 0;

function absorbText(text: string): void {
  for (let index = 0; index < text.length; index++) absorb(text.charCodeAt(index));
  // No code unit is this large, so the end of one part cannot be mistaken for text of the next.
  absorb(0x10000 + text.length);
}

function absorb(block: number): void {
  let low = Math.imul(block, 0x239b961b);
  low = Math.imul((low << 15) | (low >>> 17), 0xab0e9789);
  lowLane ^= low;
  lowLane = (lowLane << 19) | (lowLane >>> 13);
  lowLane = (Math.imul(lowLane + highLane, 5) + 0x561ccd1b) | 0;
  let high = Math.imul(block, 0xab0e9789);
  high = Math.imul((high << 16) | (high >>> 16), 0x38b34ae5);
  highLane ^= high;
  highLane = (highLane << 17) | (highLane >>> 15);
  highLane = (Math.imul(highLane + lowLane, 5) + 0x0bcaa747) | 0;
}

/** MurmurHash3's fmix32: every bit of the input moves every bit of the output. */
function finalMix(value: number): number {
  let mixed = value ^ (value >>> 16);
  mixed = Math.imul(mixed, 0x85ebca6b);
  mixed ^= mixed >>> 13;
  mixed = Math.imul(mixed, 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
