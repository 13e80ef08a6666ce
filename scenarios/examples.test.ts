import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { loadScenario, planRun, policyNames, scenarioJsonSchema } from "./index.ts";

const examples = [
  ["quickstart", ["on-demand", "spot-packed", "balanced"]],
  ["tutorial", ["guide", "when-empty"]],
  ["ami-rollout", ["nightly-window", "at-once"]],
] as const;

describe("the ready-made scenarios", () => {
  it.each(examples)(
    "%s loads, plans a run for every policy, and stays unchanged",
    async (name, policies) => {
      const folder = fileURLToPath(new URL(`./${name}`, import.meta.url));
      const loaded = await loadScenario(folder);
      if (!loaded.ok) throw new Error(JSON.stringify(loaded.diagnostics));
      const scenario = loaded.value;
      expect(policyNames(scenario)).toEqual(policies);
      const before = JSON.stringify([scenario.spec, scenario.clusters]);
      for (const policyName of policies) {
        const plan = planRun(scenario, { policyName, seed: 1 });
        expect(plan.objects.some(({ kind }) => kind === "NodePool")).toBe(true);
        expect(plan.objects.some(({ kind }) => kind === "EC2NodeClass")).toBe(true);
      }
      expect(JSON.stringify([scenario.spec, scenario.clusters])).toBe(before);
      const unexpected = loaded.warnings.filter(({ code }) => code !== "apis/converted");
      expect(unexpected).toEqual([]);
    },
  );

  it("quickstart needs no file from outside and lasts a fortnight", async () => {
    const loaded = await loadScenario(fileURLToPath(new URL("./quickstart", import.meta.url)));
    if (!loaded.ok) throw new Error(JSON.stringify(loaded.diagnostics));
    const { start, end, inputs, clusters } = loaded.value;
    expect(end - start).toBe(14 * 86_400_000);
    expect(inputs.every(({ name }) => name.endsWith(".yaml"))).toBe(true);
    const kinds = clusters[0]?.objects.map(({ kind }) => kind) ?? [];
    expect(kinds).toEqual(expect.arrayContaining(["PodDisruptionBudget", "DaemonSet"]));
  });

  it("tutorial's older manifests become v1 objects, and every conversion is told", async () => {
    const loaded = await loadScenario(fileURLToPath(new URL("./tutorial", import.meta.url)));
    if (!loaded.ok) throw new Error(JSON.stringify(loaded.diagnostics));
    const nodePool = loaded.value.clusters[0]?.objects.find(({ kind }) => kind === "NodePool");
    expect(nodePool).toMatchObject({
      spec: {
        limits: { cpu: 1_000_000, memory: 2000 * 2 ** 30 },
        template: { spec: { expireAfter: 720 * 3_600_000 } },
        disruption: { consolidationPolicy: "WhenEmptyOrUnderutilized", consolidateAfter: 0 },
      },
    });
    expect(loaded.value.notices.map(({ code }) => code)).toContain("apis/converted");
  });
});

describe("the published JSON Schema", () => {
  it("is that of the code; tsx scripts/build-scenario-schema.ts writes it", () => {
    const file = new URL("./schema/scenario.schema.json", import.meta.url);
    const published: unknown = JSON.parse(readFileSync(file, "utf8"));
    expect(published).toEqual(JSON.parse(JSON.stringify(scenarioJsonSchema())));
  });
});
