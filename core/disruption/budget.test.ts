import { describe, expect, it } from "vitest";
import { nodePool } from "../../test/support/node-pools.ts";
import type { Budget } from "../apis/index.ts";
import { hours, minutes, parseTime } from "../units/index.ts";
import { allowedDisruptions, budgetEdgeAfter, isBudgetActive } from "./budget.ts";

const monday = parseTime("2026-03-02T00:00:00Z");
const allowed = (budgets: readonly Budget[], nodes: number, now = monday): number =>
  allowedDisruptions(nodePool({ disruption: { budgets } }), nodes, "Empty", now).allowed;

describe("value of a budget", () => {
  it.each([
    ["10%", 0, 0],
    ["10%", 1, 1],
    ["10%", 10, 1],
    ["10%", 11, 2],
    ["5%", 10, 1],
    ["100%", 7, 7],
    ["0%", 50, 0],
    ["0", 50, 0],
    ["3", 1, 3],
    ["2147483647", 1, 2147483647],
    ["2147483648", 1, -2147483648],
    ["4294967297", 1, 1],
  ])("%s of %i nodes allows %i", (nodes, count, expected) => {
    expect(allowed([{ nodes }], count)).toBe(expected);
  });

  it("is without limit when there is no budget, and the least of those that apply", () => {
    expect(allowed([], 5)).toBe(2147483647);
    expect(allowed([{ nodes: "5" }, { nodes: "20%" }, { nodes: "9" }], 10)).toBe(2);
  });

  it("applies to its reasons only, and to none when its list of reasons is empty", () => {
    expect(allowed([{ nodes: "0", reasons: ["Drifted"] }], 10)).toBe(2147483647);
    expect(allowed([{ nodes: "0", reasons: ["Empty", "Drifted"] }], 10)).toBe(0);
    expect(allowed([{ nodes: "0", reasons: [] }], 10)).toBe(2147483647);
  });

  it("allows nothing when any budget of the NodePool is unreadable, whatever its reason", () => {
    const schedule = { schedule: "* * * *", duration: hours(1) };
    expect(allowed([{ nodes: "5" }, { nodes: "5", reasons: ["Drifted"], ...schedule }], 10)).toBe(
      0,
    );
    expect(allowed([{ nodes: "99999999999999999999", reasons: ["Drifted"] }], 10)).toBe(0);
  });

  it("isn't read while the budget is inactive", () => {
    const inactive = { schedule: "0 12 * * *", duration: hours(1) };
    expect(allowed([{ nodes: "99999999999999999999", ...inactive }], 10)).toBe(2147483647);
  });
});

describe("window of a budget", () => {
  const budget = (schedule: string, minutesLong: number): Budget => ({
    nodes: "0",
    schedule,
    duration: minutes(minutesLong),
  });
  it.each([
    ["0 9 * * *", 60, "2026-03-02T08:59:59.999Z", false],
    ["0 9 * * *", 60, "2026-03-02T09:00:00Z", true],
    ["0 9 * * *", 60, "2026-03-02T09:59:59.999Z", true],
    ["0 9 * * *", 60, "2026-03-02T10:00:00Z", false],
    // Over midnight, and over the end of a week.
    ["0 23 * * *", 120, "2026-03-02T00:30:00Z", true],
    ["0 22 * * 0", 180, "2026-03-02T00:59:00Z", true],
    ["0 22 * * 0", 180, "2026-03-03T00:59:00Z", false],
    // Longer than its period: always.
    ["@hourly", 90, "2026-03-02T05:45:00Z", true],
    ["@daily", 60, "2026-03-02T00:00:00Z", true],
    // Both day fields restricted: either.
    ["0 0 13 * MON", 60, "2026-03-02T00:30:00Z", true],
    ["0 0 13 * FRI", 60, "2026-03-02T00:30:00Z", false],
    // Never fires: the missing activation lies in the past.
    ["0 0 30 2 *", 60, "2026-03-02T05:45:00Z", true],
  ])("%s for %i minutes, at %s: %s", (schedule, long, now, expected) => {
    expect(isBudgetActive(budget(schedule, long), parseTime(now))).toBe(expected);
  });

  it("has a next edge at which, and not before which, its activity changes", () => {
    const nine = budget("0 9 * * 1-5", 60);
    expect(budgetEdgeAfter(nine, monday)).toBe(parseTime("2026-03-02T09:00:00Z"));
    const at = parseTime("2026-03-02T09:30:00Z");
    expect(budgetEdgeAfter(nine, at)).toBe(parseTime("2026-03-02T10:00:00Z"));
    expect(budgetEdgeAfter({ nodes: "1" }, monday)).toBeUndefined();
  });

  it("changes at no time that the edges leave out", () => {
    for (const schedule of ["*/20 * * * *", "5,50 1-3 * * *", "@hourly"]) {
      for (const long of [7, 20, 45, 61]) {
        const one = budget(schedule, long);
        let edge = budgetEdgeAfter(one, monday);
        for (let now = monday, step = 0; step < 600; step++, now = parseTimePlus(now)) {
          if (edge !== undefined && now >= edge) edge = budgetEdgeAfter(one, now);
          const next = parseTimePlus(now);
          if (isBudgetActive(one, now) !== isBudgetActive(one, next)) expect(edge).toBe(next);
        }
      }
    }
  });
});

function parseTimePlus(time: typeof monday): typeof monday {
  return (time + 60_000) as typeof monday;
}
