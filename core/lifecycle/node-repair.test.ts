import { describe, expect, it } from "vitest";
import { conditionStatus } from "../state/index.ts";
import { minutes, seconds } from "../units/index.ts";
import { LifecycleWorld } from "../../test/support/lifecycle-world.ts";
import { pod } from "../../test/support/pods.ts";

const policy = {
  conditionType: "Ready",
  conditionStatus: "False",
  tolerationDuration: minutes(30),
} as const;
const timestamp = "karpenter.sh/nodeclaim-termination-timestamp";

function cluster(size: number, gracePeriodMinutes?: number): LifecycleWorld {
  const world = new LifecycleWorld();
  world.cloudProvider.policies = [policy];
  const spec =
    gracePeriodMinutes === undefined ? {} : { terminationGracePeriod: minutes(gracePeriodMinutes) };
  for (let index = 0; index < size; index++) world.addMachine({ name: `c${index}`, spec });
  return world;
}

function unhealthy(world: LifecycleWorld): readonly string[] {
  return world.facts.flatMap((fact) =>
    fact.kind === "node-claim-disrupted" && fact.reason === "unhealthy"
      ? [fact.nodeClaim.metadata.name]
      : [],
  );
}

describe("node repair", () => {
  it("replaces a node by force once its condition has lasted long enough", () => {
    const world = cluster(1, 600);
    const annotations = { "karpenter.sh/do-not-disrupt": "true" };
    world.cluster.put(pod({ nodeName: "c0-node", annotations }));
    world.setReady(false, "c0-node");
    world.pass(seconds(1799));
    expect(unhealthy(world)).toEqual([]);
    world.pass(seconds(3));
    expect(unhealthy(world)).toEqual(["c0"]);
    // The grace period of ten hours gives way, and so does the pod's protection.
    expect(world.claim("c0").metadata.annotations[timestamp]).toBe("2026-03-01T00:30:02Z");
    expect(world.facts.at(-1)).toMatchObject({ kind: "pod-force-deleted", gracePeriodSeconds: 1 });
    expect(conditionStatus(world.claim("c0"), "Drained")).toBe("Unknown");
  });

  it.each([
    [1, 1, true],
    [3, 1, true],
    [5, 1, true],
    [5, 2, false],
    [6, 2, true],
    [10, 3, false],
  ])("with %i nodes, %i of them unhealthy, goes ahead: %s", (size, bad, isRepaired) => {
    const world = cluster(size);
    for (let index = 0; index < bad; index++) world.setReady(false, `c${index}-node`);
    world.pass(minutes(31));
    expect(unhealthy(world).length > 0).toBe(isRepaired);
    const reasons = world.cluster.events.map(({ reason }) => reason);
    expect(reasons.includes("NodeRepairBlocked")).toBe(!isRepaired);
  });

  it("is silent about a NodePool that is gone", () => {
    const world = cluster(5);
    for (const name of ["c0-node", "c1-node"]) world.setReady(false, name);
    world.cluster.remove("NodePool", "default");
    world.pass(minutes(31));
    expect(unhealthy(world)).toEqual([]);
    expect(world.cluster.events).toEqual([]);
  });

  it("leaves a time that has passed already as it is", () => {
    const world = cluster(1);
    const claim = world.claim("c0");
    const annotations = { ...claim.metadata.annotations, [timestamp]: "2026-03-01T00:00:00Z" };
    world.cluster.put({ ...claim, metadata: { ...claim.metadata, annotations } });
    world.setReady(false, "c0-node");
    world.pass(minutes(30));
    expect(unhealthy(world)).toEqual(["c0"]);
    expect(world.claim("c0").metadata.annotations[timestamp]).toBe("2026-03-01T00:00:00Z");
  });
});
