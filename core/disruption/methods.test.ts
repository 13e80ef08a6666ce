import { describe, expect, it } from "vitest";
import { ladder, sized, sizes } from "../../test/support/disruption-types.ts";
import {
  codesOf,
  describeCommands,
  DisruptionWorld,
  start,
} from "../../test/support/disruption-world.ts";
import { nodePool } from "../../test/support/node-pools.ts";
import { after, minutes, seconds } from "../units/index.ts";
import type { DisruptionOptions } from "./options.ts";

function world(
  table: string,
  pool: Parameters<typeof nodePool>[0] = {},
  options: Partial<DisruptionOptions> = {},
): DisruptionWorld {
  const made = new DisruptionWorld(options);
  made.cloudProvider.instanceTypes = sizes;
  made.cluster.put(nodePool(pool));
  if (table !== "") made.table(table);
  return made;
}

const onDemand = {
  requirements: [{ key: "karpenter.sh/capacity-type", operator: "In", values: ["on-demand"] }],
} as const;

/** A scheduling run takes that long, whatever it is about. */
const runsOf = (baseMs: number): Pick<DisruptionOptions, "decisionLatency"> => ({
  decisionLatency: { baseMs, perNodeMs: 0, perPodMs: 0 },
});

describe("emptiness", () => {
  it("deletes all empty nodes, the dearest first, and none that has pods", () => {
    const cluster = world(`
      a | default | small  | on-demand |
      b | default | large  | on-demand |
      c | default | xlarge | on-demand | web:1
    `);
    expect(describeCommands(cluster.decide("emptiness"))).toEqual(["delete b a"]);
  });

  it("stops at the budget", () => {
    const budgets = [{ nodes: "2" }];
    const cluster = world(
      `
      a | default | small  | on-demand |
      b | default | medium | on-demand |
      c | default | large  | on-demand |
    `,
      { disruption: { budgets } },
    );
    const decision = cluster.decide("emptiness");
    expect(describeCommands(decision)).toEqual(["delete c b"]);
    expect(codesOf(decision, "a")).toEqual(["disruption/budget-exhausted"]);
  });

  it("takes a node for empty whose pods declare themselves free to disrupt", () => {
    const cluster = world("a | default | small | on-demand |");
    const annotations = { "controller.kubernetes.io/pod-deletion-cost": "-2147483647" };
    cluster.pod("free", "a", "100m", { annotations });
    expect(describeCommands(cluster.decide("emptiness"))).toEqual(["delete a"]);
  });

  it("does not take a node for empty on which a StatefulSet's pod is terminating", () => {
    const cluster = world("a | default | small | on-demand |");
    const deleted = { deletionTimestamp: start };
    const owner = (kind: string): object => ({
      ownerReferences: [{ apiVersion: "apps/v1", kind, name: "x", uid: "x" }],
    });
    cluster.pod("web", "a", "100m", { metadata: { ...deleted, ...owner("ReplicaSet") } });
    cluster.pod("daemon", "a", "100m", { metadata: owner("DaemonSet") });
    expect(describeCommands(cluster.decide("emptiness"))).toEqual(["delete a"]);
    cluster.pod("db", "a", "100m", { metadata: { ...deleted, ...owner("StatefulSet") } });
    expect(describeCommands(cluster.decide("emptiness"))).toEqual([]);
  });
});

describe("drift", () => {
  const drifted = ["Initialized", "Drifted"] as const;
  it("replaces the earliest drifted node, but nodes without pods before all others", () => {
    const cluster = world("");
    const at = (count: number): typeof start => after(start, seconds(count));
    cluster.node({ name: "late", type: "small", conditions: drifted, driftedAt: at(30) });
    cluster.node({ name: "early", type: "small", conditions: drifted, driftedAt: at(10) });
    cluster.pod("a", "late", "1500m");
    cluster.pod("b", "early", "1500m");
    expect(describeCommands(cluster.decide("drift"))).toEqual([
      "replace early -> default on small medium large xlarge",
    ]);
    cluster.node({ name: "vacant", type: "small", conditions: drifted, driftedAt: at(50) });
    expect(describeCommands(cluster.decide("drift"))).toEqual(["delete vacant"]);
  });

  it("goes on to the next node when the pods of the first cannot be placed", () => {
    const cluster = world("");
    cluster.node({ name: "a", type: "small", conditions: drifted });
    cluster.node({ name: "b", type: "small", conditions: drifted });
    cluster.pod("stuck", "a", "1", { spec: { nodeSelector: { team: "nobody" } } });
    cluster.pod("web", "b", "1500m");
    const decision = cluster.decide("drift");
    expect(describeCommands(decision)).toEqual([
      "replace b -> default on small medium large xlarge",
    ]);
    expect(codesOf(decision, "a")).toEqual(["disruption/pods-would-not-schedule"]);
  });

  it("ignores blocked pods when the NodeClaim's grace ends anyway, and makes no room for them", () => {
    const cluster = world("");
    const claimSpec = { terminationGracePeriod: minutes(5) };
    cluster.node({ name: "a", type: "small", conditions: drifted, claimSpec });
    const annotations = { "karpenter.sh/do-not-disrupt": "true" };
    cluster.pod("web", "a", "1500m", { annotations });
    expect(describeCommands(cluster.decide("drift"))).toEqual(["delete a"]);
    expect(codesOf(cluster.decide("emptiness"), "a")).toEqual(["disruption/pod-do-not-disrupt"]);
  });
});

