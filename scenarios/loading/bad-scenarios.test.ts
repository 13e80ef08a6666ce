import { describe, expect, it } from "vitest";
import type { Diagnostic } from "../../core/units/index.ts";
import { OutsideError } from "../../core/units/index.ts";
import { loadScenario } from "./load-scenario.ts";
import { clusterYaml, scenarioYaml, withFolder } from "./scenario-fixture.ts";

async function complaintsAbout(
  scenario: string,
  files: Readonly<Record<string, string>> = {},
): Promise<readonly Diagnostic[]> {
  const all = { "scenario.yaml": scenario, "cluster.yaml": clusterYaml, ...files };
  return withFolder(all, async (folder) => {
    const loaded = await loadScenario(folder);
    const found = loaded.ok ? [] : loaded.diagnostics;
    return found.map((each) => ({ ...each, file: each.file.slice(folder.length + 1) }));
  });
}

/** `file:line:column code` of the only complaint. */
function told(diagnostics: readonly Diagnostic[]): readonly string[] {
  return diagnostics.map(
    ({ file, line, column, code }) => `${file}:${line ?? "-"}:${column ?? "-"} ${code}`,
  );
}

function edited(from: string, to: string): string {
  const text = scenarioYaml();
  expect(text).toContain(from);
  return text.replace(from, to);
}

const at = "scenario.yaml";
const policy = (text: string): string => scenarioYaml(`  policies:\n    - ${text}\n`);

describe("an experiment beyond its range", () => {
  it.each<[string, string]>([
    ["balancedK: 0", "more than 0"],
    ["balancedK: two", "a number"],
    ["minSavingsPercent: 101", "at most 100"],
    ["minSavingsPercent: -1", "at least 0"],
    ["minSavingsUsdPerHour: -0.1", "at least 0"],
    ["utilizationCutoffPercent: 150", "at most 100"],
    ["singleNode: 1", "true or false"],
    ["spotToSpotInstanceTypesMin: 0", "at least 1"],
    ["spotToSpotInstanceTypesMin: 1.5", "a whole number"],
    ["singleNodes: false", "singleNode"],
  ])("%s is told with what may stand there", async (text, allowed) => {
    const found = await complaintsAbout(
      policy(`{ name: a, experiments: { consolidation: { ${text} } } }`),
    );
    expect(found).toHaveLength(1);
    expect(found[0]?.path).toContain("spec.policies[0].experiments.consolidation");
    expect(found[0]?.allowed).toContain(allowed);
  });
});

