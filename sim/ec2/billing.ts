/**
 * What one instance costs, as pure arithmetic over the Spot market.
 *
 * An instance is billed from `running` until `shutting-down`, by the second, at least 60 seconds; begun
 * seconds count in full. A Spot Instance pays the pool's price: the one in force in each second, or,
 * as a switch, the one at the start of each of its own instance-hours.
 *
 * @see Amazon EC2 User Guide, "Billing for Spot Instances", "Amazon EC2 instance state changes"
 */
import type { SimTime } from "../../core/units/index.ts";
import { simTime } from "../../core/units/index.ts";
import type { BillSegment } from "../ledger/index.ts";
import { spotPriceSegments, type SpotMarket } from "./spot-market.ts";

/** Which price a Spot Instance pays. */
export const spotPricings = ["per-second", "per-instance-hour"] as const;
export type SpotPricing = (typeof spotPricings)[number];

export const msPerHour = 3_600_000;
const minimumBilledMs = 60_000;

/**
 * When billing of an instance ends that ran from `runningAt` until `endedAt`: the next whole second
 * of its life, and never before its first minute is over.
 */
export function billedUntil(runningAt: SimTime, endedAt: SimTime): SimTime {
  const wholeSeconds = Math.ceil((endedAt - runningAt) / 1000) * 1000;
  return simTime(runningAt + Math.max(minimumBilledMs, wholeSeconds));
}

/** The rates that a Spot Instance running since `runningAt` pays from `from` until `until`. */
export function spotBillSegments(
  market: SpotMarket,
  pricing: SpotPricing,
  instance: { readonly instanceType: string; readonly zone: string; readonly runningAt: SimTime },
  from: SimTime,
  until: SimTime,
): readonly BillSegment[] {
  const { instanceType, zone, runningAt } = instance;
  if (pricing === "per-second") return spotPriceSegments(market, instanceType, zone, from, until);
  const segments: BillSegment[] = [];
  let at = from;
  while (at < until) {
    const hourStart = runningAt + Math.floor((at - runningAt) / msPerHour) * msPerHour;
    const end = Math.min(until, hourStart + msPerHour);
    const price = spotPriceSegments(
      market,
      instanceType,
      zone,
      simTime(hourStart),
      simTime(hourStart + 1),
    );
    for (const segment of price) {
      segments.push({ from: at, until: simTime(end), usdPerHour: segment.usdPerHour });
    }
    at = simTime(end);
  }
  return segments;
}

/** What segments add up to, USD; in segment order. */
export function segmentsUsd(segments: readonly BillSegment[]): number {
  let total = 0;
  for (const { from, until, usdPerHour } of segments) {
    total += usdPerHour * ((until - from) / msPerHour);
  }
  return total;
}
