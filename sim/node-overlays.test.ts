import { describe, expect, it } from "vitest";
import { hours } from "../core/units/index.ts";
import { loadCatalogue } from "../traces/index.ts";
import {
  deploymentManifest,
  nodePoolManifest,
  runWithJournal,
  worldPlan,
} from "../test/support/worlds.ts";
import { defaultKarpenterOptions, type WorldPlan } from "./world-plan.ts";

type Manifest = Readonly<Record<string, unknown>>;

function overlayManifest(name: string, spec: Manifest): Manifest {
  return {
    apiVersion: "karpenter.sh/v1alpha1",
    kind: "NodeOverlay",
    metadata: { name },
    spec: { requirements: [], ...spec },
  };
}

const ofFamily = (family: string): Manifest => ({
  requirements: [{ key: "karpenter.k8s.aws/instance-family", operator: "In", values: [family] }],
});

/** Three hours of a few On-Demand pods, with the feature gate on unless told otherwise. */
function run(
  overlays: readonly Manifest[],
  nodeOverlay = true,
  overrides: Partial<WorldPlan> = {},
) {
  const { featureGates, ...options } = defaultKarpenterOptions;
  return runWithJournal(
    worldPlan({
      manifests: [
        nodePoolManifest({ capacityTypes: ["on-demand"] }),
        deploymentManifest("app", 6),
        ...overlays,
      ],
      lasts: hours(3),
      overrides: {
        ...overrides,
        karpenter: { ...options, featureGates: { ...featureGates, nodeOverlay } },
      },
    }),
  );
}

function launches(result: ReturnType<typeof run>) {
  return result.journal.flatMap((entry) => (entry.kind === "instance-launched" ? [entry] : []));
}

const families = (result: ReturnType<typeof run>): readonly string[] => [
  ...new Set(launches(result).map(({ instanceFamily }) => instanceFamily)),
];

describe("NodeOverlays in a world", () => {
  const cheapR6i = overlayManifest("cheap-r6i", { ...ofFamily("r6i"), price: "0.0001" });

  it("make Karpenter and EC2 choose by the overlaid price", () => {
    expect(families(run([]))).not.toContain("r6i");
    expect(families(run([cheapR6i]))).toEqual(["r6i"]);
  });

  it("leave the bill at the true price", () => {
    const result = run([cheapR6i]);
    const [launch] = launches(result);
    const price = loadCatalogue().onDemandUsdPerHour("us-east-1", launch?.instanceType ?? "");
    expect(launch?.onDemandUsdPerHour).toBe(price);
    const { computeUsd, onDemandEquivalentUsd } = result.facts.cost;
    expect(computeUsd).toBeGreaterThan(price);
    expect(computeUsd).toBeCloseTo(onDemandEquivalentUsd, 9);
  });

  it("give nodes resources that only an overlay knows, so that pods can ask for them", () => {
    const pods = deploymentManifest("fuse", 2);
    const text = JSON.stringify(pods).replace('"cpu":"500m"', '"cpu":"500m","devices/fuse":"1"');
    const fuse = JSON.parse(text) as Manifest;
    const capacity = overlayManifest("fuse", { capacity: { "devices/fuse": "10" } });
    expect(run([fuse]).facts.pods.bound).toBe(6);
    expect(run([fuse, capacity]).facts.pods.bound).toBe(8);
  });

  it("come out the same whether or not idle polls of disruption are left out", () => {
    const adjusted = overlayManifest("adjusted", { ...ofFamily("m5"), priceAdjustment: "-30%" });
    const all = run([adjusted], true, { skipsIdlePolls: false });
    expect(run([adjusted]).facts).toEqual(all.facts);
  });

  it("change nothing while the gate is off", () => {
    expect(launches(run([cheapR6i], false))).toEqual(launches(run([], false)));
  });

  it("change nothing while the gate is on and there are none", () => {
    expect(launches(run([], true))).toEqual(launches(run([], false)));
  });

  it("tell in the journal which of two that conflict is turned down", () => {
    const { journal } = run([cheapR6i, overlayManifest("b", { price: "9" })]);
    expect(journal.flatMap((entry) => (entry.kind === "event" ? [entry] : []))).toContainEqual(
      expect.objectContaining({ reason: "Conflict", objectKind: "NodeOverlay", objectKey: "b" }),
    );
  });
});
