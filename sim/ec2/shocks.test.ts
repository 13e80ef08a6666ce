import { describe, expect, it } from "vitest";
import { days, hours, parseTime, simTime } from "../../core/units/index.ts";
import { stream } from "../engine/index.ts";
import { defaultCapacityModel, ModelledOutlook } from "./modelled-outlook.ts";
import { FamilyShocks, PoolShocks } from "./shocks.ts";

const start = parseTime("2026-03-01T00:00:00Z");

function family(perHour: number): FamilyShocks {
  return new FamilyShocks(stream(3, "family-shock", "a"), start, perHour);
}

function strikes(shocks: PoolShocks, until: number): readonly number[] {
  const times: number[] = [];
  for (let at: number = start; ; ) {
    const next = shocks.nextAfter(at, until);
    if (next === undefined) return times;
    times.push(next);
    at = next;
  }
}

const pool = { seed: 3, poolId: "us-east-1a/m5.large", odds: 0.8, dryHoursMean: 2 };

describe("shocks of a family", () => {
  it("come at their rate and strike a pool with its odds", () => {
    const until = start + hours(4000);
    const struck = strikes(new PoolShocks(family(0.5), pool), until);
    // Poisson with mean 1600; four standard deviations.
    expect(Math.abs(struck.length - 1600)).toBeLessThan(160);
    expect(strikes(new PoolShocks(family(0.5), { ...pool, odds: 0 }), until)).toEqual([]);
    expect(strikes(new PoolShocks(family(0), pool), until)).toEqual([]);
  });

  it("strike pools of the family at the same instants", () => {
    const shocks = family(0.05);
    const until = start + hours(4000);
    const one = strikes(new PoolShocks(shocks, pool), until);
    const other = strikes(
      new PoolShocks(shocks, { ...pool, poolId: "us-east-1a/m5.xlarge" }),
      until,
    );
    const common = one.filter((at) => other.includes(at)).length;
    // Each strikes with odds 0.8 of its own: of one's, the other shares about 0.8.
    expect(common / one.length).toBeGreaterThan(0.65);
    expect(common / one.length).toBeLessThan(0.95);
  });

  it("give the same answers whatever is asked first, and know nothing of earlier questions", () => {
    const until = start + hours(4000);
    const late = new PoolShocks(family(0.05), pool);
    late.dryUntil(start + hours(3000));
    late.nextAfter(start + hours(2500), until);
    expect(strikes(late, until)).toEqual(strikes(new PoolShocks(family(0.05), pool), until));
  });

  it("leave the pool dry for their mean time", () => {
    const shocks = new PoolShocks(family(0.001), pool);
    let dryMs = 0;
    const struck = strikes(shocks, start + hours(4_000_000));
    for (const at of struck.slice(0, 300)) dryMs += shocks.dryUntil(at) - at;
    expect(shocks.dryUntil((struck[0] ?? 0) - 1)).toBe(Number.NEGATIVE_INFINITY);
    // A Weibull length of shape one half has standard deviation sqrt(5) times its mean.
    const mean = dryMs / hours(1) / 300;
    expect(Math.abs(mean - 2)).toBeLessThan((4 * 2 * Math.sqrt(5)) / Math.sqrt(300));
  });
});

describe("a pool under shocks", () => {
  it("has no Spot capacity right after any reclaim, nor odds of survival", () => {
    const model = new ModelledOutlook({
      seed: 5,
      start,
      facts: () => ({ vcpus: 2, monthlyInterruptionShare: 0.3, isScarce: false }),
      model: { ...defaultCapacityModel, shockShare: 0.8, loneShare: 0.1, interruptionScale: 20 },
    });
    let at = start;
    let count = 0;
    for (;;) {
      const reclaim = model.nextReclaimAfter("m5.large", "us-east-1a", at);
      if (reclaim === undefined || reclaim.at > start + days(60)) break;
      at = simTime(reclaim.at);
      count += 1;
      expect(model.hasSpotCapacity("m5.large", "us-east-1a", at)).toBe(false);
      expect(model.survivalOdds("m5.large", "us-east-1a", at)).toBe(0);
    }
    expect(count).toBeGreaterThan(5);
  });
});
