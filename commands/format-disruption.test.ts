// The disruption of a plan as people read it; the page about plans shows the same text.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { invariant, parseTime } from "../core/units/index.ts";
import type { Plan, PlannedVerdict } from "../scenarios/index.ts";
import { planSnapshot, snapshotText } from "../test/support/planned-snapshot.ts";
import { formatDisruption } from "./format-disruption.ts";
import { formatPlan } from "./format-plan.ts";
import { plainPaint } from "./paint.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const read = (path: string): string => readFileSync(`${root}${path}`, "utf8");
const style = { columns: 80, paint: plainPaint, showsNodes: false };

function example(): Plan {
  const texts = [snapshotText("disruption.yaml")];
  return planSnapshot(texts, { now: parseTime("2026-03-02T10:00:00Z") }).plan;
}

const plan = example();
const text = (shown: Plan, overrides: Partial<typeof style> = {}): string =>
  formatDisruption(shown, { ...style, ...overrides }).join("\n");

/** The plan with its nodes replaced. */
const withNodes = (nodes: readonly PlannedVerdict[]): Plan => ({
  ...plan,
  disruption: { ...plan.disruption, nodes },
});

describe("the text of disruption", () => {
  it("is what docs/plan.md shows", () => {
    const shown = [...read("docs/plan.md").matchAll(/```text\n([\s\S]*?)```/g)].map(([, it]) => it);
    expect(shown).toContain(formatPlan(plan, style));
  });

  it.each([
    [80, false],
    [80, true],
    [120, false],
    [120, true],
  ])("fits into %i columns, but for words that are longer (nodes: %s)", (columns, showsNodes) => {
    const lines = text(plan, { columns, showsNodes }).split("\n");
    const tooLong = lines.filter((line) => line.length > columns && line.trim().includes(" "));
    expect(tooLong).toEqual([]);
  });

  it("says loudly whose price is unknown", () => {
    const said = text(plan).replaceAll(/\s+/g, " ");
    expect(said).toContain(
      "! price unknown, counted as 0 here and by Karpenter: ip-10-0-2-24.ec2.internal (m99.large",
    );
    expect(text(withNodes([]))).not.toContain("price unknown");
  });

  it("keeps a cluster of 300 nodes short: nodes of one reason together", () => {
    const [first] = plan.disruption.nodes.filter(({ verdict }) => verdict === "stays");
    invariant(first !== undefined, "a node stays");
    const nodes = Array.from({ length: 300 }, (_, n) => ({
      ...first,
      node: `node-${n}`,
      message: n < 200 ? `Pod has a rule (Pod=shop/${n % 100})` : `rule ${n}`,
      details: n < 100 ? [] : [`pod shop/${n}`],
    }));
    const said = text(withNodes(nodes));
    expect(said.split("\n").length).toBeLessThan(60);
    expect(said).toContain(
      "  200 nodes: Pod has a rule\n    node-0\n      Pod has a rule (Pod=shop/0)",
    );
    // Four of the 200 are told; of the others, three sentences.
    expect(said).toContain("    and 196 nodes more (--nodes has all)");
    expect(said).toContain("  97 nodes more with disruption/pod-do-not-disrupt (--nodes has all)");
    expect(text(withNodes(nodes), { showsNodes: true }).split("\n").length).toBeGreaterThan(600);
  });

  it("names each node that stays once, with its price where that is the reason", () => {
    const said = text(plan);
    const [, stay = ""] = said.split("\nStay: ");
    const staying = plan.disruption.nodes.filter(({ verdict }) => verdict === "stays");
    for (const { node } of staying) {
      expect(stay.split(new RegExp(`^ {4}${node.replaceAll(".", "\\.")}`, "m")).length).toBe(2);
    }
    expect(stay).toContain("ip-10-0-2-22.ec2.internal ($0.3840/hour)");
  });

  it("says what keeps Karpenter from doing anything", () => {
    const { disruption } = plan;
    const waiting = { ...disruption, outcome: "waiting", waitingFor: ["NodeClaim x"] } as const;
    expect(text({ ...plan, disruption: waiting })).toContain(
      "Karpenter disrupts nothing before NodeClaim x is launched or gone; then:\n",
    );
    const failed = {
      ...disruption,
      outcome: "failed",
      error: "no nodepools",
      commands: [],
    } as const;
    expect(text({ ...plan, disruption: failed })).toContain(
      "\nDisruption: Karpenter's pass would fail: no nodepools\n",
    );
  });
});
