import { describe, expect, it } from "vitest";
import { ladder, sizes } from "../../test/support/disruption-types.ts";
import { describeCommands, DisruptionWorld } from "../../test/support/disruption-world.ts";
import { nodePool } from "../../test/support/node-pools.ts";
import { minutes } from "../units/index.ts";
import type { DisruptionExperiments } from "./options.ts";

const requirements = [
  { key: "karpenter.sh/capacity-type", operator: "In", values: ["on-demand"] },
] as const;

function world(
  experiments: DisruptionExperiments,
  policy: "Balanced" | undefined = undefined,
): DisruptionWorld {
  const made = new DisruptionWorld({ experiments });
  made.cloudProvider.instanceTypes = sizes;
  const disruption = policy === undefined ? {} : { consolidationPolicy: policy };
  made.cluster.put(nodePool({ requirements, disruption }));
  // A medium at four cents that a small at two would do for.
  made.table("a | default | medium | on-demand | web:1500m");
  return made;
}

const single = (experiments: DisruptionExperiments, policy?: "Balanced"): readonly string[] =>
  describeCommands(world(experiments, policy).decide("single-node-consolidation"));
const replaced = ["replace a -> default on small"];

describe("experiments", () => {
  it("are off by default", () => {
    expect(single({})).toEqual(replaced);
  });

  it("ask for a least saving in percent, the boundary included", () => {
    expect(single({ minSavingsPercent: 50 })).toEqual(replaced);
    expect(single({ minSavingsPercent: 51 })).toEqual([]);
  });

  it("ask for a least saving in dollars per hour, the boundary included", () => {
    expect(single({ minSavingsUsdPerHour: 0.02 })).toEqual(replaced);
    expect(single({ minSavingsUsdPerHour: 0.021 })).toEqual([]);
  });

  it("leave nodes alone that are utilized above a cut-off", () => {
    expect(single({ utilizationCutoffPercent: 39 })).toEqual(replaced);
    expect(single({ utilizationCutoffPercent: 38 })).toEqual([]);
  });

  it("set k of Balanced: at 1 no replacement is approved, at 2 one for half the price", () => {
    expect(single({ balancedK: 1 }, "Balanced")).toEqual([]);
    expect(single({}, "Balanced")).toEqual(replaced);
  });

  it("set how many cheaper types a spot node's spot replacement needs, and may name", () => {
    const spot = (experiments: DisruptionExperiments): readonly string[] => {
      const made = new DisruptionWorld({ experiments, spotToSpotConsolidation: true });
      made.cloudProvider.instanceTypes = ladder(16);
      made.cluster.put(nodePool());
      made.table("a | default | t16 | spot | web:1500m");
      return made
        .decide("single-node-consolidation")
        .commands.flatMap(({ replacements }) =>
          replacements.map((it) =>
            it.kind === "scheduled" ? String(it.nodeClaim.instanceTypeOptions.length) : it.kind,
          ),
        );
    };
    expect(spot({})).toEqual(["15"]);
    expect(spot({ spotToSpotInstanceTypesMin: 15 })).toEqual(["15"]);
    expect(spot({ spotToSpotInstanceTypesMin: 16 })).toEqual([]);
    expect(spot({ spotToSpotInstanceTypesMin: 1 })).toEqual(["1"]);
  });

  it("leave emptiness and drift alone", () => {
    const strict = { minSavingsPercent: 100, minSavingsUsdPerHour: 9, utilizationCutoffPercent: 0 };
    const made = new DisruptionWorld({ experiments: strict });
    made.cloudProvider.instanceTypes = sizes;
    made.cluster.put(nodePool({ requirements }));
    made.node({ name: "empty", type: "medium" });
    made.node({ name: "old", type: "small", conditions: ["Initialized", "Drifted"] });
    made.pod("web", "old", "1500m");
    expect(describeCommands(made.decide("emptiness"))).toEqual(["delete empty"]);
    expect(describeCommands(made.decide("drift"))).toEqual(["delete old"]);
  });

  it("switch single-node consolidation off", () => {
    const off = world({ singleNodeConsolidation: false });
    off.advance(minutes(10));
    expect(off.story).toEqual([]);
    const on = world({});
    on.advance(minutes(1));
    expect(on.story).toHaveLength(1);
  });
});
