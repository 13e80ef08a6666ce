// Names and sentences come out of files that somebody hands in: a terminal must show them, and never
// obey them.
import { describe, expect, it } from "vitest";
import { type Diagnostic, days, after, OutsideError, parseTime } from "../core/units/index.ts";
import { describeBudgets, loadManifests } from "../scenarios/index.ts";
import { planSnapshot, snapshotText } from "../test/support/planned-snapshot.ts";
import { BadInputError } from "./bad-input-error.ts";
import { describeFailure } from "./failure.ts";
import { formatBudget } from "./format-budget.ts";
import { formatDiagnostic } from "./format-diagnostic.ts";
import { formatPlan } from "./format-plan.ts";
import { formatWarnings } from "./format-warnings.ts";
import { plainPaint } from "./paint.ts";
import { formatTable } from "./print-table.ts";
import { columnsOf, jsonText } from "./terminal.ts";

/** Clears the screen, sets the title, goes back a line, turns the direction of writing. */
const nasty = "\u001b[2J\u001b]0;x\u0007\r\b\u009b1A\u202e\n";
const obeyed = /[^\P{Cc}\n]|[\u2028-\u202e\u2066-\u2069]/u;

/** The value with every text in it, times and the names of choices aside, ending nastily. */
function spoilt<T>(value: T, keep: ReadonlySet<string>, key = ""): T {
  if (typeof value === "string") return (keep.has(key) ? value : value + nasty) as T;
  if (Array.isArray(value)) return value.map((each) => spoilt<unknown>(each, keep, key)) as T;
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([name, each]) => [name, spoilt(each, keep, name)]);
  return Object.fromEntries(entries) as T;
}

const diagnostic: Diagnostic = spoilt(
  {
    file: "a.yaml",
    line: 1,
    column: 3,
    path: "spec",
    code: "a/b",
    found: "x",
    allowed: "y",
    hint: "z",
    message: "m",
  },
  new Set(["code"]),
);

describe("text from elsewhere", () => {
  const style = { columns: 80, paint: plainPaint, showsNodes: false };

  it("is escaped in a plan, whole and by nodes", () => {
    const keep = new Set(["kind", "outcome", "verdict", "status", "decision", "code"]);
    for (const name of ["disruption.yaml", "cluster.yaml"]) {
      const { plan } = planSnapshot([snapshotText(name), snapshotText("pods.yaml")]);
      const bad = spoilt(plan, keep);
      for (const showsNodes of [false, true]) {
        const text = formatPlan(bad, { ...style, showsNodes });
        expect(text).toContain("\\u001b[2J");
        expect(text).not.toMatch(obeyed);
      }
    }
  });

  it("is escaped in a calendar", () => {
    const loaded = loadManifests([{ name: "a", text: snapshotText("eks.yaml") }]);
    if (!loaded.ok) return expect.unreachable();
    const from = parseTime("2026-03-02T00:00:00Z");
    const report = describeBudgets(loaded.value.objects, {
      from,
      to: after(from, days(2)),
      nodesByNodePool: new Map(),
    });
    const text = formatBudget(spoilt(report, new Set(["from", "to", "nodesSource"])), style);
    expect(text).toContain("\\u001b[2J");
    expect(text).not.toMatch(obeyed);
  });

  it("is escaped in warnings, in complaints with the line of the file, and in tables", () => {
    const shown = formatDiagnostic(diagnostic, { paint: plainPaint, sourceLine: () => nasty });
    for (const text of [
      shown,
      formatWarnings([diagnostic]),
      formatTable([{ title: "A" }, { title: "B" }], [[nasty, "b"]]),
    ]) {
      expect(text).toContain("\\u001b[2J");
      expect(text).not.toMatch(obeyed);
    }
  });

  it("keeps the caret under its character behind tabs and escaped ones", () => {
    const sourceLine = (): string => "\ta\u001bb";
    const at = { ...diagnostic, column: 4 };
    const [, line = "", caret = ""] = formatDiagnostic(at, { paint: plainPaint, sourceLine }).split(
      "\n",
    );
    expect(line).toBe("  1 | \ta\\u001bb");
    expect(caret.indexOf("^")).toBe(line.indexOf("b", line.indexOf("\\u001b") + 6));
  });

  it("is escaped in what is said of failures, whatever they are", () => {
    for (const thrown of [
      new BadInputError([diagnostic]),
      new OutsideError({ code: "c", message: nasty, advice: nasty, cause: new Error(nasty) }),
      new Error(nasty),
      nasty,
    ]) {
      const { text } = describeFailure(thrown);
      expect(text).toContain("\\u001b[2J");
      expect(text).not.toMatch(obeyed);
    }
  });

  it("keeps its value in JSON, which is escaped all the same", () => {
    const value = { [nasty]: [nasty, 1] };
    expect(jsonText(value)).not.toMatch(obeyed);
    expect(JSON.parse(jsonText(value))).toEqual(value);
  });
});

describe("the width of text", () => {
  it.each<[number | undefined, string | undefined, number]>([
    [undefined, undefined, 80],
    [132, undefined, 132],
    [132, "100", 100],
    [undefined, "120", 120],
    [400, undefined, 160],
    [12, undefined, 40],
    [0, undefined, 80],
    [132, "", 132],
    [132, "wide", 132],
    [132, "0", 132],
    [132, "-5", 132],
  ])("of a stream with %s columns and COLUMNS=%s is %i", (columns, COLUMNS, width) => {
    expect(columnsOf(columns === undefined ? {} : { columns }, { COLUMNS })).toBe(width);
  });
});
