/*
 * Pods that arrive at random: a Poisson process, of constant rate or following the day. The varying
 * rate is drawn by thinning (Lewis and Shedler, 1979): arrivals come at the highest rate, and each is
 * kept with the chance of rate now over highest rate.
 */
import type { SimTime } from "../../core/units/index.ts";
import { durationMs, simTime } from "../../core/units/index.ts";
import type { DurationMs } from "../../core/units/index.ts";
import { sampleDistribution, stream, type Distribution } from "../../sim/engine/index.ts";
import { dayHeight, isWeekend } from "./rhythm.ts";

const msPerHour = 3_600_000;

/** How pods arrive and how long they run. */
export interface RandomArrivals {
  /** Mean number of arrivals in an hour of a working day. */
  readonly ratePerHour: number;
  readonly podsPerArrival: number;
  readonly dayRhythm?:
    | {
        readonly peakHour: number;
        /** 0: no rhythm; 1: nothing arrives opposite of the peak. */
        readonly swing: number;
        readonly weekendFactor: number;
      }
    | undefined;
  /** Seconds. */
  readonly runs: Distribution;
}

/** One arriving pod. */
export interface RandomArrival {
  readonly at: SimTime;
  readonly runsFor: DurationMs;
  /** The how-manieth pod of the workload this is, from 0. */
  readonly index: number;
}

/** All arrivals from `start` until `end` (not included), ascending by time. */
export function drawArrivals(
  arrivals: RandomArrivals,
  run: {
    readonly seed: number;
    readonly entity: string;
    readonly start: SimTime;
    readonly end: SimTime;
  },
): readonly RandomArrival[] {
  const times = stream(run.seed, "batch-arrival", run.entity);
  const lengths = stream(run.seed, "batch-duration", run.entity);
  const highest = highestFactor(arrivals);
  const drawn: RandomArrival[] = [];
  if (highest <= 0) return drawn;
  const gapMean = msPerHour / (arrivals.ratePerHour * highest);
  for (let at: number = run.start; ; ) {
    at += times.exponential(gapMean);
    if (at >= run.end) return drawn;
    const instant = simTime(Math.floor(at));
    if (times.next() * highest >= rateFactor(arrivals, instant)) continue;
    for (let pod = 0; pod < arrivals.podsPerArrival; pod++) {
      const runsMs = Math.round(sampleDistribution(arrivals.runs, lengths) * 1000);
      drawn.push({ at: instant, runsFor: durationMs(Math.max(1, runsMs)), index: drawn.length });
    }
  }
}

function rateFactor({ dayRhythm }: RandomArrivals, at: SimTime): number {
  if (dayRhythm === undefined) return 1;
  const { peakHour, swing, weekendFactor } = dayRhythm;
  const wave = 1 + swing * (2 * dayHeight(at, peakHour) - 1);
  return wave * (isWeekend(at) ? weekendFactor : 1);
}

function highestFactor({ dayRhythm }: RandomArrivals): number {
  return dayRhythm === undefined ? 1 : (1 + dayRhythm.swing) * Math.max(1, dayRhythm.weekendFactor);
}
