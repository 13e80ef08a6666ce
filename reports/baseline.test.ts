import { describe, expect, it } from "vitest";
import type { RunFacts } from "../sim/ledger/index.ts";
import type { Baseline } from "./baseline-schema.ts";
import { formatBaseline, parseBaseline } from "./baseline-file.ts";
import { compareWithBaseline, makeBaseline } from "./baseline.ts";
import { buildReport } from "./build-report.ts";
import { formatComparison } from "./comparison-text.ts";
import { dayByHand } from "./ledger-fixture.ts";
import { madeUpProvenance } from "./report-fixture.ts";
import type { Report } from "./report-schema.ts";

function reportOf(facts: RunFacts): Report {
  const policies = [
    { name: "only", experiments: [], decisionLatency: "ideal: decisions take no time" },
  ];
  return buildReport([{ policy: "only", seed: 1, facts }], { ...madeUpProvenance, policies });
}

/** The day told by hand with so much more spent on Spot c7i. */
function withMoreSpot(usd: number): RunFacts {
  const facts = dayByHand();
  const { cost } = facts;
  const add = (record: Readonly<Record<string, number>>, name: string) => ({
    ...record,
    [name]: (record[name] ?? 0) + usd,
  });
  return {
    ...facts,
    cost: {
      ...cost,
      computeUsd: cost.computeUsd + usd,
      byCapacityType: add(cost.byCapacityType, "spot"),
      byNodePool: add(cost.byNodePool, "batch"),
      byInstanceFamily: add(cost.byInstanceFamily, "c7i"),
      byZone: add(cost.byZone, "us-east-1b"),
      shares: cost.shares.map((share) =>
        share.instanceFamily === "c7i" ? { ...share, usd: share.usd + usd } : share,
      ),
    },
  };
}

function baselineOf(figures: Baseline["figures"]): Baseline {
  return { ...makeBaseline(reportOf(dayByHand())), figures };
}

const total = "policies.only.cost.totalUsd";
const report = reportOf(dayByHand());

describe("a new baseline", () => {
  const baseline = makeBaseline(report);

  it("watches the three currencies of every policy", () => {
    expect(Object.keys(baseline.figures)).toEqual(
      expect.arrayContaining([
        total,
        "policies.only.availability.pendingPodSeconds",
        "policies.only.disruption.podsDisrupted",
      ]),
    );
    expect(baseline.figures[total]?.value).toBe(13.2);
  });

  it("passes against the report that it was made of", () => {
    const comparison = compareWithBaseline(report, baseline);
    expect(comparison).toMatchObject({ passed: true, costMoves: [], scenarioChanged: false });
    expect(formatComparison(comparison, { columns: 80, colour: false })).toBe(
      "All 8 figures within tolerance.\nUnchanged: 8 figures.\n",
    );
  });

  it("reads back from its file", () => {
    expect(parseBaseline(formatBaseline(baseline), "b.json")).toMatchObject({
      ok: true,
      value: baseline,
    });
  });
});

describe("a check", () => {
  // The total is 13.20, so two percent are 0.264.
  it.each([
    ["increase", 0.26, true],
    ["increase", 0.27, false],
    ["increase", -5, true],
    ["decrease", 5, true],
    ["decrease", -0.27, false],
    ["both", 0.27, false],
    ["both", -0.27, false],
    ["both", -0.26, true],
  ] as const)(
    "of direction %s and two percent takes a move by %d: %s",
    (direction, usd, passed) => {
      const tolerance = { relativePercent: 2 };
      const baseline = baselineOf({ [total]: { value: 13.2, tolerance, direction } });
      const cost = { ...dayByHand().cost };
      const moved = reportOf({
        ...dayByHand(),
        cost: { ...cost, controlPlaneUsd: cost.controlPlaneUsd + usd },
      });
      expect(compareWithBaseline(moved, baseline).passed).toBe(passed);
    },
  );

  it("takes the wider of two tolerances, and none at all for exact", () => {
    const figures = (tolerance: Baseline["figures"][string]["tolerance"]): Baseline["figures"] => ({
      [total]: { value: 13, tolerance, direction: "both" },
    });
    const passes = (tolerance: Baseline["figures"][string]["tolerance"]) =>
      compareWithBaseline(report, baselineOf(figures(tolerance))).passed;
    expect(passes({ absolute: 0.2, relativePercent: 0.1 })).toBe(true);
    expect(passes({ absolute: 0.1, relativePercent: 2 })).toBe(true);
    expect(passes({})).toBe(false);
  });

  it("fails where the report lacks a figure of the baseline", () => {
    const figure = { value: 1, tolerance: { absolute: 9 }, direction: "both" } as const;
    const comparison = compareWithBaseline(
      report,
      baselineOf({ "policies.gone.cost.totalUsd": figure }),
    );
    expect(comparison.passed).toBe(false);
    expect(formatComparison(comparison, { columns: 100, colour: false })).toContain(
      "x policies.gone.cost.totalUsd: was 1, and the report has no such value",
    );
  });

  it("names what moved, the limit, and where the money went", () => {
    const moved = reportOf(withMoreSpot(3.3));
    const comparison = compareWithBaseline(moved, makeBaseline(report));
    expect(comparison.costMoves).toEqual([
      {
        policy: "only",
        nodePool: "batch",
        capacityType: "spot",
        instanceFamily: "c7i",
        baselineUsd: 1.2,
        foundUsd: 4.5,
      },
    ]);
    expect(formatComparison(comparison, { columns: 80, colour: false })).toMatchInlineSnapshot(`
      "1 of 8 figures left the tolerance.
        x policies.only.cost.totalUsd: 13.2 -> 16.5 (+3.3; may increase by 0.264)
      Unchanged: 7 figures.
      Where compute money moved, largest first:
        +$3.30 only: NodePool batch, spot, c7i ($1.20 -> $4.50)
      "
    `);
  });

  it("says when the input is another one", () => {
    const changed = { ...report, scenario: { ...report.scenario, digest: "sha256:other" } };
    expect(compareWithBaseline(changed, makeBaseline(report)).scenarioChanged).toBe(true);
  });
});

describe("a baseline file", () => {
  it.each([
    ["{", "baseline/not-json"],
    ["{}", "baseline/invalid"],
    ['{"schema":"dryfit.dev/baseline/v2"}', "baseline/invalid"],
  ])("that is no baseline is refused: %s", (text, code) => {
    const result = parseBaseline(text, "b.json");
    expect(result.ok).toBe(false);
    if (!result.ok) expect(result.diagnostics[0]).toMatchObject({ file: "b.json", code });
  });

  it("with an unknown key is refused, with its place", () => {
    const baseline = makeBaseline(report);
    const wrong = { ...baseline, figures: { a: { value: 1, tolerance: { relative: 3 } } } };
    const result = parseBaseline(JSON.stringify(wrong), "b.json");
    expect(result).toMatchObject({ ok: false, diagnostics: [{ path: "figures.a.tolerance" }] });
  });
});
