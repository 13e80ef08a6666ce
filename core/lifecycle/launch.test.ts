import { describe, expect, it } from "vitest";
import { conditionOf, conditionStatus } from "../state/index.ts";
import { minutes, seconds } from "../units/index.ts";
import { LifecycleWorld } from "../../test/support/lifecycle-world.ts";
import { truncateMessage } from "./launch.ts";

describe("launch", () => {
  it("launches an instance for a new NodeClaim and fills in what the provider tells", () => {
    const world = new LifecycleWorld();
    world.addNodeClaim({ metadata: { labels: { "karpenter.sh/capacity-type": "spot" } } });
    world.settle();
    const { metadata, status } = world.claim();
    expect(world.cloudProvider.createCalls).toEqual(["claim"]);
    expect(metadata.finalizers).toEqual(["karpenter.sh/termination"]);
    // The NodeClaim's own label prevails over the provider's.
    expect(metadata.labels["karpenter.sh/capacity-type"]).toBe("spot");
    expect(metadata.labels["topology.kubernetes.io/zone"]).toBe("test-zone-1");
    expect(metadata.annotations["provider"]).toBe("fake");
    expect(status.imageId).toBe("image-1");
    expect(status.capacity["cpu"]).toBe(4000);
    expect(conditionOf(world.claim(), "Launched")).toMatchObject({
      status: "True",
      reason: "Launched",
      message: "",
    });
    expect(conditionOf(world.claim(), "Registered")).toMatchObject({
      status: "Unknown",
      reason: "NodeNotFound",
    });
  });

  it.each([
    ["insufficient-capacity", "insufficient_capacity", 1],
    ["node-class-not-ready", "nodeclass_not_ready", 0],
  ] as const)("deletes the NodeClaim after %s and says why", (kind, reason, eventCount) => {
    const world = new LifecycleWorld();
    world.cloudProvider.createAnswer = { kind, message: "none left" };
    world.addNodeClaim();
    world.settle();
    // The status is written in the same pass, so that the end comes a second later.
    expect(world.claim().metadata.deletionTimestamp).toBe(world.now);
    world.pass(seconds(1));
    expect(world.cluster.nodeClaim("claim")).toBeUndefined();
    expect(world.cloudProvider.deleteCalls).toEqual([]);
    const disrupted = world.facts.filter((fact) => fact.kind === "node-claim-disrupted");
    expect(disrupted).toMatchObject([{ reason }]);
    expect(world.cluster.events.map(({ reason: each, message }) => [each, message])).toEqual(
      Array.from({ length: eventCount }, () => [
        "InsufficientCapacityError",
        "NodeClaim claim event: none left",
      ]),
    );
  });

  it("cuts what the provider says in the event, not the sentence around it", () => {
    const world = new LifecycleWorld();
    world.cloudProvider.createAnswer = { kind: "insufficient-capacity", message: "x".repeat(300) };
    world.addNodeClaim();
    world.settle();
    const [event] = world.cluster.events;
    expect(event?.message).toBe(`NodeClaim claim event: ${"x".repeat(300)}...`);
  });

  it.each([
    [{ kind: "create-error", reason: "Denied", message: "no rights" }, "Denied", "no rights"],
    [{ kind: "error", message: "x".repeat(300) }, "LaunchFailed", `${"x".repeat(300)}...`],
  ] as const)(
    "keeps the condition open after an error and tries again",
    (answer, reason, message) => {
      const world = new LifecycleWorld();
      world.cloudProvider.createAnswer = answer;
      world.addNodeClaim();
      world.pass(minutes(4));
      const launched = conditionOf(world.claim(), "Launched");
      expect(launched).toMatchObject({ status: "Unknown", reason, message });
      // Back-off 1, 2, 4 … 60 s: attempts at 0, 1, 3, 7, 15, 31, 63, 123, 183 s.
      expect(world.cloudProvider.createCalls).toHaveLength(9);
    },
  );

  it("asks again when told that the provider has news, and writes nothing in between", () => {
    const world = new LifecycleWorld();
    world.cloudProvider.createAnswer = { kind: "in-progress" };
    world.addNodeClaim();
    world.settle();
    const calls = world.cloudProvider.createCalls.length;
    world.pass(minutes(1));
    expect(world.cloudProvider.createCalls).toHaveLength(calls);
    expect(world.claim().status.conditions).toEqual([]);
    world.cloudProvider.createAnswer = undefined;
    world.lifecycle.notifyProviderChange("claim", world.now);
    world.settle();
    expect(conditionStatus(world.claim(), "Launched")).toBe("True");
  });

  it("is waited for before a NodeClaim that was deleted meanwhile ends with its instance", () => {
    const world = new LifecycleWorld();
    world.cloudProvider.createAnswer = { kind: "in-progress" };
    world.addNodeClaim();
    world.settle();
    world.cluster.deleteNodeClaim("claim");
    world.pass(minutes(1));
    expect(world.claim().status.providerId).toBeUndefined();
    world.cloudProvider.createAnswer = undefined;
    world.lifecycle.notifyProviderChange("claim", world.now);
    world.settle();
    const { providerId = "" } = world.claim().status;
    world.pass(minutes(1));
    expect(world.cluster.nodeClaim("claim")).toBeUndefined();
    expect(world.cloudProvider.get(providerId)).toBeUndefined();
  });

  it("cuts messages of 300 characters and more", () => {
    expect(truncateMessage("x".repeat(299))).toHaveLength(299);
    expect(truncateMessage("x".repeat(300))).toHaveLength(303);
  });
});
