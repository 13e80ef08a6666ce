import type { SimTime } from "../../core/units/index.ts";
import { invariant } from "../../core/units/index.ts";
import type { BillSegment } from "../ledger/index.ts";

/**
 * The Spot price of every capacity pool at every instant. Pure: what was asked before changes
 * nothing.
 */
export interface SpotMarket {
  /** What the prices come from, for the report. */
  readonly description: string;
  /** USD per hour in force; `undefined` when the pool has no price (yet). */
  priceAt(instanceType: string, zone: string, at: SimTime): number | undefined;
  /** The first instant after `at` at which the pool's price may change; `undefined`: never. */
  nextChangeAfter(instanceType: string, zone: string, at: SimTime): SimTime | undefined;
}

/**
 * The stretches of constant Spot price from `from` until `until` (exclusive), in time order and
 * without gaps; empty when the two are equal.
 *
 * @throws Defect when the pool has no price at `from`: an instance cannot run there.
 */
export function spotPriceSegments(
  market: SpotMarket,
  instanceType: string,
  zone: string,
  from: SimTime,
  until: SimTime,
): readonly BillSegment[] {
  const segments: BillSegment[] = [];
  let at = from;
  while (at < until) {
    const usdPerHour = market.priceAt(instanceType, zone, at);
    invariant(usdPerHour !== undefined, "a Spot Instance runs in a pool without a price", {
      instanceType,
      zone,
      at,
    });
    const change = market.nextChangeAfter(instanceType, zone, at);
    const end = change === undefined || change > until ? until : change;
    const last = segments.at(-1);
    if (last !== undefined && last.usdPerHour === usdPerHour) {
      segments[segments.length - 1] = { from: last.from, until: end, usdPerHour };
    } else {
      segments.push({ from: at, until: end, usdPerHour });
    }
    at = end;
  }
  return segments;
}
