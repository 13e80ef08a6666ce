// What a recorder is told of the moves that methods judge, and of the nodes that they leave alone.
import { describe, expect, it } from "vitest";
import { sizes } from "../../test/support/disruption-types.ts";
import { describeMove, DisruptionWorld } from "../../test/support/disruption-world.ts";
import { nodePool } from "../../test/support/node-pools.ts";
import { objectMeta, pod } from "../../test/support/pods.ts";
import type { PodDisruptionBudget } from "../apis/index.ts";
import { minutes, seconds, type UsdPerHour } from "../units/index.ts";

const onDemand = {
  requirements: [{ key: "karpenter.sh/capacity-type", operator: "In", values: ["on-demand"] }],
} as const;

function world(table: string, pool: Parameters<typeof nodePool>[0] = onDemand): DisruptionWorld {
  const made = new DisruptionWorld();
  made.cloudProvider.instanceTypes = sizes;
  made.cluster.put(nodePool(pool));
  made.table(table);
  return made;
}

function scalePrices(made: DisruptionWorld, factor: number): void {
  made.cloudProvider.instanceTypes = made.cloudProvider.instanceTypes.map((type) => ({
    ...type,
    offerings: type.offerings.map((it) => ({
      ...it,
      priceUsdPerHour: (it.priceUsdPerHour * factor) as UsdPerHour,
    })),
  }));
}

function pdb(app: string, disruptionsAllowed: number): PodDisruptionBudget {
  return {
    kind: "PodDisruptionBudget",
    metadata: objectMeta({ name: app }),
    spec: {
      selector: { matchLabels: { app }, matchExpressions: [] },
      unhealthyPodEvictionPolicy: "IfHealthyBudget",
    },
    status: {
      disruptionsAllowed,
      currentHealthy: 1,
      desiredHealthy: 1,
      expectedPods: 1,
      disruptedPods: {},
    },
  };
}

describe("a move that is judged", () => {
  it("is told once while the verdict and its numbers stay the same", () => {
    const packed = world("a | default | small | on-demand | web:1900m");
    packed.advance(minutes(30));
    expect(packed.considered.map(describeMove)).toEqual([
      "considered a: replace 0.02 -> 0.02, refused disruption/no-cheaper-replacement",
    ]);
  });

  it("is told again, as a repeat, when only its numbers have changed", () => {
    const packed = world("a | default | small | on-demand | web:1900m");
    packed.advance(minutes(1));
    scalePrices(packed, 2);
    packed.advance(minutes(6));
    expect(packed.considered.map((it) => [describeMove(it), it.isRepeat])).toEqual([
      ["considered a: replace 0.02 -> 0.02, refused disruption/no-cheaper-replacement", false],
      ["considered a: replace 0.04 -> 0.04, refused disruption/no-cheaper-replacement", true],
    ]);
  });

  it("names the types that a replacement could be, and its score against the threshold", () => {
    const balanced = { ...onDemand, disruption: { consolidationPolicy: "Balanced" } } as const;
    const oversized = world("a | default | large | on-demand | web:1500m", balanced);
    const { considered } = oversized.decide("single-node-consolidation");
    expect(considered).toMatchObject([
      {
        verdict: "approved",
        decision: "replace",
        candidates: ["a"],
        nodePools: ["default"],
        replacements: [
          {
            nodePoolName: "default",
            instanceTypes: ["small", "medium"],
            instanceTypeCount: 2,
            capacityTypes: ["on-demand"],
          },
        ],
        scores: [{ nodePoolName: "default", k: 2, threshold: 0.5, isApproved: true }],
      },
    ]);
  });

  it("is every set of nodes that the bisection of multi-node consolidation tries", () => {
    const spread = world(
      `
      a | default | small | on-demand | a1:100m
      b | default | small | on-demand | b1:100m
      c | default | small | on-demand | c1:1800m
      d | default | small | on-demand | d1:1800m
    `,
      { ...onDemand, disruption: { budgets: [{ nodes: "100%" }] } },
    );
    const { considered, commands } = spread.decide("multi-node-consolidation");
    expect(considered.map(describeMove)).toEqual([
      // A small in the place of three: the same as deleting two of them.
      "considered a b c: replace 0.06 -> 0.02, refused disruption/no-cheaper-replacement",
      "considered a b: delete 0.04 -> 0, approved",
    ]);
    expect(commands).toHaveLength(1);
  });

  it("is superseded when one with more nodes works as well", () => {
    const spread = world(
      `
      a | default | medium | on-demand | a1:100m
      b | default | medium | on-demand | b1:100m
      c | default | medium | on-demand | c1:100m
      d | default | xlarge | on-demand | d1:100m
    `,
      { ...onDemand, disruption: { budgets: [{ nodes: "100%" }] } },
    );
    const { considered, commands } = spread.decide("multi-node-consolidation");
    expect(considered.map(({ verdict }) => verdict)).toEqual(["superseded", "approved"]);
    expect(considered[1]?.candidates).toEqual(commands[0]?.candidates.map(({ name }) => name));
  });

  it("has failed validation when the second look finds otherwise", () => {
    const oversized = world("a | default | large | on-demand | web:1500m");
    oversized.advance(seconds(5));
    oversized.cluster.put(pod({ name: "big", requests: { cpu: "15" } }));
    oversized.advance(seconds(10));
    expect(oversized.considered.map(describeMove)).toEqual([
      "considered a: replace 0.08 -> 0.02, approved",
      "considered a: replace 0.08 -> 0.02, failed-validation disruption/validation-scheduling",
    ]);
  });
});

