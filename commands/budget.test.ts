// The calendar as people and machines read it; the page about it shows the same text.
import { readFileSync } from "node:fs";
import nodePath from "node:path";
import { describe, expect, it } from "vitest";
import { after, days, invariant, parseTime } from "../core/units/index.ts";
import type { AllowedWindow, BudgetReport } from "../scenarios/index.ts";
import { describeBudgets, loadManifests } from "../scenarios/index.ts";
import { snapshotText } from "../test/support/planned-snapshot.ts";
import { type Ended, root, runCommand, dryfit as runDryfit } from "../test/support/command-line.ts";
import { BadInputError } from "./bad-input-error.ts";
import { configure } from "./budget.ts";
import { type BudgetWords, readBudgetOptions } from "./budget-options.ts";
import { formatBudget } from "./format-budget.ts";
import { formatGrid } from "./format-budget-grid.ts";
import { formatBudgetWindows } from "./format-budget-windows.ts";
import { plainPaint } from "./paint.ts";

const example = "scenarios/calendar/testdata/budgets.yaml";
const read = (path: string): string => readFileSync(nodePath.join(root, path), "utf8");
const style = { columns: 80, paint: plainPaint };
const monday = parseTime("2026-03-02T00:00:00Z");

function report(length = 7): BudgetReport {
  const loaded = loadManifests([{ name: example, text: read(example) }]);
  invariant(loaded.ok, "the example loads");
  return describeBudgets(loaded.value.objects, {
    from: monday,
    to: after(monday, days(length)),
    nodesByNodePool: new Map([["general", 25]]),
  });
}

const window = (from: string, to: string, allowed?: number): AllowedWindow => ({
  from: `2026-03-${from}Z`,
  to: `2026-03-${to}Z`,
  ...(allowed === undefined ? {} : { allowed }),
  budgets: allowed === undefined ? [] : [0],
});

describe("the text of a calendar", () => {
  it("is what docs/budget.md shows", () => {
    const [, shown] = /```text\n([\s\S]*?)```/.exec(read("docs/budget.md")) ?? [];
    expect(formatBudget(report(), style)).toBe(shown);
  });

  it("ends, of a snapshot, with the nodes that pods hold, as docs/budget.md shows them", () => {
    const [, [, shown = ""] = []] = [...read("docs/budget.md").matchAll(/```text\n([\s\S]*?)```/g)];
    const loaded = loadManifests([{ name: "a", text: snapshotText("disruption.yaml") }]);
    invariant(loaded.ok, "the snapshot loads");
    const request = { from: monday, to: after(monday, days(1)), nodesByNodePool: new Map() };
    const text = formatBudget(describeBudgets(loaded.value.objects, request), style);
    expect(text.slice(text.indexOf("Nodes that their pods hold"))).toBe(shown);
  });

  it("says why a budget lets nothing go at present", () => {
    const few = snapshotText("eks.yaml").replace(
      /(currentHealthy: )3(\n {4}desiredHealthy: )2(\n {4}disruptionsAllowed: )1/,
      "$12$22$30",
    );
    const loaded = loadManifests([{ name: "a", text: few }]);
    invariant(loaded.ok, "the snapshot loads");
    const request = { from: monday, to: after(monday, days(1)), nodesByNodePool: new Map() };
    const text = formatBudget(describeBudgets(loaded.value.objects, request), style);
    expect(text).toMatch(
      /^shop\/web +minAvailable 50% +3 +1 +0\n.*\n {2}! nothing at present: 2 pods are healthy, 2 have to be$/m,
    );
  });

  it.each([80, 120])("fits into %i columns", (columns) => {
    const lines = formatBudget(report(), { ...style, columns }).split("\n");
    expect(lines.filter((line) => line.length > columns)).toEqual([]);
  });

  it("marks an hour in which the number changes with the least of it", () => {
    const windows = [
      window("02T00:00:00", "02T02:30:00", 12),
      window("02T02:30:00", "02T02:40:00", 0),
      window("02T02:40:00", "02T04:00:00"),
      window("02T04:00:00", "02T05:00:00", 250),
    ];
    expect(formatGrid(windows, style)).toEqual([
      "       00 01 02 03 04 05 06 07 08 09 10 11 12 13 14 15 16 17 18 19 20 21 22 23",
      "Mon 02 12 12 ~0  -  #",
      "      ~ the least of an hour in which it changes; - no limit; # more than 99",
    ]);
  });

  it("leaves hours outside of the calendar empty, and has a row for each day that it touches", () => {
    const windows = [window("01T22:00:00", "02T01:00:00", 3)];
    expect(formatGrid(windows, style).slice(1)).toEqual([
      `Sun 01${"".padEnd(66)}  3  3`,
      "Mon 02  3",
    ]);
  });

  it("puts windows at the same time of several days together", () => {
    const windows = [
      window("02T00:00:00", "02T09:00:00", 3),
      window("02T09:00:00", "02T17:00:00", 0),
      window("02T17:00:00", "03T09:00:00", 3),
      window("03T09:00:00", "03T17:00:00", 0),
      window("03T17:00:00", "04T00:00:00", 3),
    ];
    expect(formatBudgetWindows(windows, style)).toEqual([
      "  3  Mon 02 00:00 to 09:00, by budgets[0]",
      "  0  every day 09:00 to 17:00, by budgets[0]",
      "  3  Mon 02 17:00 to Tue 03 09:00, by budgets[0]",
      "  3  Tue 03 17:00 to 24:00, by budgets[0]",
    ]);
  });

  it("tells each minute of the calendar once: the windows in the text add up to it", () => {
    for (const { reasons } of report(9).nodePools) {
      for (const { windows, blockedMinutes } of reasons) {
        const lengths = windows.map(({ from, to }) => Date.parse(to) - Date.parse(from));
        expect(lengths.reduce((sum, each) => sum + each, 0)).toBe(days(9));
        const blocked = windows.map(({ allowed }, n) => (allowed === 0 ? (lengths[n] ?? 0) : 0));
        expect(blocked.reduce((sum, each) => sum + each, 0)).toBe(blockedMinutes * 60_000);
      }
    }
  });
});

