// Experiments in whole runs: at upstream's values they are not there, and beyond them they show.
import { describe, expect, it } from "vitest";
import { after, hours } from "../core/units/index.ts";
import {
  budgetManifest,
  deploymentManifest,
  nodePoolManifest,
  runWithJournal,
  worldPlan,
  worldStart,
} from "../test/support/worlds.ts";
import { defaultKarpenterOptions, type Experiments } from "./world-plan.ts";

const replicas = [20, 6, 16, 4].map((count, index) => ({
  at: after(worldStart, hours(5 * (index + 1))),
  replicas: count,
}));

function run(experiments: Experiments, consolidationPolicy: string) {
  const disruption = { consolidationPolicy, consolidateAfter: "1m", budgets: [{ nodes: "50%" }] };
  const { featureGates } = defaultKarpenterOptions;
  const { journal, facts } = runWithJournal(
    worldPlan({
      manifests: [
        nodePoolManifest({ disruption }),
        deploymentManifest("web", 12),
        budgetManifest("web", "50%"),
      ],
      overrides: {
        experiments,
        karpenter: {
          ...defaultKarpenterOptions,
          featureGates: { ...featureGates, spotToSpotConsolidation: true },
        },
        replicaPlans: [
          { kind: "Deployment", namespace: "default", name: "web", changes: replicas },
        ],
      },
    }),
  );
  return { text: JSON.stringify([journal, facts]), commands: facts.disruption.commands };
}

describe.each(["WhenEmptyOrUnderutilized", "Balanced"])("under %s, experiments", (policy) => {
  const without = run({}, policy);

  it("at upstream's values leave every byte of a run as it is", () => {
    const upstream: Experiments = {
      balancedK: 2,
      minSavingsPercent: 0,
      minSavingsUsdPerHour: 0,
      singleNodeConsolidation: true,
      spotToSpotInstanceTypesMin: 15,
    };
    expect(run(upstream, policy).text).toBe(without.text);
    expect(Object.keys(without.commands).some((key) => key.startsWith("single-node"))).toBe(true);
  });

  it.each<[string, Experiments]>([
    ["a least saving in percent", { minSavingsPercent: 100 }],
    ["a least saving in dollars per hour", { minSavingsUsdPerHour: 5 }],
    ["a utilization cut-off", { utilizationCutoffPercent: 0 }],
    ["single-node consolidation off", { singleNodeConsolidation: false }],
  ])("such as %s change it", (_what, experiments) => {
    expect(run(experiments, policy).text).not.toBe(without.text);
  });
});

describe("under Balanced, k", () => {
  it("decides how much disruption a saving may take", () => {
    const sum = (commands: Readonly<Record<string, number>>): number =>
      Object.entries(commands).reduce(
        (total, [key, count]) => (key.startsWith("emptiness") ? total : total + count),
        0,
      );
    const strict = sum(run({ balancedK: 0.2 }, "Balanced").commands);
    const loose = sum(run({ balancedK: 20 }, "Balanced").commands);
    expect(strict).toBeLessThan(loose);
  });
});