describe("static drift", () => {
  it("replaces as many drifted nodes one for one as budget and node limit let", () => {
    const pool = { replicas: 3, limits: { nodes: 5 }, disruption: { budgets: [{ nodes: "3" }] } };
    const cluster = world("", pool);
    for (const name of ["a", "b", "c"]) {
      cluster.node({ name, type: "small", conditions: ["Initialized", "Drifted"] });
    }
    const decision = cluster.decide("static-drift");
    expect(describeCommands(decision)).toEqual([
      "replace a -> static default",
      "replace b -> static default",
    ]);
    expect(codesOf(decision, "c")).toEqual(["disruption/static-node-limit"]);
  });
});

describe("multi-node consolidation", () => {
  it("deletes as many as fit on the others, best savings per disruption first", () => {
    const cluster = world(`
      a | default | medium | on-demand | a1:500m
      b | default | medium | on-demand | b1:500m
      c | default | small  | on-demand | c1:100m c2:100m
    `);
    cluster.node({ name: "d", type: "xlarge", conditions: ["Initialized"] });
    cluster.pod("d1", "d", "14");
    expect(describeCommands(cluster.decide("multi-node-consolidation"))).toEqual(["delete a b c"]);
  });

  it("merges several nodes into one that is cheaper than all together", () => {
    const cluster = world(
      `
      a | default | large | on-demand | a1:3
      b | default | large | on-demand | b1:3
      c | default | large | on-demand | c1:3
    `,
      onDemand,
    );
    expect(describeCommands(cluster.decide("multi-node-consolidation"))).toEqual([
      "replace a b c -> default on xlarge",
    ]);
  });

  it("does not merge two nodes into one of the same type: deleting one would do", () => {
    const table = `
      a | default | medium | on-demand | a1:1900m
      b | default | medium | on-demand | b1:1900m
    `;
    const cluster = world(table, onDemand);
    cluster.cloudProvider.instanceTypes = [sized("medium", 4), sized("wide", 4, 0.05)];
    expect(describeCommands(cluster.decide("multi-node-consolidation"))).toEqual([]);
  });

  it("tries 101 nodes when there are more than a hundred", () => {
    const cluster = world("");
    for (let index = 0; index < 130; index++) {
      const name = `n${String(index).padStart(3, "0")}`;
      cluster.node({ name, type: "small" });
      cluster.pod(`p${name}`, name, "10m");
    }
    const [command] = cluster.decide("multi-node-consolidation").commands;
    expect(command?.candidates).toHaveLength(101);
  });

  it("returns what it had saved when its minute is over, and nothing when it had not", () => {
    const cluster = world(`
      a | default | medium | on-demand | a1:500m
      b | default | medium | on-demand | b1:500m
      c | default | medium | on-demand | c1:500m
      d | default | xlarge | on-demand | d1:13
    `);
    const full = cluster.decide("multi-node-consolidation");
    const cut = cluster.decide("multi-node-consolidation", runsOf(61_000));
    expect(full.isTimedOut).toBe(false);
    expect(full.commands).toHaveLength(1);
    expect(cut).toMatchObject({ isTimedOut: true, commands: [], isConsolidated: true });
    const late = cluster.decide("multi-node-consolidation", runsOf(40_000));
    expect(late).toMatchObject({ isTimedOut: true, took: 60_000 });
    expect(late.commands.map(({ candidates }) => candidates.length)).toEqual([3]);
    expect(full.took).toBe(0);
  });
});

