/**
 * An alternating renewal process in equilibrium: stretches of "up" and "down" with Weibull lengths of
 * shape one half, the heavy tail that probes of Spot capacity show (shapes of 0.44 to 0.75).
 *
 * Shape one half keeps the equilibrium exact: a length is `scale x E^2` with E exponential, its
 * mean is `2 x scale`, and what is left of a length met at a random instant is
 * `scale x (E1 + E2)^2`, because its survival function is `(1 + z) exp(-z)` with `z = sqrt(x/scale)`.
 *
 * @see Wu et al., "Can't Be Late", NSDI 2024, the traces of skypilot-org/spot-traces
 */
import type { SimTime } from "../../core/units/index.ts";
import { simTime } from "../../core/units/index.ts";
import type { RandomStream } from "../engine/index.ts";

/** A stretch of one state; `from` of the first one lies at or before the start of the run. */
export interface Sojourn {
  readonly isUp: boolean;
  readonly from: number;
  readonly until: number;
  /** How many stretches of the same state came before it. */
  readonly index: number;
}

export interface SojournMeans {
  readonly upHoursMean: number;
  readonly downHoursMean: number;
}

const msPerHour = 3_600_000;

/** The stretches of one pool, drawn forward as far as they are asked for. */
export class Sojourns {
  readonly #random: RandomStream;
  readonly #means: SojournMeans;
  readonly #stretches: Sojourn[] = [];

  constructor(random: RandomStream, start: SimTime, means: SojournMeans) {
    this.#random = random;
    this.#means = means;
    const isUp = random.next() < means.upHoursMean / (means.upHoursMean + means.downHoursMean);
    const root = random.exponential(1) + random.exponential(1);
    const length = this.#scaleMs(isUp) * root ** 2;
    // How long it had lasted is as long a tail again; only the hazard reads it.
    const age = this.#scaleMs(isUp) * (random.exponential(1) + random.exponential(1)) ** 2;
    this.#push(isUp, start - Math.round(age), start + Math.max(1, Math.round(length)), 0);
  }

  /** The stretch that an instant at or after the start lies in. */
  at(instant: SimTime): Sojourn {
    this.#extendBeyond(instant);
    let low = 0;
    let high = this.#stretches.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#stretches[middle] as Sojourn).until > instant) high = middle;
      else low = middle + 1;
    }
    return this.#stretches[low] as Sojourn;
  }

  /** The first stretch down that begins after an instant. */
  nextDownAfter(instant: SimTime): Sojourn {
    const current = this.at(instant);
    const following = this.at(simTime(current.until));
    return following.isUp ? this.at(simTime(following.until)) : following;
  }

  #extendBeyond(instant: number): void {
    for (;;) {
      const last = this.#stretches.at(-1) as Sojourn;
      if (last.until > instant) return;
      const isUp = !last.isUp;
      const length = this.#scaleMs(isUp) * this.#random.exponential(1) ** 2;
      const index = this.#stretches.length >> 1;
      this.#push(isUp, last.until, last.until + Math.max(1, Math.round(length)), index);
    }
  }

  #push(isUp: boolean, from: number, until: number, index: number): void {
    // A century is as good as for ever, and keeps instants safe integers.
    const end = Math.min(until, from + 100 * 365 * 24 * msPerHour);
    this.#stretches.push({ isUp, from, until: end, index });
  }

  #scaleMs(isUp: boolean): number {
    return ((isUp ? this.#means.upHoursMean : this.#means.downHoursMean) / 2) * msPerHour;
  }
}

/** Chance that a stretch of age `ageMs` and this mean length lasts `forMs` longer. */
export function survival(upHoursMean: number, ageMs: number, forMs: number): number {
  const scale = (upHoursMean / 2) * msPerHour;
  return Math.exp(Math.sqrt(ageMs / scale) - Math.sqrt((ageMs + forMs) / scale));
}
