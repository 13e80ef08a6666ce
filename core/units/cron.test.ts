import { Cron } from "croner";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cronNext, parseCron, tryParseCron } from "./cron.ts";
import { formatTime, parseTime, simTime } from "./time.ts";

function next(expression: string, after: string): string {
  const found = cronNext(parseCron(expression), parseTime(after));
  return found === undefined ? "none" : formatTime(found);
}

// Printed by robfig/cron v3.0.1: ParseStandard("TZ=UTC " + expression), Next(after).
const answersOfRobfig = [
  ["0 9 * * mon-fri", "2026-03-06T09:00:00Z", "2026-03-09T09:00:00Z"],
  ["0 9 * * mon-fri", "2026-03-06T08:59:59.999Z", "2026-03-06T09:00:00Z"],
  ["0 0 13 * 5", "2026-03-01T00:00:00Z", "2026-03-06T00:00:00Z"],
  ["0 0 13 * ?", "2026-03-01T00:00:00Z", "2026-03-13T00:00:00Z"],
  ["0 0 */2 * 1", "2026-03-02T12:00:00Z", "2026-03-03T00:00:00Z"],
  ["0 0 */1 * 1", "2026-03-02T12:00:00Z", "2026-03-09T00:00:00Z"],
  ["0 0 13 * */2", "2026-03-01T12:00:00Z", "2026-03-03T00:00:00Z"],
  ["0 0 *,13 * 5", "2026-03-01T00:00:00Z", "2026-03-06T00:00:00Z"],
  ["5/20 * * * *", "2026-03-01T00:05:00Z", "2026-03-01T00:25:00Z"],
  ["0 22/1 * * *", "2026-03-01T00:05:00Z", "2026-03-01T22:00:00Z"],
  ["10-30/7 8 * * *", "2026-03-01T08:24:00Z", "2026-03-02T08:10:00Z"],
  ["0 0 29 2 *", "2026-03-01T00:00:00Z", "2028-02-29T00:00:00Z"],
  ["0 0 29 2 *", "2096-02-29T00:00:00Z", "none"],
  ["0 0 29 2 *", "2098-12-31T23:59:59Z", "2104-02-29T00:00:00Z"],
  ["0 0 29 2 *", "2098-12-31T23:59:58.999Z", "none"],
  ["0 0 30 2 *", "2026-03-01T00:00:00Z", "none"],
  [", * * * *", "2026-03-01T00:00:00Z", "none"],
  ["0 0 , * 1", "2026-03-01T00:00:00Z", "2026-03-02T00:00:00Z"],
  ["1,,3 0 * * *", "2026-03-01T00:01:00Z", "2026-03-01T00:03:00Z"],
  ["*-5 0 * * *", "2026-03-01T00:10:00Z", "2026-03-01T00:11:00Z"],
  ["+3 0 * * *", "2026-03-01T00:00:00Z", "2026-03-01T00:03:00Z"],
  ["0 0 1 JAN,Jul *", "2026-03-01T00:00:00Z", "2026-07-01T00:00:00Z"],
  [" 0\t0  1 * * ", "2026-03-01T00:00:00Z", "2026-04-01T00:00:00Z"],
  ["@yearly", "2026-03-01T00:00:00Z", "2027-01-01T00:00:00Z"],
  ["@annually", "2026-03-01T00:00:00Z", "2027-01-01T00:00:00Z"],
  ["@monthly", "2026-03-01T00:00:00Z", "2026-04-01T00:00:00Z"],
  ["@weekly", "2026-03-01T00:00:00Z", "2026-03-08T00:00:00Z"],
  ["@daily", "2026-03-01T00:00:00Z", "2026-03-02T00:00:00Z"],
  ["@midnight", "2026-03-01T00:00:00Z", "2026-03-02T00:00:00Z"],
  ["@hourly", "2026-03-01T00:59:59.999Z", "2026-03-01T01:00:00Z"],
] as const;