describe("a node that is left alone", () => {
  it("is told with the pod and the PodDisruptionBudget that hold it, until they do not", () => {
    const held = world("a | default | small | on-demand |");
    held.pod("web-1", "a", "100m", { labels: { app: "web" } });
    held.cluster.put(pdb("web", 0));
    held.advance(minutes(1));
    held.cluster.put(pdb("web", 1));
    held.advance(minutes(1));
    expect(held.refusals).toMatchObject([
      {
        nodeName: "a",
        code: "disruption/pdb-blocks",
        blockedBy: { pods: ["default/web-1"], podDisruptionBudgets: ["default/web"] },
        isRepeat: false,
      },
    ]);
    expect(held.facts.filter((it) => it.includes("refused a"))).toEqual([
      "00:00:00 refused a disruption/pdb-blocks",
      "00:01:00 no longer refused a disruption/pdb-blocks",
    ]);
  });

  it("is told again, as a repeat, when another pod holds it", () => {
    const held = world("a | default | small | on-demand |");
    held.pod("web-1", "a", "100m", { labels: { app: "web" } });
    held.pod("web-2", "a", "100m", { labels: { app: "web" } });
    held.cluster.put(pdb("web", 0));
    held.advance(minutes(1));
    held.cluster.remove("Pod", "default/web-1");
    held.advance(minutes(1));
    expect(held.refusals.map(({ blockedBy, isRepeat }) => [blockedBy?.pods, isRepeat])).toEqual([
      [["default/web-1"], false],
      [["default/web-2"], true],
    ]);
  });

  it("is told with the budget that allows no more", () => {
    const budget = { nodes: "0", schedule: "0 0 * * *", duration: minutes(60) };
    const closed = world("a | default | small | on-demand |", {
      ...onDemand,
      disruption: { budgets: [{ nodes: "50%" }, budget] },
    });
    closed.advance(seconds(1));
    expect(closed.refusals).toMatchObject([
      {
        code: "disruption/budget-exhausted",
        blockedBy: {
          nodePool: "default",
          budget: {
            ...{ reason: "Empty", allowed: 0, disrupting: 0, nodes: 1 },
            ...{ budgetNodes: "0", schedule: "0 0 * * *" },
          },
        },
      },
    ]);
  });

  it("is not held by the last search's word once the method has no candidates any more", () => {
    const closed = world("a | default | small | on-demand |", {
      ...onDemand,
      disruption: { budgets: [{ nodes: "0" }] },
    });
    closed.advance(minutes(1));
    closed.pod("web-1", "a", "100m", { annotations: { "karpenter.sh/do-not-disrupt": "true" } });
    closed.advance(minutes(1));
    closed.cluster.remove("Pod", "default/web-1");
    closed.advance(minutes(1));
    expect(closed.facts.filter((it) => it.includes("refused a"))).toEqual([
      "00:00:00 refused a disruption/budget-exhausted",
      "00:01:00 refused a disruption/pod-do-not-disrupt",
      "00:01:00 no longer refused a disruption/budget-exhausted",
      "00:02:00 refused a disruption/budget-exhausted",
      "00:02:00 no longer refused a disruption/pod-do-not-disrupt",
    ]);
  });
});

describe("a method without candidates", () => {
  it("has said nothing: its next search tells again what the last one has told", () => {
    const packed = world("a | default | small | on-demand | web:1900m");
    packed.advance(minutes(1));
    packed.pod("job", "a", "10m", { annotations: { "karpenter.sh/do-not-disrupt": "true" } });
    packed.advance(minutes(1));
    packed.cluster.remove("Pod", "default/job");
    packed.advance(minutes(1));
    expect(packed.considered.map((it) => [describeMove(it), it.isRepeat])).toEqual([
      ["considered a: replace 0.02 -> 0.02, refused disruption/no-cheaper-replacement", false],
      ["considered a: replace 0.02 -> 0.02, refused disruption/no-cheaper-replacement", false],
    ]);
  });
});
