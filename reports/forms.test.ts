import { parse } from "csv-parse/sync";
import { describe, expect, it } from "vitest";
import { buildReport } from "./build-report.ts";
import { formatReportCsv } from "./csv.ts";
import { formatReportMarkdown } from "./markdown.ts";
import { madeUpProvenance, madeUpRuns, withUnscheduledPods } from "./report-fixture.ts";
import { formatReportJson } from "./report-json.ts";
import { reportSchema } from "./report-schema.ts";

const report = buildReport(madeUpRuns([1, 2, 3]), madeUpProvenance);

describe("report.json", () => {
  it("reads back as the same report", () => {
    expect(reportSchema.parse(JSON.parse(formatReportJson(report)))).toEqual(report);
  });

  it("has a list of plain values on one line", () => {
    const line = formatReportJson(report)
      .split("\n")
      .find((each) => each.includes('"pendingPods": ['));
    expect(line).toMatch(/\],?$/);
  });
});

describe("report.csv", () => {
  const rows: readonly Readonly<Record<string, string>>[] = parse(formatReportCsv(report), {
    columns: true,
  });

  it("has one row for each figure, with its interval and a column for each seed", () => {
    const [policy] = report.policies;
    const total = policy?.cost.totalUsd;
    if (typeof total !== "object") throw new Error("three seeds give a spread");
    expect(rows[0]).toEqual({
      policy: "on-demand-when-empty",
      figure: "cost.totalUsd",
      value: String(total.mean),
      ci95Low: String(total.ci95?.[0]),
      ci95High: String(total.ci95?.[1]),
      "seed 1": String(total.values[0]),
      "seed 2": String(total.values[1]),
      "seed 3": String(total.values[2]),
    });
  });

  it("names each figure of a policy once", () => {
    const keys = rows.map((row) => `${row["policy"]} ${row["figure"]}`);
    expect(new Set(keys).size).toBe(keys.length);
    expect(keys).toContain(
      'balanced availability.workloads["Deployment/default/web"].readyPercent',
    );
    expect(keys).toContain("balanced cost.byCapacityType.on-demand");
    expect(keys).toContain('balanced nodes.launchedByInstanceType["m7g.2xlarge"]');
  });

  it("holds no formula, whatever a policy is called", () => {
    const name = '=HYPERLINK("x"),1';
    const evil = {
      ...report,
      policies: report.policies.slice(0, 1).map((each) => ({ ...each, name })),
    };
    const [first]: readonly Readonly<Record<string, string>>[] = parse(formatReportCsv(evil), {
      columns: true,
    });
    expect(first?.["policy"]).toBe(`'${name}`);
  });
});

describe("report.md", () => {
  it("reads like this", async () => {
    await expect(formatReportMarkdown(report)).toMatchFileSnapshot("./testdata/report.md.txt");
  });

  it("names pods without a node before any figure", () => {
    const text = formatReportMarkdown(
      buildReport(withUnscheduledPods(madeUpRuns([42])), madeUpProvenance),
    );
    expect(text.indexOf("Pods were left without a node")).toBeLessThan(text.indexOf("$"));
  });

  it("lets no name become markup", () => {
    const scenario = { name: "a|b <img src=x> *c* [d](e)\n# f", digest: "sha256:00" };
    const text = formatReportMarkdown({ ...report, scenario });
    expect(text.split("\n")[0]).toBe("# a\\|b \\<img src=x\\> \\*c\\* \\[d\\](e) \\# f");
  });
});
