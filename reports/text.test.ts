import { describe, expect, it } from "vitest";
import { buildReport } from "./build-report.ts";
import { madeUpProvenance, madeUpRuns, withUnscheduledPods } from "./report-fixture.ts";
import { formatReportText } from "./text.ts";

const one = buildReport(madeUpRuns([42]), madeUpProvenance);
const three = buildReport(madeUpRuns([1, 2, 3]), madeUpProvenance);
const unscheduled = buildReport(withUnscheduledPods(madeUpRuns([42])), madeUpProvenance);
const escape = "\u001b";

describe("the text report", () => {
  it("reads like this at 80 columns", async () => {
    const text = formatReportText(one, { columns: 80, colour: false });
    await expect(text).toMatchFileSnapshot("./testdata/report-80.txt");
  });

  it("reads like this at 120 columns, with three seeds", async () => {
    const text = formatReportText(three, { columns: 120, colour: false });
    await expect(text).toMatchFileSnapshot("./testdata/report-120.txt");
  });

  it.each([
    [80, one],
    [80, three],
    [80, unscheduled],
    [120, three],
    [160, three],
  ])("keeps within %i columns", (columns, report) => {
    const lines = formatReportText(report, { columns, colour: false }).split("\n");
    expect(lines.filter((line) => line.length > columns)).toEqual([]);
  });

  it("takes fewer than 80 columns for 80", () => {
    expect(formatReportText(one, { columns: 20, colour: false })).toBe(
      formatReportText(one, { columns: 80, colour: false }),
    );
  });

  it("names pods without a node before any figure, with Karpenter's word", () => {
    const text = formatReportText(unscheduled, { columns: 100, colour: false });
    const at = text.indexOf("Pods were left without a node. This is no success.");
    expect(at).toBeGreaterThan(0);
    expect(at).toBeLessThan(text.indexOf("$"));
    expect(text).toContain('default/gpu-0, pending for 2h 5m: incompatible with nodepool "web"');
    expect(text).toContain("default/gpu-1, pending for 1m 30s: Karpenter said nothing about it");
  });

  it("lists what is not modelled and what it rests on", () => {
    const text = formatReportText(one, { columns: 120, colour: false });
    expect(text).toContain("! 2 things in the input are not modelled");
    expect(text).toContain("NOT MODELLED\n  ! Traffic between zones");
    for (const word of ["v1.14.1", "2026-02-11", "scenario.yaml sha256:1f1f1f1f1f1f1f1f"]) {
      expect(text).toContain(word);
    }
  });

  it("holds colours only where asked for, and says the same without them", () => {
    const plain = formatReportText(unscheduled, { columns: 100, colour: false });
    const coloured = formatReportText(unscheduled, { columns: 100, colour: true });
    expect(plain).not.toContain(escape);
    expect(coloured).toContain(escape);
    // Codes end before the padding of some columns and after that of others; words are the same.
    const words = (text: string) => text.replaceAll(/\u001b\[\d+m/g, "").split(/\s+/);
    expect(words(coloured)).toEqual(words(plain));
  });

  it("prints parts of the bill that add up to the printed total, to the cent", () => {
    const text = formatReportText(one, { columns: 120, colour: false });
    const cents = (label: string) => {
      const line = text.split("\n").find((each) => each.startsWith(label)) ?? "";
      return [...line.matchAll(/\$([\d,]+\.\d\d)/g)].map(([, amount = ""]) =>
        Math.round(Number(amount.replaceAll(",", "")) * 100),
      );
    };
    const compute = cents("Compute");
    const totals = cents("Total");
    expect(totals).toHaveLength(3);
    totals.forEach((total, policy) => {
      const items = [compute, cents("Storage"), cents("Control plane")].map(
        (row) => row[policy] ?? 0,
      );
      expect(items.reduce((sum, item) => sum + item, 0)).toBe(total);
      const split = [cents("  on-demand"), cents("  spot")].map((row) => row[policy] ?? 0);
      expect(split.reduce((sum, part) => sum + part, 0)).toBe(compute[policy]);
    });
  });
});