describe("a bad scenario gives one clear complaint where it is bad", () => {
  it.each([
    [
      "an unknown key",
      edited("duration:", "duratoin: 1d\n  duration:"),
      `${at}:6:3 scenario/unknown-key`,
    ],
    [
      "a missing key",
      edited("  start: 2026-03-02T00:00:00Z\n", ""),
      `${at}:4:1 scenario/missing-key`,
    ],
    ["a bad duration", edited("1d", "1 day"), `${at}:6:13 scenario/bad-duration`],
    ["a duration of nothing", edited("1d", "0s"), `${at}:6:13 scenario/bad-duration`],
    ["a time without offset", edited("00Z", "00"), `${at}:5:10 scenario/bad-time`],
    ["text for a list", edited("[cluster.yaml]", "cluster.yaml"), `${at}:9:14 scenario/wrong-type`],
    [
      "another version",
      edited("dryfit.dev/v1", "dryfit.dev/v2"),
      `${at}:1:13 scenario/unknown-value`,
    ],
    [
      "an unknown region",
      edited("us-east-1\n", "us-esat-1\n"),
      `${at}:7:11 scenario/unknown-region`,
    ],
    [
      "a climbing path",
      edited("cluster.yaml", "../cluster.yaml"),
      `${at}:9:15 scenario/path-outside`,
    ],
    ["an absolute path", edited("cluster.yaml", "/etc/hosts"), `${at}:9:15 scenario/path-outside`],
    ["a glob without files", edited("cluster.yaml", "'*.yml'"), `${at}:9:15 scenario/missing-file`],
    [
      "a key given twice",
      edited("  duration", "  region: a\n  duration"),
      `${at}:8:3 scenario/duplicate-key`,
    ],
    ["an unquoted glob", edited("cluster.yaml", "*.yaml"), `${at}:9:15 scenario/bad-yaml`],
    ["broken YAML", edited("us-east-1b]", "us-east-1b"), `${at}:9:3 scenario/bad-yaml`],
  ])("%s", async (_name, text, expected) => {
    expect(told(await complaintsAbout(text))[0]).toBe(expected);
    if (!expected.endsWith("bad-yaml") && !expected.endsWith("region")) {
      expect(await complaintsAbout(text)).toHaveLength(1);
    }
  });

  it.each([
    ["a zone of another region", "us-east-1b]", "us-west-2b]", `${at}:8:23 scenario/unknown-zone`],
    ["a zone given twice", "us-east-1b]", "us-east-1a]", `${at}:8:23 scenario/duplicate-name`],
  ])("%s", async (_name, from, to, expected) => {
    expect(told(await complaintsAbout(edited(from, to)))).toEqual([expected]);
  });

  it.each([
    ["a duplicate policy", "{ name: a }\n    - { name: a }", `${at}:12:15 scenario/duplicate-name`],
    [
      "an overlay on nothing",
      "{ name: a, nodePools: { defualt: {} } }",
      `${at}:11:31 scenario/unknown-object`,
    ],
    [
      "an overlay of a name",
      "{ name: a, nodePools: { default: { kind: Pod } } }",
      `${at}:11:48 scenario/fixed-key`,
    ],
    [
      "an overlay that the API refuses",
      "{ name: a, nodePools: { default: { spec: { disruption: { consolidationPolicy: Often } } } } }",
      `${at}:11:85 apis/enum`,
    ],
    [
      "numbers of a decision latency that isn't chosen",
      "{ name: a, controller: { proportional: { perPodMs: 2 } } }",
      `${at}:11:46 scenario/unused-latency`,
    ],
  ])("%s", async (_name, text, expected) => {
    const found = await complaintsAbout(policy(text));
    expect(told(found)).toEqual([expected]);
  });

  it.each([
    [
      "an unknown family",
      "  instanceTypes: { families: [m5, m55] }",
      `${at}:10:35 scenario/unknown-instance-type`,
    ],
    [
      "a missing trace",
      "  spot: { prices: { format: csv, path: p.csv } }",
      `${at}:10:40 scenario/missing-file`,
    ],
    [
      "a climbing trace",
      "  spot: { prices: { format: csv, path: ../p.csv } }",
      `${at}:10:40 scenario/path-outside`,
    ],
    [
      "an unknown model",
      "  spot: { interruptions: { model: advisr } }",
      `${at}:10:35 scenario/unknown-value`,
    ],
    [
      "a distribution",
      "  latency: { podStart: { kind: uniform, min: 5s, max: 1s } }",
      `${at}:10:55 scenario/bad-distribution`,
    ],
    [
      "an unknown Deployment",
      "  workloads: [{ deployment: wev, replicas: { rhythm: { min: 1, max: 2 } } }]",
      `${at}:10:29 scenario/unknown-object`,
    ],
    [
      "a rhythm upside down",
      "  workloads: [{ deployment: web, replicas: { rhythm: { min: 3, max: 2 } } }]",
      `${at}:10:69 scenario/out-of-range`,
    ],
    [
      "a misspelt rhythm",
      "  workloads: [{ deployment: web, replicas: { rythm: { min: 1, max: 2 } } }]",
      `${at}:10:46 scenario/unknown-key`,
    ],
    [
      "a bad quantity",
      "  workloads: [{ batch: b, ratePerHour: 1, runs: 5m, requests: { cpu: lots } }]",
      `${at}:10:70 scenario/bad-quantity`,
    ],
    [
      "an unknown PriorityClass",
      "  workloads: [{ batch: b, ratePerHour: 1, runs: 5m, requests: { cpu: 1 }, priorityClassName: low }]",
      `${at}:10:15 scenario/bad-pod`,
    ],
  ])("%s", async (_name, text, expected) => {
    expect(told(await complaintsAbout(scenarioYaml(`${text}\n`)))).toEqual([expected]);
  });

  it("a near miss is proposed", async () => {
    const [complaint] = await complaintsAbout(edited("zones:", "zone: a\n  zones:"));
    expect(complaint).toMatchObject({ found: "zone", hint: "write zones", path: "spec.zone" });
  });

  it("errors of manifests keep their own place", async () => {
    const broken = { "cluster.yaml": clusterYaml.replace("WhenEmpty", "WhenEmtpy") };
    const found = await complaintsAbout(scenarioYaml(), broken);
    expect(told(found)).toEqual(["cluster.yaml:11:38 apis/enum"]);
  });

  it("a manifest that is not UTF-8 is refused", async () => {
    const all = { "scenario.yaml": scenarioYaml(), "cluster.yaml": clusterYaml };
    await withFolder(all, async (folder) => {
      const { writeFileSync } = await import("node:fs");
      writeFileSync(`${folder}/cluster.yaml`, Buffer.from([0x61, 0xff, 0xfe]));
      const loaded = await loadScenario(folder);
      expect(loaded.ok ? [] : loaded.diagnostics.map(({ code }) => code)).toEqual([
        "scenario/not-utf-8",
      ]);
    });
  });

  it("a scenario that does not exist is a failure of the outside", async () => {
    await expect(loadScenario("no-such-folder")).rejects.toThrow(OutsideError);
  });

  it("everything wrong with the file is told at once, in its order", async () => {
    const text = edited("1d", "soon").replace("[us-east-1a, us-east-1b]", "none");
    expect(told(await complaintsAbout(text))).toEqual([
      `${at}:6:13 scenario/bad-duration`,
      `${at}:8:10 scenario/wrong-type`,
    ]);
  });
});
