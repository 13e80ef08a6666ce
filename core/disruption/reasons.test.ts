// One minimal case per refusal code: a node that would otherwise be disrupted, and the one thing that
// stands in the way.
import { describe, expect, it } from "vitest";
import { ladder, sizes } from "../../test/support/disruption-types.ts";
import { codesOf, DisruptionWorld } from "../../test/support/disruption-world.ts";
import { nodePool } from "../../test/support/node-pools.ts";
import { objectMeta, pod } from "../../test/support/pods.ts";
import type { PodDisruptionBudget } from "../apis/index.ts";
import { Never, seconds } from "../units/index.ts";
import { listCandidates } from "./candidate.ts";
import { computeConsolidation } from "./consolidation.ts";
import type { MethodName } from "./method.ts";
import type { DisruptionOptions } from "./options.ts";
import { type RefusalCode, refusalCodes, sentences } from "./reasons.ts";
import { Simulator } from "./simulate-scheduling.ts";

interface Case {
  readonly method?: MethodName;
  readonly options?: Partial<DisruptionOptions>;
  readonly pool?: Parameters<typeof nodePool>[0];
  readonly set: (world: DisruptionWorld) => void;
  /** Where a decision of the method on the node named `n` doesn't show the code by itself. */
  readonly codes?: (world: DisruptionWorld) => readonly string[];
}

const withPod = (
  world: DisruptionWorld,
  more: Parameters<DisruptionWorld["pod"]>[3] = {},
): void => {
  world.node({ name: "n", type: "medium" });
  world.pod("web", "n", "500m", more);
};

