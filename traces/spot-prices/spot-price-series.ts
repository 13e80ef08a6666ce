/*
 * Spot prices of a window as change points: per pool two typed arrays, times ascending and the price
 * from each time on, with restatements of an unchanged price removed. 176,000 rows become 2 MB.
 */
import type { SimTime, UsdPerHour } from "../../core/units/index.ts";
import { compareStrings } from "../../core/units/index.ts";

/** A pool's price becomes another, or is known for the first time. */
export interface SpotPriceChange {
  readonly time: SimTime;
  readonly instanceType: string;
  readonly availabilityZone: string;
  readonly usdPerHour: UsdPerHour;
}

/** The change points of one pool: `usdPerHour[i]` holds from `times[i]` until `times[i + 1]`. */
export interface SpotPricePool {
  readonly instanceType: string;
  readonly availabilityZone: string;
  /** Milliseconds since the Unix epoch, strictly ascending; at least one. */
  readonly times: Float64Array;
  /** As many as times; neighbours differ. */
  readonly usdPerHour: Float64Array;
}

/** The Spot prices of a window, per pool; a price holds until the pool's next. */
export interface SpotPriceSeries {
  /** Ascending by instance type, then zone, in code units. */
  readonly pools: readonly SpotPricePool[];
  /** The pool; undefined when the history never prices it, which means: not offered. */
  pool(instanceType: string, availabilityZone: string): SpotPricePool | undefined;
  /** The price in force; undefined before the pool's first price and for a pool without any. */
  priceAt(instanceType: string, availabilityZone: string, time: SimTime): UsdPerHour | undefined;
  /** The first change after that time (not at it); undefined when there is none. */
  nextChangeAfter(
    instanceType: string,
    availabilityZone: string,
    time: SimTime,
  ): SpotPriceChange | undefined;
  /** Every change at or after `from` and before `until`, by time, then in the order of the pools. */
  changes(from: SimTime, until: SimTime): readonly SpotPriceChange[];
}

/** A series over pools that obey what `SpotPricePool` says of them; their order does not matter. */
export function spotPriceSeries(unordered: readonly SpotPricePool[]): SpotPriceSeries {
  const pools = [...unordered].sort(
    (a, b) =>
      compareStrings(a.instanceType, b.instanceType) ||
      compareStrings(a.availabilityZone, b.availabilityZone),
  );
  const poolByName = new Map(pools.map((pool) => [poolName(pool), pool]));
  const find = (instanceType: string, availabilityZone: string): SpotPricePool | undefined =>
    poolByName.get(poolName({ instanceType, availabilityZone }));
  return {
    pools,
    pool: find,
    priceAt: (instanceType, availabilityZone, time) => {
      const pool = find(instanceType, availabilityZone);
      const index = pool === undefined ? 0 : countUpTo(pool.times, time);
      return pool?.usdPerHour[index - 1] as UsdPerHour | undefined;
    },
    nextChangeAfter: (instanceType, availabilityZone, time) => {
      const pool = find(instanceType, availabilityZone);
      return pool === undefined ? undefined : changeOf(pool, countUpTo(pool.times, time));
    },
    changes: (from, until) => changesOf(pools, from, until),
  };
}

function poolName(pool: {
  readonly instanceType: string;
  readonly availabilityZone: string;
}): string {
  return `${pool.instanceType} ${pool.availabilityZone}`;
}

/** How many of the ascending times are at or before `time`. */
function countUpTo(times: Float64Array, time: number): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((times[middle] ?? Number.POSITIVE_INFINITY) <= time) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

function changeOf(pool: SpotPricePool, index: number): SpotPriceChange | undefined {
  const time = pool.times[index];
  const price = pool.usdPerHour[index];
  if (time === undefined || price === undefined) {
    return undefined;
  }
  const { instanceType, availabilityZone } = pool;
  return {
    time: time as SimTime,
    instanceType,
    availabilityZone,
    usdPerHour: price as UsdPerHour,
  };
}

function changesOf(
  pools: readonly SpotPricePool[],
  from: SimTime,
  until: SimTime,
): readonly SpotPriceChange[] {
  const changes: SpotPriceChange[] = [];
  for (const pool of pools) {
    for (let index = countUpTo(pool.times, from - 1); ; index += 1) {
      const change = changeOf(pool, index);
      if (change === undefined || change.time >= until) {
        break;
      }
      changes.push(change);
    }
  }
  // The sort is stable, so that changes of one instant stay in the order of the pools.
  return changes.sort((a, b) => a.time - b.time);
}