describe("the options of budget", () => {
  const readWords = (words: Partial<BudgetWords>) => readBudgetOptions({ days: "7", ...words });

  it("reads days, times and counts", () => {
    expect(readWords({ from: "2026-03-02" }).from).toBe(monday);
    expect(readWords({ from: "2026-03-02T09:30:00+01:00" }).from).toBe(
      parseTime("2026-03-02T08:30:00Z"),
    );
    const { nodes, nodesByNodePool } = readWords({ nodes: ["20,a=3", "b=0"] });
    expect([nodes, ...nodesByNodePool]).toEqual([20, ["a", 3], ["b", 0]]);
  });

  it.each<[Partial<BudgetWords>, string]>([
    [{ from: "monday" }, "--from"],
    [{ from: "2026-02-30" }, "--from"],
    [{ days: "0" }, "--days"],
    [{ days: "1e3" }, "--days"],
    [{ nodes: ["-1"] }, "--nodes"],
    [{ nodes: ["a=b"] }, "--nodes"],
    [{ nodes: [""] }, "--nodes"],
  ])("refuses %j at %s", (words, option) => {
    try {
      readWords(words);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(BadInputError);
      expect((error as BadInputError).diagnostics.map(({ file }) => file)).toEqual([option]);
    }
  });
});

describe("dryfit budget", { timeout: 60_000 }, () => {
  const dryfit = (stdin: string, ...words: readonly string[]): Promise<Ended> =>
    words.includes("-")
      ? runDryfit(["budget", ...words], { stdin })
      : runCommand({ configure }, words);

  it("prints JSON of several files, stdin among them", async () => {
    const words = ["--from", "2026-03-02", "--nodes", "general=25", "--json"];
    const { code, stdout } = await dryfit(read(example), "-", ...words);
    expect(code).toBe(0);
    const { warnings, ...printed } = JSON.parse(stdout) as BudgetReport & { warnings: unknown };
    expect(printed).toEqual(report());
    expect(warnings).toEqual([]);
  });

  it("starts on the day of the newest time in a snapshot", async () => {
    const { stdout } = await dryfit(
      "",
      "scenarios/snapshot/testdata/disruption.yaml",
      "--days",
      "2",
    );
    expect(stdout).toContain("from Mon 2026-03-02 00:00 to Wed 2026-03-04 00:00 UTC");
    expect(stdout).toContain("NodePool general: 10 nodes (counted)\n2 of them, not ready or");
  });

  it("ends with 2, file, line and column for a budget that cannot be read", async () => {
    const bad = read(example).replace("0 9 * * mon-fri", "99 9 * * mon-fri");
    const { code, stdout, stderr } = await dryfit(bad, "-", "--from", "2026-03-02");
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(
      /^stdin:15:\d+: NodePool general: spec\.disruption\.budgets\[1\]\.schedule: /m,
    );
    expect(stderr).not.toContain("left out");
  });

  it.each([
    ["apiVersion: karpenter.sh/v1alpha5\nkind: Provisioner", "spec: { weight: heavy }"],
    ["apiVersion: batch/v1\nkind: CronJob", "spec: { schedule: 7 }"],
    ["apiVersion: v1\nkind: Pod", "spec: { containers: 7 }"],
  ])("ends with 2 for one of another kind that the calendar is about: %s", async (kind, spec) => {
    const bad = `${kind}\nmetadata: { name: broken }\n${spec}\n---\n${read(example)}`;
    const { code, stdout, stderr } = await dryfit(bad, "-", "--from", "2026-03-02");
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(/^stdin:4:\d+: \S+ broken: spec\./m);
  });

  it("ends with 2 where there is nothing to make a calendar of", async () => {
    const nothing = await dryfit("", "scenarios/snapshot/testdata/pods.yaml");
    expect(nothing.code).toBe(2);
    expect(nothing.stderr).toContain("no NodePool and no PodDisruptionBudget");
    const unknown = await dryfit("", "--nodes", "7", "--nodes", "genral=3", example);
    expect(unknown.code).toBe(2);
    expect(unknown.stderr).toContain("there is no NodePool genral");
    expect((await dryfit("", "nowhere.yaml")).code).toBe(2);
  });
});
