import {
  after,
  durationMs,
  type DurationMs,
  elapsed,
  type SimTime,
  simTime,
} from "../../core/units/index.ts";

/** A loop that runs at every multiple of its period from a start, by default the Unix epoch. */
export interface Polls {
  readonly period: DurationMs;
  readonly start?: SimTime;
}

const epoch = simTime(0);

/** The first run of the loop at the time or behind it. */
export function pollFrom(time: SimTime, { period, start = epoch }: Polls): SimTime {
  return after(start, durationMs(Math.ceil(elapsed(start, time) / period) * period));
}

/** The first run behind the time: one at that very time comes too early. */
export function pollAfter(time: SimTime, polls: Polls): SimTime {
  return after(pollUpTo(time, polls), polls.period);
}

/** The last run before the time or at it. */
export function pollUpTo(time: SimTime, { period, start = epoch }: Polls): SimTime {
  return after(start, durationMs(Math.floor(elapsed(start, time) / period) * period));
}
