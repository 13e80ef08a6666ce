import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { SimTime } from "../../core/units/index.ts";
import { unlimitedOutlook } from "./pool-outlook.ts";
import { RecordedOutlook } from "./recorded-outlook.ts";
import { at, outlookWith } from "../../test/support/test-ec2.ts";

const pool = { instanceType: "m5.large", zone: "us-east-1a" };
const type = pool.instanceType;

function outlook(interruptions: readonly number[], dry: readonly (readonly [number, number])[]) {
  const record = {
    ...pool,
    interruptions: interruptions.map(at),
    dryStretches: dry.map(([from, until]) => ({ from: at(from), until: at(until) })),
  };
  return new RecordedOutlook("trace", [record], outlookWith({ depth: () => 7 }));
}

describe("a recorded outlook", () => {
  it("reclaims at interruptions and at the begin of dry stretches, each instant once", () => {
    const recorded = outlook([10, 30], [[30, 40]]);
    const times: number[] = [];
    let time: SimTime = at(0);
    for (;;) {
      const reclaim = recorded.nextReclaimAfter(type, pool.zone, time);
      if (reclaim === undefined) break;
      expect(reclaim.share).toBe(1);
      expect(reclaim.noticeSpreadMs).toBe(0);
      times.push((reclaim.at - at(0)) / 1000);
      time = reclaim.at;
    }
    expect(times).toEqual([10, 30]);
  });

  it("answers for pools that it does not name from its fallback", () => {
    const recorded = outlook([10], []);
    const other = [type, "us-east-1b", at(0)] as const;
    expect(recorded.hasSpotCapacity(...other)).toBe(true);
    expect(recorded.nextReclaimAfter(...other)).toBeUndefined();
    expect(recorded.depth(type, "us-east-1b")).toBe(7);
    expect(recorded.survivalOdds(...other)).toBe(unlimitedOutlook.survivalOdds(...other));
  });

  it("is dry from the begin of a stretch until before its end, wherever one asks", () => {
    const lengths = fc.array(
      fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 })),
    );
    fc.assert(
      fc.property(lengths, fc.integer({ min: 0, max: 200 }), (gaps, second) => {
        let end = 0;
        const dry = gaps.map(([gap, length]) => {
          const from = end + gap;
          end = from + length;
          return [from, end] as const;
        });
        const recorded = outlook([], dry);
        const isDry = dry.some(([from, until]) => from <= second && second < until);
        expect(recorded.hasSpotCapacity(type, pool.zone, at(second))).toBe(!isDry);
        expect(recorded.survivalOdds(type, pool.zone, at(second))).toBe(isDry ? 0 : 1);
        const next = dry.map(([from]) => from).find((from) => from > second);
        const reclaim = recorded.nextReclaimAfter(type, pool.zone, at(second));
        expect(reclaim?.at).toBe(next === undefined ? undefined : at(next));
      }),
    );
  });
});
