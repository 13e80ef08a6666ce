import type { Result, SimTime } from "../../core/units/index.ts";
import { formatTime } from "../../core/units/index.ts";
import { ProblemLog } from "../reading/problem-log.ts";
import { PoolCollector } from "./pool-collector.ts";
import type { PriceCheckOptions } from "./price-check.ts";
import { readSpotPriceBatches } from "./read-spot-prices.ts";
import type { SpotPricePool, SpotPriceSeries } from "./spot-price-series.ts";
import { spotPriceSeries } from "./spot-price-series.ts";

/** Which part of a Spot price history is wanted. */
export interface LoadSpotPriceOptions extends PriceCheckOptions {
  /** Start of the window; of earlier rows only each pool's last is kept. Default: everything. */
  readonly from?: SimTime;
  /** End of the window; rows at or after it are left out. Default: everything. */
  readonly until?: SimTime;
  /** Only these instance types. */
  readonly instanceTypes?: readonly string[];
  /** Only these zones. */
  readonly zones?: readonly string[];
}

/** A history that goes silent this long before the window ends does not cover it. */
const silenceMsMax = 48 * 3_600_000;

/**
 * The Spot prices of a window from a file in any format that `readSpotPriceHistory` knows, with the
 * rows in any order.
 *
 * A pool's last row before the window is in force at its start. Rows that restate a price add
 * nothing; of two prices for one pool and instant the higher counts, with a warning. The whole file
 * is checked, also what lies outside of the window. A history that ends or begins inside of the
 * window gives a warning; one without any price for it, an error.
 *
 * @throws OutsideError when the file cannot be read.
 */
export async function loadSpotPriceHistory(
  path: string,
  options: LoadSpotPriceOptions = {},
): Promise<Result<SpotPriceSeries>> {
  const log = new ProblemLog(path);
  const collection = new Collection(options);
  for await (const records of readSpotPriceBatches(path, { ...options, log })) {
    for (const { time, instanceType, availabilityZone, usdPerHour } of records) {
      collection.add(time, instanceType, availabilityZone, usdPerHour);
    }
  }
  const pools = collection.pools(log);
  if (pools.length === 0 && !log.hasErrors) {
    log.error({
      code: "spot-prices/nothing-selected",
      found: collection.describeSpan(),
      allowed: "rows for the window, instance types, zones and products asked for",
      message: "none of the file's prices are for the window, types, zones and products asked for",
    });
  }
  collection.checkCoverage(log);
  return log.result(spotPriceSeries(pools));
}

/** The pools of the window while they are gathered, and the span of the rows that were looked at. */
class Collection {
  readonly #options: LoadSpotPriceOptions;
  readonly #types: ReadonlySet<string> | undefined;
  readonly #zones: ReadonlySet<string> | undefined;
  readonly #until: number;
  readonly #byType = new Map<string, Map<string, PoolCollector>>();
  #first = Number.POSITIVE_INFINITY;
  #last = Number.NEGATIVE_INFINITY;

  constructor(options: LoadSpotPriceOptions) {
    this.#options = options;
    this.#types = options.instanceTypes && new Set(options.instanceTypes);
    this.#zones = options.zones && new Set(options.zones);
    this.#until = options.until ?? Number.POSITIVE_INFINITY;
  }

  add(time: number, instanceType: string, availabilityZone: string, usdPerHour: number): void {
    if (this.#types?.has(instanceType) === false || this.#zones?.has(availabilityZone) === false) {
      return;
    }
    this.#first = Math.min(this.#first, time);
    this.#last = Math.max(this.#last, time);
    if (time >= this.#until) {
      return;
    }
    const byZone = this.#byType.get(instanceType) ?? new Map<string, PoolCollector>();
    this.#byType.set(instanceType, byZone);
    let pool = byZone.get(availabilityZone);
    if (pool === undefined) {
      pool = new PoolCollector(this.#options.from ?? Number.NEGATIVE_INFINITY);
      byZone.set(availabilityZone, pool);
    }
    pool.add(time, usdPerHour);
  }

  pools(log: ProblemLog): readonly SpotPricePool[] {
    const pools: SpotPricePool[] = [];
    let conflictCount = 0;
    for (const [instanceType, byZone] of this.#byType) {
      for (const [availabilityZone, collector] of byZone) {
        const collected = collector.collect(instanceType, availabilityZone);
        if (collected !== undefined) {
          pools.push(collected.pool);
          conflictCount += collected.conflictCount;
        }
      }
    }
    if (conflictCount > 0) {
      log.warn({
        code: "spot-prices/conflicting-prices",
        found: `${conflictCount} instants with two prices`,
        allowed: "one price for a type and zone at a time",
        message: `${conflictCount} times a type and zone has two prices at one instant; the higher counts`,
      });
    }
    return pools;
  }

  checkCoverage(log: ProblemLog): void {
    const { from, until } = this.#options;
    if (log.hasErrors || this.#last === Number.NEGATIVE_INFINITY) {
      return;
    }
    if (from !== undefined && this.#first > from) {
      log.warn({
        code: "spot-prices/begins-late",
        found: formatTime(this.#first as SimTime),
        allowed: `prices from ${formatTime(from)} or earlier`,
        message: "the history begins inside of the window; before that no price is known",
      });
    }
    if (until !== undefined && this.#last < until - silenceMsMax) {
      log.warn({
        code: "spot-prices/ends-early",
        found: formatTime(this.#last as SimTime),
        allowed: `prices up to ${formatTime(until)}`,
        message: "the history ends well before the window; its last prices are carried forward",
      });
    }
  }

  describeSpan(): string {
    return this.#last === Number.NEGATIVE_INFINITY
      ? "no rows"
      : `${formatTime(this.#first as SimTime)} to ${formatTime(this.#last as SimTime)}`;
  }
}
