/**
 * Spot prices as Karpenter believes them: read from EC2 every twelve hours. In between decisions rest
 * on old prices, while the bill follows the market.
 *
 * @see karpenter-provider-aws v1.14.1 pkg/providers/pricing/pricing.go
 */
import type { DurationMs, SimTime } from "../../core/units/index.ts";
import { pollUpTo } from "../engine/index.ts";
import type { SpotMarket } from "../ec2/index.ts";

/** The provider's view of the Spot market; see the head of this file. */
export class BelievedPrices {
  readonly #market: SpotMarket;
  readonly #start: SimTime;
  readonly #period: DurationMs;

  constructor(market: SpotMarket, start: SimTime, period: DurationMs) {
    this.#market = market;
    this.#start = start;
    this.#period = period;
  }

  /** Which reading is in force: counts refreshes since the start. */
  version(now: SimTime): number {
    return Math.floor((now - this.#start) / this.#period);
  }

  /** The price as last read, or as last known before; `undefined` if never seen. */
  spotUsdPerHour(instanceType: string, zone: string, now: SimTime): number | undefined {
    const readAt = pollUpTo(now, { period: this.#period, start: this.#start });
    return this.#market.priceAt(instanceType, zone, readAt);
  }
}
