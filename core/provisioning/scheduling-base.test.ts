import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { type GeneratedCluster, generatedClusters } from "../../test/support/generated-clusters.ts";
import { nodePool } from "../../test/support/node-pools.ts";
import { stateNode } from "../../test/support/nodes.ts";
import { pod, podAffinityTerm, type PodOverrides } from "../../test/support/pods.ts";
import { schedulingInput } from "../../test/support/scheduling.ts";
import { readsOf } from "../../test/support/topology.ts";
import { objectKey, type Pod } from "../apis/index.ts";
import { isReschedulable, type StateNode } from "../state/index.ts";
import { considerNodePools, considerPods, deletingNodePods } from "./provisioner.ts";
import { SchedulingBase, type SolveOutcome } from "./scheduling-base.ts";
import { defaultSchedulingOptions, type SchedulingInput } from "./scheduling-input.ts";
import { solve } from "./solve.ts";

/** Everything that a run says, as plain data. */
function told(outcome: SolveOutcome): unknown {
  if (!outcome.ok) return outcome;
  const { results } = outcome;
  return {
    newNodeClaims: results.newNodeClaims.map((it) => ({
      nodePool: it.nodePoolName,
      pods: it.pods.map(objectKey),
      types: it.instanceTypeOptions.map(({ name }) => name),
      requirements: it.requirements.list.map(String),
      requests: it.requests,
      reservations: it.reservedOfferings.map(({ reservationId }) => reservationId),
      isMinValuesRelaxed: it.isMinValuesRelaxed,
    })),
    existingNodes: results.existingNodes.map(({ stateNode, pods }) => [
      stateNode.name,
      pods.map(objectKey),
    ]),
    podErrors: [...results.podErrors].map(([pod, { kind, message }]) => [
      objectKey(pod),
      kind,
      message,
    ]),
    withoutTypes: results.nodePoolsWithoutInstanceTypes,
  };
}

/** What all runs over the cluster have in common: pending pods and those of deleting nodes. */
function sharedInput({ now, cluster, state, instanceTypes }: GeneratedCluster): SchedulingInput {
  const stateNodes = state.stateNodes();
  const nodePools = considerNodePools(cluster.nodePools());
  const { pods } = considerPods({ pendingPods: state.pendingPods(), cluster });
  const podDisruptionBudgets = cluster.podDisruptionBudgets();
  return {
    now,
    nodePools,
    instanceTypesByNodePool: new Map(nodePools.map((it) => [it.metadata.name, instanceTypes])),
    stateNodes: stateNodes.filter((it) => !it.isMarkedForDeletion),
    clusterStateNodes: stateNodes,
    daemonSetPods: state.daemonSetPods(),
    cluster,
    podsToSchedule: [...pods, ...deletingNodePods({ stateNodes, podDisruptionBudgets, now })],
    options: { ...defaultSchedulingOptions, reservedOfferingMode: "Fallback" },
  };
}

function podsOf(stateNodes: readonly StateNode[]): readonly Pod[] {
  return stateNodes.flatMap(({ pods }) => pods.filter(isReschedulable));
}

describe("scheduling runs that share a base", () => {
  test.prop(
    [fc.nat(), fc.array(fc.array(fc.nat(), { maxLength: 5 }), { maxLength: 6, minLength: 2 })],
    {
      numRuns: 6,
    },
  )("come out as if each had been handed the remaining nodes alone", (seed, choices) => {
    for (const generated of generatedClusters(seed)) {
      const input = sharedInput(generated);
      const base = new SchedulingBase(input);
      for (const choice of choices) {
        const without = new Set(
          choice.flatMap((it) => input.stateNodes[it % input.stateNodes.length] ?? []),
        );
        const gone = input.stateNodes.filter((it) => without.has(it));
        const podsToSchedule = [...podsOf(gone), ...input.podsToSchedule];
        const alone = solve({
          ...input,
          stateNodes: input.stateNodes.filter((it) => !without.has(it)),
          podsToSchedule,
        });
        expect(told(base.solve(podsToSchedule, gone)), generated.name).toEqual(told(alone));
      }
    }
  });
});

const zone = "topology.kubernetes.io/zone";
const taint = { key: "dedicated", value: "", effect: "NoSchedule" } as const;

/** A node with a pod that keeps pods of the app away from its zone, named after the node. */
function repelling(name: string, app: string, about: string, more: PodOverrides = {}): StateNode {
  const affinity = { requiredPodAntiAffinity: [podAffinityTerm(zone, { [about]: "yes" })] };
  const shy = pod({ name: `${name}-pod`, labels: { app }, affinity, nodeName: name, ...more });
  return stateNode({ name, zone: "test-zone-1", pods: [shy], capacity: { cpu: 1, pods: 1 } });
}

/** The error of a pod that two terms repel, over a base without the first node, and from scratch. */
function errorsWithoutFirst(nodes: readonly StateNode[], nodePools = [nodePool()]) {
  const repelled = pod({
    name: "repelled",
    labels: { web: "yes", db: "yes" },
    requests: { cpu: 2 },
    spec: { nodeSelector: { [zone]: "test-zone-1" } },
  });
  const cluster = readsOf(nodes);
  const input = schedulingInput({
    nodePools,
    stateNodes: nodes,
    cluster,
    podsToSchedule: [repelled],
  });
  const gone = nodes.slice(0, 1);
  const podsToSchedule = [repelled, ...podsOf(gone)];
  const alone = solve({ ...input, stateNodes: nodes.slice(1), podsToSchedule });
  return [new SchedulingBase(input).solve(podsToSchedule, gone), alone].map((outcome) =>
    outcome.ok ? outcome.results.podErrors.get(repelled)?.message : outcome.error,
  );
}

describe("what keeps a pod away, once the node that said so first is gone", () => {
  it("is told in the order of the pods that are left", () => {
    const nodes = [
      repelling("a", "first", "web"),
      repelling("b", "second", "db"),
      repelling("c", "third", "db"),
      repelling("d", "fourth", "db"),
      repelling("e", "fifth", "web"),
    ];
    const [shared, alone] = errorsWithoutFirst(nodes);
    // Three are about databases; of the web, which the first node would have put first, two.
    expect(shared).toContain("test-zone-1: 3");
    expect(shared).toBe(alone);
  });

  it("knows the domains that the next pod tolerates", () => {
    const inZone = (name: string) => [{ key: zone, operator: "In", values: [name] }] as const;
    const nodePools = [
      nodePool({ name: "open", requirements: inZone("test-zone-1") }),
      nodePool({ name: "tainted", requirements: inZone("test-zone-2"), taints: [taint] }),
    ];
    const tolerations = [{ key: "dedicated", operator: "Exists", value: "" }] as const;
    const tolerant = pod({ spec: { tolerations } }).spec;
    const nodes = [
      repelling("a", "first", "web", { spec: { tolerations: tolerant.tolerations } }),
      repelling("b", "second", "web"),
    ];
    const [shared, alone] = errorsWithoutFirst(nodes, nodePools);
    expect(shared).toContain("counts = test-zone-1: 2, podDomains");
    expect(shared).toBe(alone);
  });
});
