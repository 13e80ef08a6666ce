// The report of a whole ready-made scenario, to the byte: what changes it is a change that a person
// has to look at. UPDATE_GOLDEN=1 writes it anew.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import nodePath from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { loadScenario, planRun, policyNames } from "../scenarios/index.ts";
import { runWorld } from "../sim/world.ts";
import { dryfit, type Ended, root } from "./support/command-line.ts";

const folder = nodePath.join(root, "scenarios/tutorial");
const goldenOf = (scenario: string): string =>
  nodePath.join(root, "scenarios", scenario, "expected.txt");
const golden = goldenOf("tutorial");

/** `dryfit compare` of a scenario in a process of its own. */
function compare(
  words: readonly string[],
  environment: Readonly<Record<string, string>> = {},
  scenario = "tutorial",
): Promise<Ended> {
  return dryfit(["compare", `scenarios/${scenario}`, ...words], { environment });
}

/** Every file of the scenario but the golden one, as text. */
function inputFiles(): Readonly<Record<string, string>> {
  const paths = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => nodePath.join(entry.parentPath, entry.name))
    .filter((path) => path !== golden)
    .sort();
  return Object.fromEntries(paths.map((path) => [path, readFileSync(path, "utf8")]));
}

function expectGolden({ code, stdout }: Pick<Ended, "code" | "stdout">, path: string): void {
  expect(code).toBe(0);
  expect(stdout).toBe(readFileSync(path, "utf8"));
  const lines = stdout.split("\n");
  expect(Math.max(...lines.map((line) => [...line].length))).toBeLessThanOrEqual(80);
}

describe("the comparison of a ready-made scenario", { timeout: 120_000 }, () => {
  it.each(["ami-rollout"])("is the one in scenarios/%s/expected.txt", async (scenario) => {
    const ended = await compare(["--workers", "2"], {}, scenario);
    const path = goldenOf(scenario);
    if (process.env["UPDATE_GOLDEN"] === "1") writeFileSync(path, ended.stdout);
    expectGolden(ended, path);
  });
});

describe("the tutorial's comparison", { timeout: 120_000 }, () => {
  let before: Readonly<Record<string, string>> = {};
  let first: Ended = { code: null, stdout: "", stderr: "" };

  beforeAll(async () => {
    before = inputFiles();
    first = await compare(["--workers", "1"]);
    if (process.env["UPDATE_GOLDEN"] === "1") writeFileSync(golden, first.stdout);
  }, 120_000);

  it("is the one in scenarios/tutorial/expected.txt; UPDATE_GOLDEN=1 writes it anew", () => {
    expectGolden(first, golden);
  });

  it("has the same bytes in another time zone and language, and with two workers", async () => {
    const elsewhere = { TZ: "Asia/Tokyo", LANG: "de_DE.UTF-8", LC_ALL: "de_DE.UTF-8" };
    expect(await compare(["--workers", "1"], elsewhere)).toEqual(first);
    expect(await compare(["--workers", "2"])).toEqual(first);
  });

  it("leaves the scenario's files and what was read from them as they were", async () => {
    const loaded = await loadScenario(folder);
    if (!loaded.ok) throw new Error(JSON.stringify(loaded.diagnostics));
    const scenario = loaded.value;
    const held = () => {
      const { spec, clusters, inputs, notices, digest } = scenario;
      return JSON.stringify({ spec, clusters, inputs, notices, digest });
    };
    const heldBefore = held();
    for (const policyName of policyNames(scenario)) {
      const plan = planRun(scenario, { policyName, seed: scenario.spec.seed });
      const { facts } = runWorld(plan);
      expect(facts.pods.bound).toBeGreaterThan(0);
    }
    expect(held()).toBe(heldBefore);
    expect(inputFiles()).toEqual(before);
  });
});
