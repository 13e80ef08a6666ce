import { describe, expect, it } from "vitest";
import { days, hours, parseTime, simTime } from "../../core/units/index.ts";
import { ModelledSpotMarket } from "./modelled-spot-market.ts";

const start = parseTime("2026-03-01T00:00:00Z");
const facts = {
  onDemandUsdPerHour: (type: string) => (type === "x9.none" ? undefined : 0.096),
  spotSavings: (type: string) => (type === "m5.large" ? 0.6 : undefined),
};
const market = (seed: number) => new ModelledSpotMarket({ seed, start, facts });

describe("modelled Spot prices", () => {
  it("are the same whatever is asked first", () => {
    const late = market(1);
    const at = simTime(start + days(9));
    late.priceAt("c5.large", "us-east-1b", at);
    const lateFirst = late.priceAt("m5.large", "us-east-1a", at);
    const early = market(1);
    for (let hour = 0; hour < 9 * 24; hour++) {
      early.priceAt("m5.large", "us-east-1a", simTime(start + hours(hour)));
    }
    expect(early.priceAt("m5.large", "us-east-1a", at)).toBe(lateFirst);
    expect(market(2).priceAt("m5.large", "us-east-1a", at)).not.toBe(lateFirst);
  });

  it("stay between a tenth of On-Demand and On-Demand, around the type's long-term saving", () => {
    const prices: number[] = [];
    for (const zone of "abcdefghijklmnopqrstuvwxyz") {
      const model = market(7);
      for (let day = 0; day < 30; day++) {
        const price = model.priceAt("m5.large", zone, simTime(start + days(day)));
        if (price !== undefined) prices.push(price);
      }
    }
    expect(prices.length).toBe(26 * 30);
    expect(Math.min(...prices)).toBeGreaterThanOrEqual(0.0096);
    expect(Math.max(...prices)).toBeLessThanOrEqual(0.096);
    const mean = prices.reduce((sum, price) => sum + price, 0) / prices.length;
    expect(mean / 0.096).toBeGreaterThan(0.33);
    expect(mean / 0.096).toBeLessThan(0.48);
  });

  it("change about as often as the model says", () => {
    const model = market(3);
    let changes = 0;
    let at = start;
    for (;;) {
      const next = model.nextChangeAfter("m5.large", "us-east-1a", at);
      if (next === undefined || next > start + days(400)) break;
      changes += 1;
      at = next;
    }
    // Poisson with mean 1200: five standard deviations are 173.
    expect(Math.abs(changes - 1200)).toBeLessThan(173);
  });

  it("are unknown for a type that is not sold", () => {
    expect(market(1).priceAt("x9.none", "us-east-1a", start)).toBeUndefined();
  });
});
