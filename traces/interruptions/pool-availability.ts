import type { SimTime } from "../../core/units/index.ts";

/** How a recorded pool was watched. */
export const probeKinds = ["availability", "preemption"] as const;

/**
 * What a record proves. `availability`: launches were tried and given up, so a pool says how many
 * could be had. `preemption`: instances were kept running and relaunched, so a fall is an
 * interruption and the time at a low includes relaunch delay. `declared`: somebody says so.
 */
export type AvailabilityEvidence = (typeof probeKinds)[number] | "declared";

/** A span of time with one state of a pool. */
export interface AvailabilityInterval {
  readonly from: SimTime;
  /** Not included; the next interval begins here. Undefined: for as long as the run goes. */
  readonly until: SimTime | undefined;
  /** Instances to be had; 0 means dry. Undefined for declared pools that are usable: no limit known. */
  readonly availableInstances: number | undefined;
}

/** Recorded availability of one capacity pool, for one requester. */
export interface PoolAvailability {
  /** The trace it comes from, where there is a name. */
  readonly traceId: string;
  readonly instanceType: string;
  readonly availabilityZone: string;
  readonly evidence: AvailabilityEvidence;
  /** How many instances the prober asked for: the most that the record can tell about. */
  readonly requestedInstances: number | undefined;
  /** Ascending and joined without gaps; neighbours differ; at least one. */
  readonly intervals: readonly AvailabilityInterval[];
}

/** Whether at least one instance could be had in the interval. */
export function isUsable(interval: AvailabilityInterval): boolean {
  return interval.availableInstances !== 0;
}

/** The interval in force at a time; undefined before the first and after the last. */
export function intervalAt(
  { intervals }: PoolAvailability,
  time: SimTime,
): AvailabilityInterval | undefined {
  let low = 0;
  let high = intervals.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const interval = intervals[middle];
    if (interval !== undefined && interval.from <= time) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  const interval = intervals[low - 1];
  return interval === undefined || (interval.until !== undefined && time >= interval.until)
    ? undefined
    : interval;
}

/** Joins neighbours with equal availability. The intervals must ascend without gaps. */
export function joinIntervals(
  intervals: readonly AvailabilityInterval[],
): readonly AvailabilityInterval[] {
  const joined: AvailabilityInterval[] = [];
  for (const interval of intervals) {
    const last = joined.at(-1);
    if (last !== undefined && last.availableInstances === interval.availableInstances) {
      joined[joined.length - 1] = { ...last, until: interval.until };
    } else {
      joined.push(interval);
    }
  }
  return joined;
}
