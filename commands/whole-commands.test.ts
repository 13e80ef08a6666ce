// The commands as a person runs them: in a process of their own, with exit codes and streams.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import nodePath from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Ended, root, dryfit as runDryfit } from "../test/support/command-line.ts";

const tutorial = nodePath.join(root, "scenarios/tutorial");
let folder = "";

const dryfit = (...words: readonly string[]): Promise<Ended> => runDryfit(words, { folder });

beforeAll(() => {
  folder = mkdtempSync(nodePath.join(tmpdir(), "dryfit-commands-"));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe("the commands", { timeout: 60_000 }, () => {
  it("init writes a scenario that loads and runs, and refuses a folder that is not empty", async () => {
    expect(await dryfit("init", "mine")).toMatchObject({ code: 0, stderr: "" });
    const ran = await dryfit("run", "mine", "--duration", "1h");
    expect({ code: ran.code, stderr: ran.stderr }).toEqual({ code: 0, stderr: "" });
    expect(ran.stdout).toContain("when-empty");
    const again = await dryfit("init", "mine");
    expect(again.code).toBe(2);
    expect(again.stderr).toContain("mine is not empty");
  });

  it("compare gives the same bytes whatever the number of workers", async () => {
    const words = ["compare", tutorial, "--duration", "1h", "--json", "--quiet"];
    const one = await dryfit(...words, "--workers", "1");
    const two = await dryfit(...words, "--workers", "2");
    expect(one).toMatchObject({ code: 0, stderr: "" });
    expect(two).toEqual(one);
    const report = JSON.parse(one.stdout) as { seeds: number[]; policies: { name: string }[] };
    expect(report.seeds).toEqual([7]);
    expect(report.policies.map(({ name }) => name)).toEqual(["guide", "when-empty"]);
  });

  it("check passes against its own baseline, fails with 1 when a figure moves, and updates", async () => {
    const words = [
      "check",
      tutorial,
      "--policies",
      "guide",
      "--duration",
      "1h",
      "--baseline",
      "base.json",
      "--quiet",
    ];
    const missing = await dryfit(...words);
    expect(missing.code).toBe(2);
    expect(missing.stderr).toContain("--update");
    expect(await dryfit(...words, "--update")).toMatchObject({ code: 0 });
    expect(await dryfit(...words)).toMatchObject({ code: 0 });
    const file = nodePath.join(folder, "base.json");
    const baseline = JSON.parse(readFileSync(file, "utf8")) as {
      figures: Record<string, { value: number }>;
    };
    const [path, figure] = Object.entries(baseline.figures).find(([name]) =>
      name.endsWith("cost.totalUsd"),
    ) ?? ["", { value: 0 }];
    baseline.figures[path] = { ...figure, value: figure.value / 2 };
    writeFileSync(file, JSON.stringify(baseline));
    const moved = await dryfit(...words);
    expect(moved.code).toBe(1);
    expect(moved.stdout).toContain(path);
    const broken = await dryfit(...words.map((word) => (word === tutorial ? "nowhere" : word)));
    expect(broken.code).toBe(2);
  });

  it("a bad scenario ends with 2, its place and its line, without a stack", async () => {
    writeFileSync(nodePath.join(folder, "bad.yaml"), "apiVersion: dryfit.dev/v1\nkind: Scenery\n");
    const { code, stdout, stderr } = await dryfit("run", "bad.yaml");
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain("bad.yaml:2:7: kind:");
    expect(stderr).toContain("  2 | kind: Scenery\n    |       ^");
    expect(stderr).not.toMatch(/^ +at /m);
  });

  it("traces describes, validates and converts a price history", async () => {
    const rows = [
      "timestamp,availability_zone,instance_type,usd_per_hour",
      "2021-03-10T00:00:00Z,us-east-1a,m5.large,0.04",
      "2021-03-11T00:00:00Z,us-east-1a,m5.large,0.04",
      "2021-03-12T00:00:00Z,us-east-1a,m5.large,0.05",
    ];
    writeFileSync(nodePath.join(folder, "prices.csv"), `${rows.join("\n")}\n`);
    const described = await dryfit("traces", "describe", "prices.csv", "--json");
    expect(JSON.parse(described.stdout)).toMatchObject({ kind: "spot-prices", priceChanges: 2 });
    const converted = await dryfit("traces", "convert", "prices.csv", "out.csv.gz");
    expect(converted.stdout).toBe("out.csv.gz: 2 price changes\n");
    const text = gunzipSync(readFileSync(nodePath.join(folder, "out.csv.gz"))).toString();
    expect(text).toBe(`${[rows[0], rows[1], rows[3]].join("\n")}\n`);
    writeFileSync(
      nodePath.join(folder, "bad.csv"),
      `${rows[0]}\n2021-03-10T00:00:00Z,us-east-1a,m5.large,-1\n`,
    );
    const refused = await dryfit("traces", "validate", "bad.csv");
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain("bad.csv:2:42:");
  });
});
