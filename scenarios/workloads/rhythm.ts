/*
 * A built-in rhythm of load: a cosine over the day, UTC, with its top at the peak hour; on weekends
 * the rise above the minimum shrinks; every step of time draws its own noise by name, so that the
 * same load comes under every policy.
 */
import type { DurationMs, SimTime } from "../../core/units/index.ts";
import { simTime } from "../../core/units/index.ts";
import { distributionQuantile, hashUniform } from "../../sim/engine/index.ts";

const msPerDay = 86_400_000;
const msPerHour = 3_600_000;

/** What the rhythm looks like. */
export interface Rhythm {
  /** Replicas in the deepest night. */
  readonly min: number;
  /** Replicas at the peak of a working day. */
  readonly max: number;
  /** Hour of the peak, UTC, 0 to below 24. */
  readonly peakHour: number;
  /** 1: a cosine; above 1 a narrower peak. */
  readonly sharpness: number;
  /** Multiplies the rise above min on Saturdays and Sundays, UTC. */
  readonly weekendFactor: number;
  /** Standard deviation of the load around the curve, as a share of it. */
  readonly noise: number;
  /** How often the number may change. */
  readonly step: DurationMs;
}

/** When, for whom and by which draws a rhythm goes. */
export interface RhythmRun {
  readonly seed: number;
  /** The workload, which names the draws. */
  readonly entity: string;
  readonly start: SimTime;
  /** Not included. */
  readonly end: SimTime;
}

/** How high the day stands, 1 at the peak hour and 0 opposite of it. */
export function dayHeight(at: SimTime, peakHour: number): number {
  const hour = (((at % msPerDay) + msPerDay) % msPerDay) / msPerHour;
  return (1 + Math.cos(((hour - peakHour) / 24) * 2 * Math.PI)) / 2;
}

/** Whether an instant is on a Saturday or Sunday, UTC. */
export function isWeekend(at: SimTime): boolean {
  // The epoch was a Thursday.
  const weekday = (((Math.floor(at / msPerDay) + 4) % 7) + 7) % 7;
  return weekday === 0 || weekday === 6;
}

/** The wanted replicas over time: the first at the start, then each change. Never negative. */
export function rhythmChanges(
  rhythm: Rhythm,
  run: RhythmRun,
): readonly { readonly at: SimTime; readonly replicas: number }[] {
  const changes: { at: SimTime; replicas: number }[] = [];
  let step = 0;
  for (let at: number = run.start; at < run.end; at += rhythm.step) {
    const instant = simTime(at);
    const draw = noiseFactor(rhythm.noise, run, step);
    const replicas = Math.max(0, Math.round(meanReplicas(rhythm, instant) * draw));
    if (changes.at(-1)?.replicas !== replicas) changes.push({ at: instant, replicas });
    step += 1;
  }
  return changes;
}

function meanReplicas(rhythm: Rhythm, at: SimTime): number {
  const { min, max, peakHour, sharpness, weekendFactor } = rhythm;
  const rise = (max - min) * dayHeight(at, peakHour) ** sharpness;
  return min + rise * (isWeekend(at) ? weekendFactor : 1);
}

function noiseFactor(noise: number, { seed, entity }: RhythmRun, step: number): number {
  if (noise === 0) return 1;
  const u = Math.max(hashUniform(seed, "rhythm-noise", entity, step), 2 ** -54);
  return distributionQuantile({ kind: "normal", mean: 1, standardDeviation: noise }, u);
}