function pdb(name: string, disruptionsAllowed: number): PodDisruptionBudget {
  return {
    kind: "PodDisruptionBudget",
    metadata: objectMeta({ name }),
    spec: {
      selector: { matchLabels: {}, matchExpressions: [] },
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

const balanced = { disruption: { consolidationPolicy: "Balanced" } } as const;

const onDemandOnly = { spec: { nodeSelector: { "karpenter.sh/capacity-type": "on-demand" } } };

/** What was refused by the time that a command was looked at again, with a change in between. */
function afterSecondLook(world: DisruptionWorld, change: () => void): readonly string[] {
  world.advance(seconds(5));
  change();
  world.advance(seconds(10));
  return world.considered.flatMap(({ refusal }) => refusal?.code ?? []);
}

/** Twenty pods on the node and an expensive, empty neighbour: little saved for much disruption. */
function marginal(world: DisruptionWorld): void {
  world.node({ name: "n", type: "medium" });
  for (let index = 0; index < 20; index++) world.pod(`web-${index}`, "n", "10m");
  world.node({ name: "dear", type: "xlarge", conditions: ["Initialized"] });
  world.pod("big", "dear", "15500m");
}

const cases: Readonly<Record<RefusalCode, Case>> = {
  "disruption/already-being-disrupted": {
    set: (world) => {
      withPod(world);
      const view = world.view();
      world.view = () => ({ ...view, queuedProviderIds: new Set(["fake:///n"]) });
    },
  },
  "disruption/not-managed": {
    set: (world) => {
      const labels = { "kubernetes.io/hostname": "n" };
      world.cluster.put({
        kind: "Node",
        metadata: objectMeta({ name: "n", namespace: "", labels }),
        spec: { providerId: "other:///n", taints: [], unschedulable: false },
        status: { capacity: {}, allocatable: {}, conditions: [] },
      });
    },
  },
  "disruption/no-node": {
    set: (world) => {
      withPod(world);
      world.cluster.remove("Node", "n");
    },
  },
  "disruption/not-initialized": {
    set: (world) => {
      world.node({ name: "n", type: "medium", conditions: [] });
    },
  },
  "disruption/deleting": {
    set: (world) => {
      withPod(world);
      world.state.markForDeletion(["fake:///n"]);
    },
  },
  "disruption/nominated": {
    set: (world) => {
      withPod(world);
      world.state.nominate("fake:///n", world.now);
    },
  },
  "disruption/node-do-not-disrupt": {
    set: (world) => {
      const annotations = { "karpenter.sh/do-not-disrupt": "true" };
      world.node({ name: "n", type: "medium", annotations });
    },
  },
  "disruption/no-node-pool-label": {
    set: (world) => {
      world.node({ name: "n", type: "medium", without: ["karpenter.sh/nodepool"] });
    },
  },
  "disruption/node-pool-not-found": {
    set: (world) => {
      world.node({ name: "n", type: "medium", nodePool: "gone" });
    },
  },
  "disruption/pod-do-not-disrupt": {
    set: (world) => {
      withPod(world, { annotations: { "karpenter.sh/do-not-disrupt": "true" } });
    },
  },
  "disruption/pdb-blocks": {
    set: (world) => {
      withPod(world);
      world.cluster.put(pdb("web", 0));
    },
  },
  "disruption/multiple-pdbs": {
    set: (world) => {
      withPod(world);
      world.cluster.put(pdb("web", 1));
      world.cluster.put(pdb("all", 1));
    },
  },
  "disruption/static-node-pool": { pool: { replicas: 1 }, set: withPod },
  "disruption/not-static-node-pool": { method: "static-drift", set: withPod },
  "disruption/not-drifted": { method: "drift", set: withPod },
  "disruption/instance-type-not-found": {
    set: (world) => {
      world.node({ name: "n", type: "retired" });
      world.pod("web", "n", "500m");
    },
  },
  "disruption/no-capacity-type-label": {
    set: (world) => {
      world.node({ name: "n", type: "medium", without: ["karpenter.sh/capacity-type"] });
      world.pod("web", "n", "500m");
    },
  },
  "disruption/no-zone-label": {
    set: (world) => {
      world.node({ name: "n", type: "medium", without: ["topology.kubernetes.io/zone"] });
      world.pod("web", "n", "500m");
    },
  },
  "disruption/consolidation-disabled": {
    pool: { disruption: { consolidateAfter: Never } },
    set: withPod,
  },
  "disruption/buffer-pods": {
    method: "emptiness",
    set: (world) => {
      world.node({ name: "n", type: "medium" });
      world.state.bufferPods.replace(new Map([["fake:///n", 1]]));
    },
  },
  "disruption/not-empty": { method: "emptiness", set: withPod },
  "disruption/empty": {
    set: (world) => {
      world.node({ name: "n", type: "medium" });
    },
  },
  "disruption/policy-when-empty": {
    pool: { disruption: { consolidationPolicy: "WhenEmpty" } },
    set: withPod,
  },
  "disruption/not-consolidatable": {
    set: (world) => {
      world.node({ name: "n", type: "medium", conditions: ["Initialized"] });
      world.pod("web", "n", "500m");
    },
  },
  "disruption/budget-exhausted": {
    pool: { disruption: { budgets: [{ nodes: "0" }] } },
    set: withPod,
  },
  "disruption/static-over-replicas": {
    method: "static-drift",
    pool: { replicas: 0 },
    set: (world) => {
      world.node({ name: "n", type: "medium", conditions: ["Initialized", "Drifted"] });
    },
  },
  "disruption/static-node-limit": {
    method: "static-drift",
    pool: { replicas: 1, limits: { nodes: 1 } },
    set: (world) => {
      world.node({ name: "n", type: "medium", conditions: ["Initialized", "Drifted"] });
    },
  },
  // Between listing and search no time passes here, so the search gets a later view by hand.
  "disruption/candidate-deleting": {
    set: withPod,
    codes: (world) => {
      const view = world.view();
      const { candidates } = listCandidates(view, "graceful", world.now);
      const stateNodes = view.stateNodes.map((it) => ({ ...it, isMarkedForDeletion: true }));
      const later = { ...view, stateNodes };
      const outcome = computeConsolidation(candidates, new Simulator(later, world.now), later);
      return outcome.kind === "refused" ? [outcome.refusal.code] : [];
    },
  },
  "disruption/simulation-failed": { pool: { conditions: [] }, set: withPod },
  "disruption/pods-would-not-schedule": {
    set: (world) => {
      withPod(world, { spec: { nodeSelector: { team: "nobody" } } });
    },
  },
  "disruption/more-than-one-replacement": {
    set: (world) => {
      world.table("n | default | xlarge | on-demand | a:9 b:9");
    },
  },
  "disruption/min-values-unmet": {
    pool: {
      requirements: [
        { key: "node.kubernetes.io/instance-type", operator: "Exists", values: [], minValues: 4 },
      ],
    },
    set: (world) => {
      world.node({ name: "n", type: "medium" });
      world.pod("web", "n", "500m");
    },
  },
  "disruption/no-cheaper-replacement": {
    set: (world) => {
      world.node({ name: "n", type: "small", capacityType: "spot" });
      world.pod("web", "n", "500m", onDemandOnly);
    },
  },
  "disruption/spot-to-spot-disabled": {
    set: (world) => {
      world.node({ name: "n", type: "xlarge", capacityType: "spot" });
      world.pod("web", "n", "500m");
    },
  },
  "disruption/spot-to-spot-flexibility": {
    options: { spotToSpotConsolidation: true },
    set: (world) => {
      world.node({ name: "n", type: "xlarge", capacityType: "spot" });
      world.pod("web", "n", "500m");
    },
  },
  "disruption/best-score-too-low": { pool: balanced, set: marginal },
  "disruption/score-too-low": {
    pool: balanced,
    options: { experiments: {} },
    set: (world) => {
      world.cloudProvider.instanceTypes = ladder(4);
      world.node({ name: "n", type: "t02" });
      world.pod("web", "n", "3", onDemandOnly);
      world.pod("tiny", "n", "10m");
      world.node({ name: "m", type: "t02", conditions: ["Initialized"] });
      world.pod("other", "m", "3");
    },
  },
  "disruption/validation-churn": {
    set: (world) => {
      world.node({ name: "n", type: "medium" });
    },
    codes: (world) => afterSecondLook(world, () => world.pod("web", "n", "500m")),
  },
  "disruption/validation-budget": {
    set: (world) => {
      world.node({ name: "n", type: "medium" });
    },
    codes: (world) =>
      afterSecondLook(world, () => {
        world.cluster.put(nodePool({ disruption: { budgets: [{ nodes: "0" }] } }));
      }),
  },
  "disruption/validation-scheduling": {
    set: withPod,
    codes: (world) =>
      afterSecondLook(world, () => {
        world.cluster.put(pod({ name: "big", requests: { cpu: "15" } }));
      }),
  },
  "disruption/experiment-savings-too-small": {
    options: { experiments: { minSavingsPercent: 99 } },
    set: withPod,
  },
  "disruption/experiment-utilization-too-high": {
    options: { experiments: { utilizationCutoffPercent: 10 } },
    set: withPod,
  },
};

describe("a node is refused with", () => {
  it("a code that is on the list, and every code on the list has its case here", () => {
    expect(Object.keys(cases)).toEqual([...refusalCodes]);
  });

  it.each(refusalCodes)("%s", (code) => {
    const {
      method = "single-node-consolidation",
      options = {},
      pool = {},
      set,
      codes,
    } = cases[code];
    const world = new DisruptionWorld(options);
    world.cloudProvider.instanceTypes = sizes;
    world.cluster.put(nodePool(pool));
    set(world);
    const found = codes?.(world) ?? allCodes(world, method);
    expect(found).toContain(code);
  });
});

/** A NodeClaim without its Node goes by its own name. */
function allCodes(world: DisruptionWorld, method: MethodName): readonly string[] {
  const decision = world.decide(method);
  return ["n", "n-claim"].flatMap((name) => codesOf(decision, name));
}

describe("sentences", () => {
  it("stay as they are", () => {
    const all: readonly string[] = [
      sentences.alreadyBeingDisrupted(),
      sentences.notManaged(),
      sentences.noNode(),
      sentences.notInitialized(),
      sentences.deleting(),
      sentences.nominated(),
      sentences.nodeDoNotDisrupt(),
      sentences.noNodePoolLabel(),
      sentences.nodePoolNotFound("gone"),
      sentences.podDoNotDisrupt("default/web"),
      sentences.pdbBlocks("default/web"),
      sentences.multiplePdbs(["default/a", "default/b"]),
      sentences.instanceTypeNotFound("m5.large"),
      sentences.noCapacityTypeLabel(),
      sentences.noZoneLabel(),
      sentences.consolidationDisabled("default"),
      sentences.bufferPods("n"),
      sentences.policyWhenEmpty("default"),
      sentences.budgetExhausted("Empty"),
      sentences.moreThanOneReplacement(2),
      sentences.minValuesUnmet("minValues requirement is not met for label(s) (label(s)=[x])"),
      sentences.noCheaperReplacement(),
      sentences.spotToSpotDisabled(),
      sentences.spotToSpotFlexibility(15, 14),
    ];
    expect(all.join("\n")).toMatchInlineSnapshot(`
      "candidate is already being disrupted
      node isn't managed by karpenter
      nodeclaim does not have an associated node
      node isn't initialized
      node is deleting or marked for deletion
      node is nominated for a pending pod
      disruption is blocked through the "karpenter.sh/do-not-disrupt" annotation
      node doesn't have required label (label=karpenter.sh/nodepool)
      NodePool not found (NodePool=gone)
      pod has "karpenter.sh/do-not-disrupt" annotation (Pod=default/web)
      pdb prevents pod evictions (PodDisruptionBudget=[default/web])
      eviction does not support multiple PDBs (PodDisruptionBudget(s)=[default/a default/b])
      Instance Type "m5.large" not found
      Node does not have label "karpenter.sh/capacity-type"
      Node does not have label "topology.kubernetes.io/zone"
      NodePool "default" has consolidation disabled
      Node "n" has buffer pods
      NodePool "default" has consolidation policy WhenEmpty, but node is not empty
      No allowed disruptions for disruption reason Empty due to blocking budget
      Can't remove without creating 2 candidates
      Filtering by price: minValues requirement is not met for label(s) (label(s)=[x])
      Can't replace with a cheaper node
      SpotToSpotConsolidation is disabled, can't replace a spot node with a spot node
      SpotToSpotConsolidation requires 15 cheaper instance type options than the current candidate to consolidate, got 14"
    `);
  });
});
