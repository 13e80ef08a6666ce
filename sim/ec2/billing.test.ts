import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseTime, simTime } from "../../core/units/index.ts";
import { billedUntil, segmentsUsd, spotBillSegments } from "./billing.ts";
import type { SpotMarket } from "./spot-market.ts";

const start = parseTime("2021-03-10T00:00:00Z");

/** A market whose price changes at given offsets in ms. */
function steps(changes: readonly (readonly [number, number])[]): SpotMarket {
  const before = (at: number) => changes.filter(([offset]) => start + offset <= at);
  return {
    description: "steps",
    priceAt: (_type, _zone, at) => before(at).at(-1)?.[1],
    nextChangeAfter: (_type, _zone, at) => {
      const next = changes.find(([offset]) => start + offset > at);
      return next === undefined ? undefined : simTime(start + next[0]);
    },
  };
}

const pool = { instanceType: "m5.large", zone: "us-east-1a" };

describe("the bill of an instance", () => {
  it.each([
    [1, 60_000],
    [59_999, 60_000],
    [60_000, 60_000],
    [60_001, 61_000],
    [3_599_500, 3_600_000],
  ])("for %d ms counts %d ms", (ranMs, billedMs) => {
    expect(billedUntil(start, simTime(start + ranMs))).toBe(start + billedMs);
  });

  it("pays the price in force in each second", () => {
    const market = steps([
      [0, 1],
      [1_800_000, 2],
    ]);
    const until = simTime(start + 3_600_000);
    const segments = spotBillSegments(
      market,
      "per-second",
      { ...pool, runningAt: start },
      start,
      until,
    );
    expect(segments.map(({ usdPerHour }) => usdPerHour)).toEqual([1, 2]);
    expect(segmentsUsd(segments)).toBeCloseTo(1.5, 12);
  });

  it("pays the price of the start of each instance-hour where that is asked for", () => {
    const market = steps([
      [0, 1],
      [1_800_000, 2],
    ]);
    const until = simTime(start + 2 * 3_600_000);
    const segments = spotBillSegments(
      market,
      "per-instance-hour",
      { ...pool, runningAt: start },
      start,
      until,
    );
    expect(segmentsUsd(segments)).toBeCloseTo(1 + 2, 12);
  });

  it("is the sum over its seconds, however it is cut into parts", () => {
    const changes = fc.array(
      fc.tuple(fc.integer({ min: 1, max: 7200 }), fc.integer({ min: 1, max: 9999 })),
      { maxLength: 12 },
    );
    fc.assert(
      fc.property(
        changes,
        fc.integer({ min: 60, max: 7200 }),
        fc.nat(7200),
        (raw, seconds, cut) => {
          const sorted = [...raw].sort(([left], [right]) => left - right);
          const market = steps([
            [0, 0.5],
            ...sorted.map(([at, price]) => [at * 1000, price / 10_000] as const),
          ]);
          let expected = 0;
          for (let second = 0; second < seconds; second++) {
            const at = simTime(start + second * 1000);
            expected += (market.priceAt("", "", at) ?? Number.NaN) / 3600;
          }
          const middle = simTime(start + Math.min(cut, seconds) * 1000);
          const until = simTime(start + seconds * 1000);
          const instance = { ...pool, runningAt: start };
          const parts =
            segmentsUsd(spotBillSegments(market, "per-second", instance, start, middle)) +
            segmentsUsd(spotBillSegments(market, "per-second", instance, middle, until));
          expect(parts).toBeCloseTo(expected, 9);
        },
      ),
      { numRuns: 50 },
    );
  });
});
