import { describe, expect, it } from "vitest";
import { planRun } from "../world/plan-run.ts";
import { loadScenario } from "./load-scenario.ts";
import { clusterYaml, scenarioYaml, withFolder } from "./scenario-fixture.ts";

const gate = "  karpenter: { featureGates: { nodeRepair: true } }\n";
const faults = (...lines: readonly string[]): string =>
  `  faults:\n${lines.map((line) => `    - ${line}\n`).join("")}`;

/** What the loader makes of a scenario with `rest` at the end of its spec, from line 10 on. */
async function load(rest: string) {
  const files = { "scenario.yaml": scenarioYaml(rest), "cluster.yaml": clusterYaml };
  return withFolder(files, async (folder) => {
    const loaded = await loadScenario(folder);
    const told = (loaded.ok ? loaded.warnings : loaded.diagnostics).map(
      ({ line, column, code }) => `${line ?? "-"}:${column ?? "-"} ${code}`,
    );
    const plan = loaded.ok ? planRun(loaded.value, { policyName: "as-is", seed: 1 }) : undefined;
    return { told, planned: plan?.faults };
  });
}

describe("the faults of a scenario", () => {
  it("strike one node unless they say how many, at a time since the start or an instant", async () => {
    const { told, planned } = await load(
      gate +
        faults(
          "{ at: 2h, nodeCondition: { type: KernelReady, for: 45m } }",
          "{ at: 2026-03-02T02:00:00Z, nodes: { nodePool: default, percent: 10 }, instance: stopped }",
          "{ per100kHours: 5, nodes: { matchLabels: { a: b } }, nodeCondition: { type: Ready, status: Unknown } }",
        ),
    );
    expect(told).toEqual([]);
    const at = Date.parse("2026-03-02T02:00:00Z");
    expect(planned).toEqual([
      {
        effect: { kind: "node-condition", type: "KernelReady", status: "False", lasts: 2_700_000 },
        matchLabels: {},
        strikes: { kind: "at", at, count: 1 },
      },
      {
        effect: { kind: "instance", fault: "stopped" },
        nodePool: "default",
        matchLabels: {},
        strikes: { kind: "at-share", at, percent: 10 },
      },
      {
        effect: { kind: "node-condition", type: "Ready", status: "Unknown" },
        matchLabels: { a: "b" },
        strikes: { kind: "rate", per100kHours: 5 },
      },
    ]);
  });

  it("of node conditions are told of where the gate nodeRepair is off", async () => {
    const rest = faults("{ at: 2h, nodeCondition: { type: Ready } }");
    expect((await load(rest)).told).toEqual(["11:17 scenario/node-repair"]);
    expect((await load(gate + rest)).told).toEqual([]);
  });

  it("take False as YAML writes it", async () => {
    const { planned } = await load(
      gate + faults("{ at: 2h, nodeCondition: { type: Ready, status: false } }"),
    );
    expect(planned).toMatchObject([{ effect: { status: "False" } }]);
  });
});

describe("a bad fault gives one clear complaint where it is bad", () => {
  it.each([
    ["no time", "{ instance: stopped }", "11:7 scenario/bad-fault"],
    ["time and rate", "{ at: 1h, per100kHours: 1, instance: stopped }", "11:31 scenario/bad-fault"],
    ["no effect", "{ at: 1h }", "11:7 scenario/bad-fault"],
    [
      "count and percent",
      "{ at: 1h, nodes: { count: 1, percent: 5 }, instance: stopped }",
      "11:7 scenario/bad-fault",
    ],
    [
      "a count at a rate",
      "{ per100kHours: 1, nodes: { count: 1 }, instance: stopped }",
      "11:42 scenario/bad-fault",
    ],
    [
      "silence of an agent",
      "{ at: 1h, nodeCondition: { type: KernelReady, status: Unknown } }",
      "11:61 scenario/bad-fault",
    ],
    [
      "silence that ends",
      "{ at: 1h, nodeCondition: { type: Ready, status: Unknown, for: 1h } }",
      "11:69 scenario/not-supported",
    ],
    ["after the end", "{ at: 2d, instance: stopped }", "11:13 scenario/outside-of-run"],
    ["an unknown kind", "{ at: 1h, instance: stoped }", "11:27 scenario/unknown-value"],
    [
      "an unknown NodePool",
      "{ at: 1h, nodes: { nodePool: defualt }, instance: stopped }",
      "11:36 scenario/unknown-object",
    ],
  ])("%s", async (_name, text, expected) => {
    expect((await load(faults(text))).told).toEqual([expected]);
  });
});
