import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseTime, seconds } from "../units/index.ts";
import { FakeCluster } from "../../test/support/fake-cluster.ts";
import { stateNode } from "../../test/support/nodes.ts";
import { pod } from "../../test/support/pods.ts";
import { ClusterState } from "./cluster-state.ts";
import { replayCluster } from "./initial-events.ts";

const now = parseTime("2026-03-01T00:00:00Z");
const options = { batchMaxDuration: seconds(10) };

const nodeNames = ["n0", "n1", "n2"] as const;
const change = fc.record({
  kind: fc.constantFrom("bind", "end", "delete", "claim", "node", "no-claim", "no-node"),
  node: fc.constantFrom(...nodeNames),
  pod: fc.constantFrom("p0", "p1", "p2", "p3"),
  cpu: fc.constantFrom("1", "2"),
  isInitialized: fc.boolean(),
});
type Change = typeof change extends fc.Arbitrary<infer T> ? T : never;

function apply(cluster: FakeCluster, { kind, node, pod: name, cpu, isInitialized }: Change): void {
  const machine = stateNode({ name: node, isInitialized });
  const bound = { name, nodeName: node, requests: { cpu } };
  switch (kind) {
    case "bind":
      return cluster.put(pod(bound));
    case "end":
      return cluster.put(pod({ ...bound, status: { phase: "Succeeded" } }));
    case "delete":
      return cluster.remove("Pod", `default/${name}`);
    case "claim":
      return machine.nodeClaim === undefined ? undefined : cluster.put(machine.nodeClaim);
    case "node":
      return machine.node === undefined ? undefined : cluster.put(machine.node);
    case "no-claim":
      return cluster.remove("NodeClaim", `${node}-claim`);
    case "no-node":
      return cluster.remove("Node", node);
  }
}

function summary(state: ClusterState): unknown {
  return state.stateNodes().map(({ hostPortUsage: _, volumeUsage: __, ...view }) => ({
    ...view,
    disruptionCost: state.disruptionCost(view.providerId),
  }));
}

describe("cluster state, kept event by event", () => {
  it("equals the state that one listing of the same cluster gives", () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 40 }), (changes) => {
        const cluster = new FakeCluster(() => now);
        const kept = new ClusterState({ cluster, options });
        cluster.subscribe((event, at) => kept.observe(event, at));
        for (const each of changes) {
          apply(cluster, each);
          // Looking at it in between must not freeze anything that changes later.
          kept.stateNodes();
          kept.nodePoolUsage("default");
        }
        const listed = new ClusterState({ cluster, options });
        replayCluster(cluster, (event, at) => listed.observe(event, at), now);
        expect(summary(kept)).toEqual(summary(listed));
        expect(kept.nodePoolUsage("default")).toEqual(listed.nodePoolUsage("default"));
        expect(kept.isSynced()).toBe(listed.isSynced());
        expect(kept.nodePoolClaims.counts("default")).toEqual(
          listed.nodePoolClaims.counts("default"),
        );
      }),
      { numRuns: 300 },
    );
  });
});
