import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { durationMs, hours } from "./duration.ts";
import {
  after,
  afterOrLast,
  before,
  elapsed,
  formatTime,
  parseTime,
  simTime,
  tryParseTime,
} from "./time.ts";

const first = Date.parse("0000-01-01T00:00:00Z");
const last = Date.parse("9999-12-31T23:59:59.999Z");
const instants = fc.integer({ min: first, max: last });

describe("an instant", () => {
  it.each([
    ["1970-01-01T00:00:00Z", 0],
    ["2026-03-01T00:00:00Z", 1_772_323_200_000],
    ["2026-03-01T01:30:00+01:30", 1_772_323_200_000],
    ["2026-02-28T16:00:00-08:00", 1_772_323_200_000],
    ["2026-03-01T00:00:00.1239Z", 1_772_323_200_123],
    ["2026-03-01T00:00:00.5Z", 1_772_323_200_500],
    ["1969-12-31T23:59:59.999Z", -1],
    ["2000-02-29T00:00:00Z", 951_782_400_000],
    ["0004-02-29T00:00:00z", -62_035_891_200_000],
  ])("reads %s", (text, expected) => {
    expect(parseTime(text)).toBe(expected);
  });

  it.each([
    "2026-03-01",
    "2026-03-01 00:00:00Z",
    "2026-03-01T00:00:00",
    "2026-03-01T00:00Z",
    "2026-02-29T00:00:00Z",
    "1900-02-29T00:00:00Z",
    "2026-13-01T00:00:00Z",
    "2026-00-01T00:00:00Z",
    "2026-01-00T00:00:00Z",
    "2026-01-01T24:00:00Z",
    "2026-01-01T00:60:00Z",
    "2026-01-01T00:00:60Z",
    "2026-01-01T00:00:00+24:00",
    "2026-01-01T00:00:00+00:60",
    "2026-01-01T00:00:00.Z",
    "0000-01-01T00:00:00+00:01",
    "9999-12-31T23:59:59-00:01",
    "yesterday",
  ])("refuses %s", (text) => {
    expect(() => parseTime(text)).toThrow(`time "${text}" is not an RFC 3339 time`);
    expect(() => parseTime(text)).toThrow(RangeError);
    expect(tryParseTime(text)).toBeUndefined();
  });

  it("prints as the language's own calendar prints it, without idle milliseconds", () => {
    fc.assert(
      fc.property(instants, (value) => {
        const expected = new Date(value).toISOString().replace(".000Z", "Z");
        expect(formatTime(simTime(value))).toBe(expected);
      }),
    );
    expect(formatTime(simTime(0))).toBe("1970-01-01T00:00:00Z");
    expect(formatTime(simTime(7))).toBe("1970-01-01T00:00:00.007Z");
  });

  it("survives printing and reading", () => {
    fc.assert(
      fc.property(instants, (value) => {
        expect(parseTime(formatTime(simTime(value)))).toBe(value);
      }),
    );
  });

  it("is whole and within the years 0000 to 9999", () => {
    expect(simTime(first)).toBe(first);
    expect(simTime(last)).toBe(last);
    for (const bad of [first - 1, last + 1, 0.5, Number.NaN, Infinity]) {
      expect(() => simTime(bad)).toThrow(RangeError);
    }
    expect(() => after(simTime(last), durationMs(1))).toThrow(RangeError);
    expect(Object.is(simTime(-0), 0)).toBe(true);
  });
});

describe("instants and durations", () => {
  it("form an affine space: elapsed undoes after, before undoes after", () => {
    fc.assert(
      fc.property(instants, instants, (from, to) => {
        const duration = elapsed(simTime(from), simTime(to));
        expect(duration).toBe(to - from);
        expect(after(simTime(from), duration)).toBe(to);
        expect(before(simTime(to), duration)).toBe(from);
      }),
    );
  });

  it("end with the year 9999 where a wait is longer", () => {
    const noon = parseTime("2026-03-01T12:00:00Z");
    expect(afterOrLast(noon, 43_200_000)).toBe(after(noon, hours(12)));
    expect(afterOrLast(noon, Number.MAX_SAFE_INTEGER * 1000)).toBe(simTime(last));
  });

  it("are related by sign: elapsed is negative backwards", () => {
    const noon = parseTime("2026-03-01T12:00:00Z");
    expect(elapsed(noon, before(noon, hours(12)))).toBe(-43_200_000);
  });
});
