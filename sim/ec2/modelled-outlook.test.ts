import { describe, expect, it } from "vitest";
import { days, hours, parseTime, simTime } from "../../core/units/index.ts";
import { stream } from "../engine/index.ts";
import { defaultCapacityModel, ModelledOutlook } from "./modelled-outlook.ts";
import { Sojourns, survival } from "./sojourns.ts";

const start = parseTime("2026-03-01T00:00:00Z");
const zones = Array.from({ length: 40 }, (_, index) => `zone-${index}`);

function outlook(monthlyInterruptionShare: number): ModelledOutlook {
  const facts = () => ({ vcpus: 2, monthlyInterruptionShare, isScarce: false });
  return new ModelledOutlook({ seed: 5, start, facts });
}

describe("modelled capacity pools", () => {
  it("take back as much in a month as the advisor's bucket says", () => {
    // Counts expected losses of a machine that is replaced at once, over 40 zones and a year.
    const share = 0.3;
    const model = outlook(share);
    let losses = 0;
    let hoursUp = 0;
    const year = days(365);
    for (const zone of zones) {
      let at = start;
      for (;;) {
        const reclaim = model.nextReclaimAfter("m5.large", zone, at);
        if (reclaim === undefined || reclaim.at > start + year) break;
        losses += reclaim.share;
        at = reclaim.at;
      }
      const lone = model.loneInterruptionHoursMean("m5.large", zone) ?? Number.NaN;
      losses += year / hours(1) / lone;
      hoursUp += year / hours(1);
    }
    const expected = (-Math.log1p(-share) / 730) * hoursUp;
    // About 170 losses, in bulk; the bound is four standard deviations of them.
    expect(Math.abs(losses / expected - 1)).toBeLessThan(0.4);
  });

  it.each([0.025, 0.075, 0.125, 0.175])(
    "keep to a bucket of %d a month as well, and to a scale of the rates",
    (share) => {
      const interruptionScale = 30;
      const facts = () => ({ vcpus: 2, monthlyInterruptionShare: share, isScarce: false });
      const settings = { ...defaultCapacityModel, interruptionScale, spotDryHoursMean: 0.01 };
      const model = new ModelledOutlook({ seed: 5, start, facts, model: settings });
      const hoursHeld = zones.length * 24 * 365;
      const lone = model.loneInterruptionHoursMean("m5.large", "zone-0") ?? Number.NaN;
      let losses = hoursHeld / lone;
      for (const zone of zones) {
        for (let at = start; ; ) {
          const reclaim = model.nextReclaimAfter("m5.large", zone, at);
          if (reclaim === undefined || reclaim.at > start + days(365)) break;
          losses += reclaim.share;
          at = reclaim.at;
        }
      }
      const expected = (-Math.log1p(-share) / 730) * interruptionScale * hoursHeld;
      // At least 365 losses, in bulk and after heavy tails.
      expect(Math.abs(losses / expected - 1)).toBeLessThan(0.25);
    },
  );

  it("are reclaimed at the same times whoever asks, and whatever was asked before", () => {
    const times = (prelude: (model: ModelledOutlook) => void) => {
      const model = outlook(0.3);
      prelude(model);
      const found: number[] = [];
      for (let at = start; found.length < 20; ) {
        const reclaim = model.nextReclaimAfter("m5.large", "zone-3", at);
        if (reclaim === undefined) break;
        found.push(reclaim.at, reclaim.index, reclaim.share);
        at = reclaim.at;
      }
      return found;
    };
    const plain = times(() => undefined);
    expect(plain.length).toBeGreaterThan(10);
    const late = times((model) => {
      const at = simTime(start + days(300));
      model.nextReclaimAfter("m5.xlarge", "zone-3", at);
      model.hasSpotCapacity("m5.large", "zone-3", at);
      model.nextReclaimAfter("m5.large", "zone-3", at);
      model.survivalOdds("m5.large", "zone-4", start);
    });
    expect(late).toEqual(plain);
  });

  it("have no reclaims without an interruption rate", () => {
    expect(outlook(0).nextReclaimAfter("m5.large", "zone-1", start)).toBeUndefined();
    expect(outlook(0).loneInterruptionHoursMean("m5.large", "zone-1")).toBeUndefined();
  });

  it("have no Spot capacity while On-Demand is dry", () => {
    const model = outlook(0.3);
    let dryHours = 0;
    for (const zone of zones) {
      for (let hour = 0; hour < 24 * 365; hour++) {
        const at = simTime(start + hours(hour));
        if (model.hasOnDemandCapacity("m5.large", zone, at)) continue;
        dryHours += 1;
        expect(model.hasSpotCapacity("m5.large", zone, at)).toBe(false);
      }
    }
    const share = dryHours / (zones.length * 24 * 365);
    expect(share).toBeGreaterThan((1 - defaultCapacityModel.onDemandAvailability) / 3);
    expect(share).toBeLessThan((1 - defaultCapacityModel.onDemandAvailability) * 3);
  });
});

describe("sojourns", () => {
  const means = { upHoursMean: 6, downHoursMean: 2 };
  const many = Array.from(
    { length: 4000 },
    (_, index) => new Sojourns(stream(index, "test", ""), start, means),
  );

  it("are up for the stationary share of the time, at the start and later", () => {
    for (const at of [start, simTime(start + hours(30))]) {
      const up = many.filter((sojourns) => sojourns.at(at).isUp).length / many.length;
      // 0.75 +- 4 standard errors of 0.0068.
      expect(Math.abs(up - 0.75)).toBeLessThan(0.028);
    }
  });

  it("have the hazard of their law: survival is that of a Weibull of shape one half", () => {
    const scaleMs = (means.upHoursMean / 2) * 3_600_000;
    const weibull = (ms: number) => Math.exp(-Math.sqrt(ms / scaleMs));
    const age = hours(2);
    const forMs = hours(1);
    expect(survival(means.upHoursMean, age, forMs)).toBeCloseTo(
      weibull(age + forMs) / weibull(age),
      12,
    );
  });
});
