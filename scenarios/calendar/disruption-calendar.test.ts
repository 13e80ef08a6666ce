import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Budget, type BudgetReason, budgetReasons } from "../../core/apis/index.ts";
import { allowedDisruptions, unlimitedDisruptions } from "../../core/disruption/index.ts";
import {
  after,
  days,
  durationMs,
  formatTime,
  hours,
  minutes,
  parseTime,
  type SimTime,
} from "../../core/units/index.ts";
import { nodePool } from "../../test/support/node-pools.ts";
import { disruptionCalendar } from "./disruption-calendar.ts";

const monday = parseTime("2026-03-02T00:00:00Z");
const week = days(7);

function calendar(
  budgets: readonly Budget[],
  reason: BudgetReason = "Drifted",
  from: SimTime = monday,
  to: SimTime = after(from, week),
): readonly string[] {
  const pool = nodePool({ disruption: { budgets } });
  return disruptionCalendar(pool, 10, reason, from, to).map(
    (it) =>
      `${formatTime(it.from).slice(5, 16)} ${formatTime(it.to).slice(5, 16)} ${it.allowed} ` +
      `by ${it.budgets.join("+")}`,
  );
}

describe("the calendar of allowed disruptions", () => {
  it("has one window while nothing changes", () => {
    expect(calendar([{ nodes: "20%" }])).toEqual(["03-02T00:00 03-09T00:00 2 by 0"]);
    expect(calendar([])).toEqual([`03-02T00:00 03-09T00:00 ${unlimitedDisruptions} by `]);
  });

  it("changes at the minute at which a window opens and closes", () => {
    const office: Budget = { nodes: "0", schedule: "30 8 * * sat", duration: minutes(95) };
    expect(calendar([{ nodes: "50%" }, office])).toEqual([
      "03-02T00:00 03-07T08:30 5 by 0",
      "03-07T08:30 03-07T10:05 0 by 1",
      "03-07T10:05 03-09T00:00 5 by 0",
    ]);
  });

  it("begins within a window that has opened before, and ends within one", () => {
    const weekend: Budget = { nodes: "0", schedule: "0 22 * * sun", duration: hours(10) };
    expect(calendar([{ nodes: "1" }, weekend])).toEqual([
      "03-02T00:00 03-02T08:00 0 by 1",
      "03-02T08:00 03-08T22:00 1 by 0",
      "03-08T22:00 03-09T00:00 0 by 1",
    ]);
  });

  it("names all budgets that allow the least, and an unreadable one for every reason", () => {
    expect(calendar([{ nodes: "2" }, { nodes: "20%" }, { nodes: "3" }])).toEqual([
      "03-02T00:00 03-09T00:00 2 by 0+1",
    ]);
    const huge = { nodes: "99999999999999999999", reasons: ["Empty"] } as const;
    expect(calendar([{ nodes: "2" }, huge])).toEqual(["03-02T00:00 03-09T00:00 0 by 1"]);
  });

  it("is empty where the end is not after the start", () => {
    expect(calendar([{ nodes: "1" }], "Empty", monday, monday)).toEqual([]);
  });
});

const minuteField = fc.constantFrom("0", "30", "*/20", "5,50", "59", "*");
const hourField = fc.constantFrom("0", "9", "22", "*", "1-3", "*/6");
const dayField = fc.constantFrom("*", "?", "1-5", "sat,sun", "3");
const scheduled = fc.record({
  nodes: fc.constantFrom("0", "1", "5", "10%", "55%", "100%"),
  schedule: fc
    .tuple(minuteField, hourField, fc.constantFrom("*", "3", "*/2"), fc.constant("*"), dayField)
    .map((fields) => fields.join(" ")),
  duration: fc.integer({ min: 1, max: 3000 }).map(minutes),
});
const about = fc.option(fc.subarray([...budgetReasons]), { nil: undefined });
const budget = fc
  .tuple(fc.oneof(scheduled, fc.record({ nodes: fc.constantFrom("0", "3", "30%") })), about)
  .map(([rest, reasons]): Budget => (reasons === undefined ? rest : { ...rest, reasons }));

describe("laws of the calendar", () => {
  it("at every moment it says what core allows at that moment", () => {
    const moments = fc.array(fc.integer({ min: 0, max: week - 1 }), {
      minLength: 20,
      maxLength: 20,
    });
    fc.assert(
      fc.property(
        fc.array(budget, { maxLength: 4 }),
        fc.nat({ max: 40 }),
        fc.constantFrom(...budgetReasons),
        moments,
        (budgets, nodes, reason, offsets) => {
          const pool = nodePool({ disruption: { budgets } });
          const windows = disruptionCalendar(pool, nodes, reason, monday, after(monday, week));
          const edges = windows.flatMap(({ from, to }) => [from - monday, to - monday - 1]);
          for (const offset of [...offsets, ...edges]) {
            const now = after(monday, durationMs(offset));
            const window = windows.find(({ from, to }) => from <= now && now < to);
            expect(window?.allowed).toBe(allowedDisruptions(pool, nodes, reason, now).allowed);
          }
        },
      ),
      { numRuns: 150 },
    );
  });

  it("it has neither gaps nor overlaps, and neighbours differ", () => {
    fc.assert(
      fc.property(fc.array(budget, { maxLength: 4 }), fc.nat({ max: 40 }), (budgets, nodes) => {
        const pool = nodePool({ disruption: { budgets } });
        const to = after(monday, week);
        const windows = disruptionCalendar(pool, nodes, "Empty", monday, to);
        expect(windows[0]?.from).toBe(monday);
        expect(windows.at(-1)?.to).toBe(to);
        for (const [index, window] of windows.entries()) {
          expect(window.from).toBeLessThan(window.to);
          const next = windows[index + 1];
          if (next === undefined) continue;
          expect(next.from).toBe(window.to);
          expect([next.allowed, ...next.budgets]).not.toEqual([window.allowed, ...window.budgets]);
        }
      }),
      { numRuns: 150 },
    );
  });
});
