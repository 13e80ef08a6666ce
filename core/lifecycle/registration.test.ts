import { describe, expect, it } from "vitest";
import type { NodeClaim, Taint } from "../apis/index.ts";
import { conditionOf, isConditionTrue } from "../state/index.ts";
import { after, minutes, seconds } from "../units/index.ts";
import { LifecycleWorld, start } from "../../test/support/lifecycle-world.ts";
import type { RegistrationHook } from "./registration.ts";

const taint: Taint = { key: "team", value: "a", effect: "NoSchedule" };
const startupTaint: Taint = { key: "starting", value: "", effect: "NoExecute" };

function launched(spec: Partial<NodeClaim["spec"]> = {}, hooks: readonly RegistrationHook[] = []) {
  const world = new LifecycleWorld({ registrationHooks: hooks });
  world.addNodePool();
  world.addNodeClaim({ spec });
  world.settle();
  world.pass(seconds(2));
  return world;
}

describe("registration", () => {
  it("takes over the Node: owner, finalizer, labels, annotations, taints, and the label", () => {
    const world = launched({ taints: [taint], startupTaints: [startupTaint] });
    world.joinNode();
    world.settle();
    const { metadata, spec } = world.node();
    expect(isConditionTrue(world.claim(), "Registered")).toBe(true);
    expect(world.claim().status.nodeName).toBe("node");
    expect(metadata.ownerReferences).toEqual([
      {
        apiVersion: "karpenter.sh/v1",
        kind: "NodeClaim",
        name: "claim",
        uid: "claim",
        blockOwnerDeletion: true,
      },
    ]);
    expect(metadata.finalizers).toEqual(["karpenter.sh/termination"]);
    expect(metadata.labels["karpenter.sh/nodepool"]).toBe("default");
    expect(metadata.labels["karpenter.sh/registered"]).toBe("true");
    expect(metadata.annotations["provider"]).toBe("fake");
    expect(spec.taints).toEqual([taint, startupTaint]);
    expect(world.cluster.events).toEqual([]);
  });

  it("leaves taints alone on a Node that says so, and one that is there keeps its value", () => {
    const world = launched({ taints: [taint], startupTaints: [startupTaint] });
    world.joinNode("claim", { labels: { "karpenter.sh/do-not-sync-taints": "true" } });
    world.settle();
    expect(world.node().spec.taints).toEqual([]);
    const other = launched({ taints: [taint] });
    other.joinNode("claim", { taints: [{ ...taint, value: "b" }] });
    other.settle();
    expect(other.node().spec.taints).toEqual([{ ...taint, value: "b" }]);
  });

  it("never brings startup taints back once they are removed", () => {
    const world = launched({ startupTaints: [startupTaint] });
    world.joinNode();
    world.pass(seconds(2));
    world.cluster.put({ ...world.node(), spec: { ...world.node().spec, taints: [] } });
    world.pass(minutes(1));
    expect(world.node().spec.taints).toEqual([]);
  });

  it("goes on without the unregistered taint and emits an event", () => {
    const world = launched();
    world.joinNode("claim", { taints: [] });
    world.settle();
    expect(isConditionTrue(world.claim(), "Registered")).toBe(true);
    expect(world.cluster.events.map(({ reason }) => reason)).toEqual(["UnregisteredTaintMissing"]);
  });

  it("fails for good when several Nodes have the provider id", () => {
    const world = launched();
    const node = world.joinNode();
    world.cluster.put({ ...node, metadata: { ...node.metadata, name: "twin", uid: "twin" } });
    world.settle();
    expect(conditionOf(world.claim(), "Registered")).toMatchObject({
      status: "False",
      reason: "MultipleNodesFound",
    });
  });

  it("waits for hooks, names all pending ones, and takes over the labels they add", () => {
    let isReady = false;
    const hook = (name: string, wait: number): RegistrationHook => ({
      name,
      registered: (nodeClaim, now) => {
        if (!isReady) return { kind: "pending", requeueAt: after(now, seconds(wait)) };
        const labels = { ...nodeClaim.metadata.labels, [name]: "done" };
        return {
          kind: "ready",
          nodeClaim: { ...nodeClaim, metadata: { ...nodeClaim.metadata, labels } },
        };
      },
    });
    const world = launched({}, [hook("first", 20), hook("second", 5)]);
    world.joinNode();
    world.settle();
    expect(conditionOf(world.claim(), "Registered")).toMatchObject({
      status: "Unknown",
      reason: "RegistrationHookPending",
      message: "first, second",
    });
    expect(world.node().metadata.finalizers).toEqual(["karpenter.sh/termination"]);
    expect(world.node().spec.taints.map(({ key }) => key)).toEqual(["karpenter.sh/unregistered"]);
    isReady = true;
    world.pass(seconds(5));
    expect(world.node().metadata.labels).toMatchObject({ first: "done", second: "done" });
    expect(world.claim().metadata.labels).toMatchObject({ first: "done", second: "done" });
  });

  it("asks hooks with back-off that are pending and say no time", () => {
    const askedAt: number[] = [];
    const hook: RegistrationHook = {
      name: "silent",
      registered: (_, now) => {
        askedAt.push((now - start) / 1000);
        return now < after(start, seconds(6)) ? { kind: "pending" } : { kind: "ready" };
      },
    };
    const world = launched({}, [hook]);
    world.joinNode();
    world.pass(seconds(30));
    expect(askedAt).toEqual([2, 3, 5, 9]);
    expect(isConditionTrue(world.claim(), "Registered")).toBe(true);
  });

  it("requeues with back-off while a hook returns an error", () => {
    let calls = 0;
    const failing: RegistrationHook = {
      name: "failing",
      registered: () => {
        calls++;
        return { kind: "error", message: "broken" };
      },
    };
    const world = launched({}, [failing]);
    world.joinNode();
    world.pass(seconds(10));
    expect(calls).toBeGreaterThan(2);
    expect(conditionOf(world.claim(), "Registered")).toMatchObject({ message: "failing" });
  });
});

describe("registration health", () => {
  const unhealthy = { type: "NodeRegistrationHealthy", status: "False" } as const;

  it("becomes True with the first registration although it was Unknown", () => {
    const world = launched();
    world.joinNode();
    world.settle();
    const nodePool = world.cluster.nodePool("default");
    expect(nodePool && isConditionTrue(nodePool, "NodeRegistrationHealthy")).toBe(true);
  });

  it("becomes False with the second timeout, and one success among two failures leaves it so", () => {
    const world = new LifecycleWorld();
    world.addNodePool();
    world.addNodeClaim({ name: "a" });
    world.addNodeClaim({ name: "b" });
    world.pass(minutes(16));
    const nodePool = () => world.cluster.nodePool("default") ?? world.addNodePool();
    expect(conditionOf(nodePool(), unhealthy.type)).toMatchObject({
      status: "False",
      reason: "RegistrationFailed",
      message: "Failed to register node",
    });
    world.addNodeClaim({ name: "c" });
    world.settle();
    world.joinNode("c");
    world.settle();
    expect(conditionOf(nodePool(), unhealthy.type)).toMatchObject({ status: "False" });
  });
});