const refusedByRobfig = [
  ["0 0 * * 7", "end of range (7) above maximum (6): 7"],
  ["60 * * * *", "end of range (60) above maximum (59): 60"],
  ["0 0 0 * *", "beginning of range (0) below minimum (1): 0"],
  ["0 0 * * fri-mon", "beginning of range (5) beyond end of range (1): fri-mon"],
  ["*/0 * * * *", "step of range should be a positive number: */0"],
  ["1-2-3 * * * *", "too many hyphens: 1-2-3"],
  ["1/2/3 * * * *", "too many slashes: 1/2/3"],
  ["*/-2 * * * *", "negative number (-2) not allowed: -2"],
  ["0 0 L * *", "failed to parse int from L"],
  ["0 0 * january *", "failed to parse int from january"],
  ["* * * *", "expected exactly 5 fields, found 4: [* * * *]"],
  ["", "expected exactly 5 fields, found 0: []"],
  ["0 * * * * *", "expected exactly 5 fields, found 6: [0 * * * * *]"],
  ["CRON_TZ=UTC 0 0 * * *", "expected exactly 5 fields, found 6: [CRON_TZ=UTC 0 0 * * *]"],
  ["@every 1 h", "unrecognized descriptor: @every 1 h"],
  ["@Daily", "unrecognized descriptor: @Daily"],
  ["@dailyish", "unrecognized descriptor: @dailyish"],
] as const;

describe("the next activation", () => {
  it.each(answersOfRobfig)("of %j after %s is robfig's: %s", (expression, after, expected) => {
    expect(next(expression, after)).toBe(expected);
  });

  it("needs both day fields as soon as either is an unstepped star", () => {
    expect(parseCron("0 0 * * 1").hasStarDay).toBe(true);
    expect(parseCron("0 0 1 * ?").hasStarDay).toBe(true);
    expect(parseCron("0 0 */2 * 1").hasStarDay).toBe(false);
    expect(parseCron("0 0 1 * 1").hasStarDay).toBe(false);
  });

  it("is strictly after, matches every field, and has no activation before it", () => {
    fc.assert(
      fc.property(expressions(), instants(), (expression, time) => {
        const schedule = parseCron(expression);
        const found = cronNext(schedule, simTime(time));
        if (found === undefined) return;
        expect(found).toBeGreaterThan(time);
        expect(found % 60_000).toBe(0);
        // Asking from anywhere in the gap gives the same answer.
        const between = simTime(time + Math.floor((found - 1 - time) / 2));
        expect(cronNext(schedule, between)).toBe(found);
        expect(cronNext(schedule, simTime(found - 1))).toBe(found);
      }),
    );
  });

  it("agrees with croner on the subset that both dialects share", () => {
    fc.assert(
      fc.property(expressions(), instants(), (expression, time) => {
        const expected = new Cron(expression, { timezone: "UTC" }).nextRun(new Date(time));
        const found = cronNext(parseCron(expression), simTime(time));
        // Croner searches further than five years; nothing else may differ.
        if (found === undefined) {
          expect((expected?.getTime() ?? Infinity) - time).toBeGreaterThan(4 * 365 * 86_400_000);
        } else {
          expect(new Date(found)).toEqual(expected);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe("parsing a schedule", () => {
  it.each(refusedByRobfig)("refuses %j: %s", (expression, sentence) => {
    expect(() => parseCron(expression)).toThrow(`schedule "${expression}": ${sentence} (allowed:`);
    expect(() => parseCron(expression)).toThrow(RangeError);
    expect(tryParseCron(expression)).toBeUndefined();
  });

  it("keeps the expression as it was written", () => {
    expect(parseCron("@daily").expression).toBe("@daily");
    expect(tryParseCron("0 0 * * *")).toEqual({
      ...parseCron("@daily"),
      expression: "0 0 * * *",
    });
  });
});

/** Any millisecond of the years 2000 to 2060. */
function instants(): fc.Arbitrary<number> {
  return fc.integer({ min: 946_684_800_000, max: 2_840_140_800_000 });
}

/** Expressions that robfig and croner read alike: both day fields restricted only without steps. */
function expressions(): fc.Arbitrary<string> {
  const dayFields = fc.oneof(
    fc.tuple(field(1, 31), fc.constant("*")),
    fc.tuple(fc.constant("*"), field(0, 6)),
    fc.tuple(list(1, 31), list(0, 6)),
  );
  return fc
    .tuple(field(0, 59), field(0, 23), dayFields, field(1, 12))
    .map(([minute, hour, [day, weekday], month]) => [minute, hour, day, month, weekday].join(" "));
}

function field(min: number, max: number): fc.Arbitrary<string> {
  const steps = fc.integer({ min: 1, max: Math.min(max, 12) }).map((step) => `*/${step}`);
  return fc.oneof(fc.constant("*"), steps, list(min, max));
}

function list(min: number, max: number): fc.Arbitrary<string> {
  const value = fc.integer({ min, max });
  const range = fc.tuple(value, value).map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`);
  return fc
    .array(fc.oneof(value.map(String), range), { minLength: 1, maxLength: 3 })
    .map((items) => items.join(","));
}
