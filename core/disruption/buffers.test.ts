import { describe, expect, it } from "vitest";
import { readyBuffer, template } from "../../test/support/capacity-buffers.ts";
import { sizes } from "../../test/support/disruption-types.ts";
import { codesOf, describeCommands, DisruptionWorld } from "../../test/support/disruption-world.ts";
import { nodePool } from "../../test/support/node-pools.ts";
import { pod } from "../../test/support/pods.ts";
import { after, minutes, seconds } from "../units/index.ts";

const key = "karpenter.sh/capacity-type";
const requirements = [{ key, operator: "In", values: ["on-demand"] }] as const;

/** On-demand nodes of one NodePool without budgets. */
function world(consolidateAfter = seconds(0)): DisruptionWorld {
  const made = new DisruptionWorld();
  made.cloudProvider.instanceTypes = sizes;
  made.cluster.put(nodePool({ requirements, disruption: { budgets: [], consolidateAfter } }));
  made.view();
  return made;
}

/** Virtual pods of one buffer, asking for so much cpu each. */
function keepRoomFor(made: DisruptionWorld, replicas: number, cpu: string): void {
  made.virtualPods.update(readyBuffer(replicas), template({ requests: { cpu } }), made.now);
}

describe("emptiness", () => {
  it("leaves a node alone that was given virtual pods, and no other", () => {
    const made = world();
    made.table(`
      a | default | small | on-demand |
      b | default | small | on-demand |
    `);
    made.state.bufferPods.replace(new Map([["fake:///a", 2]]));
    const decision = made.decide("emptiness");
    expect(describeCommands(decision)).toEqual(["delete b"]);
    expect(codesOf(decision, "a")).toEqual(["disruption/buffer-pods"]);
    made.state.bufferPods.replace(new Map());
    expect(describeCommands(made.decide("emptiness"))).toEqual(["delete a b"]);
  });

  it("says so once, and goes on once the pods are gone", () => {
    const made = world();
    made.table("a | default | small | on-demand |");
    made.state.bufferPods.replace(new Map([["fake:///a", 1]]));
    made.advance(minutes(2));
    const told = 'Node "a" has buffer pods';
    const events = made.cluster.events.filter(({ message }) => message === told);
    expect(events.map(({ objectKind }) => objectKind)).toEqual(["Node", "NodeClaim"]);
    expect(made.story).toEqual([]);
    made.state.bufferPods.replace(new Map());
    made.advance(minutes(1));
    expect(made.story[0]).toMatch(/^00:02:15 started /);
  });
});

describe("consolidation finds room for virtual pods, too", () => {
  it("so that a node stays which they fill", () => {
    const made = world();
    made.table(`
      a | default | medium | on-demand | a1:500m
      b | default | medium | on-demand | b1:500m
    `);
    expect(describeCommands(made.decide("multi-node-consolidation"))).toEqual([
      "replace a b -> default on small",
    ]);
    keepRoomFor(made, 2, "2500m");
    expect(describeCommands(made.decide("multi-node-consolidation"))).toEqual([]);
    expect(describeCommands(made.decide("single-node-consolidation"))).toEqual([]);
  });

  it("and replaces a node by a cheaper one that holds its pods and theirs", () => {
    const made = world();
    made.table("a | default | xlarge | on-demand | a1:1");
    keepRoomFor(made, 2, "1");
    expect(describeCommands(made.decide("single-node-consolidation"))).toEqual([
      "replace a -> default on medium large",
    ]);
    keepRoomFor(made, 6, "1");
    expect(describeCommands(made.decide("single-node-consolidation"))).toEqual([
      "replace a -> default on large",
    ]);
    keepRoomFor(made, 12, "1");
    expect(describeCommands(made.decide("single-node-consolidation"))).toEqual([]);
  });

  it("and disrupts all the same when they have no place anyway, as pods that stay pending", () => {
    const made = world();
    made.table("a | default | xlarge | on-demand | a1:1");
    keepRoomFor(made, 1, "100");
    expect(describeCommands(made.decide("single-node-consolidation"))).toEqual([
      "replace a -> default on small medium large",
    ]);
  });

  it("but not on nodes within their consolidateAfter, where a pending pod may go", () => {
    const made = world();
    made.cluster.put(
      nodePool({ name: "slow", requirements, disruption: { consolidateAfter: minutes(10) } }),
    );
    made.table(`
      a | default | small  | on-demand | a1:100m
      b | slow    | medium | on-demand | b1:1
      c | default | medium | on-demand | c1:3300m
    `);
    const decide = () => describeCommands(made.decide("single-node-consolidation"));
    made.cluster.put(pod({ name: "pending", requests: { cpu: "2" } }));
    expect(decide()).toEqual(["delete a"]);
    made.cluster.remove("Pod", "default/pending");
    // A virtual pod has no phase: it is kept off b, and asks for a node that costs more than a.
    keepRoomFor(made, 1, "2");
    expect(decide()).toEqual([]);
    made.now = after(made.now, minutes(10));
    made.virtualPods.remove("default/buffer");
    keepRoomFor(made, 1, "2");
    expect(decide()).toEqual(["delete a"]);
  });
});

describe("a started command", () => {
  it("promises nodes to real pods alone", () => {
    const made = world();
    made.table(`
      a | default | medium | on-demand | a1:1
      b | default | large  | on-demand | b1:4
      c | default | large  | on-demand | c1:4
    `);
    keepRoomFor(made, 1, "2");
    made.advance(seconds(40));
    expect(made.story[0]).toMatch(/^00:00:15 started .*\ba\b/);
    const nominated = made.cluster.events.filter(({ reason }) => reason === "Nominated");
    expect(nominated.map(({ objectKey }) => objectKey)).toEqual(["default/a1"]);
  });
});
