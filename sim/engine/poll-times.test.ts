import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { durationMs, elapsed, seconds, simTime } from "../../core/units/index.ts";
import { pollAfter, pollFrom, pollUpTo } from "./poll-times.ts";

describe("a loop with a period", () => {
  it.each([
    [20, 20, 30, 20],
    [21, 30, 30, 20],
    [29, 30, 30, 20],
    [30, 30, 40, 30],
  ])("at second %i runs from then on at %i, behind it at %i, and has run at %i", (...row) => {
    const [at, from, behind, upTo] = row.map((each) => simTime(each * 1000));
    const polls = { period: seconds(10) };
    expect([pollFrom, pollAfter, pollUpTo].map((next) => next(at ?? simTime(0), polls))).toEqual([
      from,
      behind,
      upTo,
    ]);
  });

  it("runs a whole number of periods from its start, and misses none", () => {
    const whole = fc.integer({ min: 0, max: 10_000_000 });
    const periods = fc.integer({ min: 1, max: 100_000 });
    fc.assert(
      fc.property(whole, whole, periods, (startMs, sinceMs, periodMs) => {
        const [start, time] = [simTime(startMs), simTime(startMs + sinceMs)];
        const period = durationMs(periodMs);
        const polls = { period, start };
        const [from, behind, upTo] = [pollFrom, pollAfter, pollUpTo].map((it) => it(time, polls));
        for (const poll of [from, behind, upTo]) {
          expect(elapsed(start, poll ?? start) % period).toBe(0);
        }
        expect(elapsed(upTo ?? start, behind ?? start)).toBe(period);
        expect(from).toBe(upTo === time ? time : behind);
      }),
    );
  });
});