describe("single-node consolidation", () => {
  it("replaces a node by cheaper types, narrowed to spot when both would do", () => {
    const cluster = world("a | default | medium | on-demand | a1:1");
    const decision = cluster.decide("single-node-consolidation");
    expect(describeCommands(decision)).toEqual(["replace a -> default on small medium large"]);
    const [replacement] = decision.commands[0]?.replacements ?? [];
    const requirements =
      replacement?.kind === "scheduled" ? replacement.nodeClaim.requirements : undefined;
    expect(requirements?.get("karpenter.sh/capacity-type").sortedValues).toEqual(["spot"]);
  });

  it("takes turns among NodePools, those first that the last search did not get to", () => {
    const cluster = world(`
      a1 | a | medium | on-demand | p1:100m
      a2 | a | medium | on-demand | p2:100m
      b1 | b | medium | on-demand | p3:100m
    `);
    for (const name of ["a", "b"]) {
      cluster.cluster.put(nodePool({ name, disruption: { budgets: [{ nodes: "0" }] } }));
    }
    const order = (unseen: readonly string[]): readonly string[] =>
      cluster
        .decide("single-node-consolidation", { unseen })
        .refusals.map(({ nodeName }) => nodeName);
    expect(order([])).toEqual(["a1", "b1", "a2"]);
    expect(order(["b"])).toEqual(["b1", "a1", "a2"]);
  });

  it("names the NodePools that it has not got to when its three minutes are over", () => {
    const cluster = world(
      `
      a1 | a | medium | on-demand | p1:3500m
      b1 | b | medium | on-demand | p2:3500m
      c1 | c | medium | on-demand | p3:3500m
    `,
      onDemand,
    );
    for (const name of ["a", "b", "c"]) cluster.cluster.put(nodePool({ ...onDemand, name }));
    const decision = cluster.decide("single-node-consolidation", runsOf(181_000));
    expect(decision).toMatchObject({ isTimedOut: true, unseenNodePools: ["b", "c"], commands: [] });
    expect(decision.isConsolidated).toBe(false);
  });

  it("does not rest while a budget kept it from looking", () => {
    const table = "a | default | medium | on-demand | p1:3500m";
    const isResting = (nodes: string): boolean =>
      world(table, { ...onDemand, disruption: { budgets: [{ nodes }] } }).decide(
        "single-node-consolidation",
      ).isConsolidated;
    expect([isResting("0"), isResting("1")]).toEqual([false, true]);
  });
});

describe("spot-to-spot consolidation", () => {
  const spot = (types: number, options: Partial<DisruptionOptions> = {}): DisruptionWorld => {
    const made = new DisruptionWorld({ spotToSpotConsolidation: true, ...options });
    made.cloudProvider.instanceTypes = ladder(types);
    made.cluster.put(nodePool());
    const name = `t${String(types).padStart(2, "0")}`;
    made.node({ name: "n", type: name, capacityType: "spot" });
    made.pod("web", "n", "3");
    return made;
  };

  it("needs 15 cheaper instance types", () => {
    const fourteen = spot(15).decide("single-node-consolidation");
    expect(fourteen.refusals).toMatchObject([
      {
        code: "disruption/spot-to-spot-flexibility",
        sentence:
          "SpotToSpotConsolidation requires 15 cheaper instance type options than the current candidate to consolidate, got 14",
      },
    ]);
    expect(spot(16).decide("single-node-consolidation").commands).toHaveLength(1);
  });

  it("asks for the 15 cheapest only, or for as many as minValues needs", () => {
    const count = (made: DisruptionWorld): number => {
      const [replacement] =
        made.decide("single-node-consolidation").commands[0]?.replacements ?? [];
      return replacement?.kind === "scheduled"
        ? replacement.nodeClaim.instanceTypeOptions.length
        : 0;
    };
    expect(count(spot(30))).toBe(15);
    const flexible = (minValues: number): DisruptionWorld => {
      const made = spot(30);
      const key = "node.kubernetes.io/instance-type";
      made.cluster.put(
        nodePool({ requirements: [{ key, operator: "Exists", values: [], minValues }] }),
      );
      return made;
    };
    expect(count(flexible(20))).toBe(20);
    expect(count(flexible(3))).toBe(15);
  });

  it("asks for fewer types where an experiment says so", () => {
    const made = spot(6, { experiments: { spotToSpotInstanceTypesMin: 5 } });
    expect(describeCommands(made.decide("single-node-consolidation"))).toEqual([
      "replace n -> default on t01 t02 t03 t04 t05",
    ]);
  });

  it("has no such floor for several nodes", () => {
    const made = spot(5);
    made.node({ name: "m", type: "t05", capacityType: "spot" });
    made.pod("api", "m", "500m");
    expect(describeCommands(made.decide("multi-node-consolidation"))).toEqual([
      "replace m n -> default on t01 t02 t03 t04",
    ]);
  });
});
