import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  Never,
  days,
  durationMs,
  formatDuration,
  formatShortDuration,
  hours,
  milliseconds,
  minutes,
  parseDuration,
  parseNillableDuration,
  seconds,
  tryParseDuration,
} from "./duration.ts";

// Printed by Go 1.26: time.ParseDuration(text).Milliseconds(), and String() after Truncate(ms).
const answersOfGo = [
  ["1h15m30.918s", 4_530_918, "1h15m30.918s"],
  ["-0.5h", -1_800_000, "-30m0s"],
  ["0.1234567890123456789s", 123, "123ms"],
  [".5s", 500, "500ms"],
  ["5.s", 5000, "5s"],
  ["1h1h", 7_200_000, "2h0m0s"],
  ["720h", 2_592_000_000, "720h0m0s"],
  ["90m", 5_400_000, "1h30m0s"],
  ["0.3333333333333333333h", 1_200_000, "20m0s"],
  ["0.00000000000000000001h", 0, "0s"],
  ["1.9999ms", 1, "1ms"],
  ["-1.9999ms", -1, "-1ms"],
  ["1\u00b5s1500000ns", 1, "1ms"],
  ["2562047h47m16.854775807s", 9_223_372_036_854, "2562047h47m16.854s"],
  ["-2562047h47m16.854775808s", -9_223_372_036_854, "-2562047h47m16.854s"],
  ["0", 0, "0s"],
  ["-0", 0, "0s"],
] as const;

const refusedByGo = [
  ["", 'time: invalid duration ""'],
  ["-", 'time: invalid duration "-"'],
  ["h", 'time: invalid duration "h"'],
  [".s", 'time: invalid duration ".s"'],
  ["2562047h47m16.854775808s", 'time: invalid duration "2562047h47m16.854775808s"'],
  ["99999999999999999999h", 'time: invalid duration "99999999999999999999h"'],
  ["00", 'time: missing unit in duration "00"'],
  ["3", 'time: missing unit in duration "3"'],
  ["1.2.3s", 'time: missing unit in duration "1.2.3s"'],
  ["1d", 'time: unknown unit "d" in duration "1d"'],
  ["1h ", 'time: unknown unit "h " in duration "1h "'],
] as const;

describe("parsing a duration", () => {
  it.each(answersOfGo)("%j is what Go reads and prints: %d ms, %s", (text, expected, printed) => {
    expect(parseDuration(text)).toBe(expected);
    expect(formatDuration(parseDuration(text))).toBe(printed);
  });

  it.each(refusedByGo)("refuses %j with Go's sentence", (text, sentence) => {
    expect(() => parseDuration(text)).toThrow(`${sentence} (allowed:`);
    expect(() => parseDuration(text)).toThrow(RangeError);
    expect(tryParseDuration(text)).toBeUndefined();
  });

  it("reads Never only in its own spelling", () => {
    expect(parseNillableDuration("Never")).toBe(Never);
    expect(parseNillableDuration("30s")).toBe(30_000);
    expect(() => parseNillableDuration("never")).toThrow(RangeError);
  });

  it("undoes formatting for every duration that Go can hold", () => {
    const limit = 9_223_372_036_854;
    fc.assert(
      fc.property(fc.integer({ min: -limit, max: limit }), (value) => {
        expect(parseDuration(formatDuration(durationMs(value)))).toBe(value);
      }),
    );
  });

  it("adds up its components", () => {
    const counts = fc.tuple(fc.nat(9999), fc.nat(9999), fc.nat(9999), fc.nat(9999));
    fc.assert(
      fc.property(counts, ([h, m, s, ms]) => {
        const expected = hours(h) + minutes(m) + seconds(s) + milliseconds(ms);
        expect(parseDuration(`${h}h${m}m${s}s${ms}ms`)).toBe(expected);
      }),
    );
  });
});

describe("making a duration", () => {
  it("takes fractions of a unit only down to whole milliseconds", () => {
    expect(days(0.5)).toBe(43_200_000);
    expect(seconds(1.5)).toBe(1500);
    expect(() => seconds(0.0001)).toThrow(RangeError);
    expect(() => milliseconds(1.5)).toThrow(RangeError);
    expect(() => durationMs(Number.NaN)).toThrow(RangeError);
    expect(() => durationMs(2 ** 53)).toThrow(RangeError);
  });

  it("has one zero only", () => {
    expect(Object.is(durationMs(-0), 0)).toBe(true);
  });
});

describe("the short form", () => {
  it.each([
    [0, "0s"],
    [250, "250ms"],
    [1500, "1.5s"],
    [59_999, "59.9s"],
    [60_000, "1m"],
    [7_500_000, "2h 5m"],
    [7_200_500, "2h"],
    [86_400_000 * 30, "30d"],
    [86_400_000 * 30 + 59_000, "30d"],
    [-90_000, "-1m 30s"],
  ])("of %d ms is %s", (value, text) => {
    expect(formatShortDuration(durationMs(value))).toBe(text);
  });
});
