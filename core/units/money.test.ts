import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { durationMs, hours, seconds } from "./duration.ts";
import {
  CompensatedSum,
  type Usd,
  addUsd,
  costOf,
  formatUsd,
  formatUsdPerHour,
  usd,
  usdPerHour,
} from "./money.ts";

function sumOf(values: readonly number[]): Usd {
  const sum = new CompensatedSum();
  for (const value of values) sum.add(usd(value));
  return sum.total;
}

describe("money", () => {
  it("is a rate times the hours for which it ran", () => {
    expect(costOf(usdPerHour(0.192), hours(10))).toBeCloseTo(1.92, 12);
    expect(costOf(usdPerHour(3.6), seconds(1))).toBeCloseTo(0.001, 15);
    expect(costOf(usdPerHour(5), durationMs(0))).toBe(0);
    expect(addUsd(usd(1.25), usd(2.5))).toBe(3.75);
  });

  it("is never NaN or infinite", () => {
    for (const bad of [Number.NaN, Infinity, -Infinity]) {
      expect(() => usd(bad)).toThrow(RangeError);
      expect(() => usdPerHour(bad)).toThrow(RangeError);
    }
    expect(() => addUsd(usd(Number.MAX_VALUE), usd(Number.MAX_VALUE))).toThrow(RangeError);
    expect(() => new CompensatedSum().add(Number.NaN as Usd)).toThrow(RangeError);
  });

  it.each([
    [0, "$0.00"],
    [-0.001, "$0.00"],
    [0.005, "$0.01"],
    [-0.5, "-$0.50"],
    [999.999, "$1,000.00"],
    [1234.56, "$1,234.56"],
    [1_234_567.891, "$1,234,567.89"],
    [-1_000_000, "-$1,000,000.00"],
  ])("of %d prints as %s", (value, text) => {
    expect(formatUsd(usd(value))).toBe(text);
  });

  it("prints prices with four decimals", () => {
    expect(formatUsdPerHour(usdPerHour(0.0416))).toBe("$0.0416/hour");
    expect(formatUsdPerHour(usdPerHour(1098.24))).toBe("$1,098.2400/hour");
    expect(() => formatUsd(usd(1e21))).toThrow(RangeError);
  });
});

describe("the compensated sum", () => {
  it("keeps what plain addition loses (Neumaier's own example)", () => {
    expect(sumOf([1, 1e100, 1, -1e100])).toBe(2);
    expect(1 + 1e100 + 1 - 1e100).toBe(0);
    expect(sumOf([])).toBe(0);
  });

  it("adds a million dimes to the cent, where plain addition drifts", () => {
    const dimes = Array.from({ length: 1_000_000 }, () => 0.1);
    expect(sumOf(dimes)).toBe(100_000);
    expect(dimes.reduce((a, b) => a + b, 0)).not.toBe(100_000);
  });

  it("is within two units in the last place of the exact sum of amounts", () => {
    // Multiples of 2^-20 below 2^40, so that the exact sum can be had from BigInt.
    const term = fc.maxSafeInteger().map((units) => units / 2 ** 20);
    fc.assert(
      fc.property(fc.array(term, { maxLength: 200 }), (terms) => {
        const exact = terms.reduce((total, value) => total + BigInt(value * 2 ** 20), 0n);
        const expected = Number(exact) / 2 ** 20;
        const error = Math.abs(sumOf(terms) - expected);
        expect(error).toBeLessThanOrEqual(Math.abs(expected) * 2 * Number.EPSILON);
      }),
    );
  });
});
