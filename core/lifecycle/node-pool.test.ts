import { describe, expect, it } from "vitest";
import type { NodeClassReadiness } from "../cloudprovider/index.ts";
import { conditionOf, conditionStatus } from "../state/index.ts";
import { minutes, seconds } from "../units/index.ts";
import { LifecycleWorld } from "../../test/support/lifecycle-world.ts";
import { nodePool, type NodePoolOverrides } from "../../test/support/node-pools.ts";
import { pod } from "../../test/support/pods.ts";
import { nodePoolViolations } from "./node-pool-validation.ts";

describe("NodePool conditions", () => {
  it.each<readonly [NodeClassReadiness, string | undefined]>([
    [{ kind: "ready" }, undefined],
    [{ kind: "not-found" }, "NodeClassNotFound"],
    [{ kind: "terminating" }, "NodeClassTerminating"],
    [{ kind: "unknown" }, "NodeClassReadinessUnknown"],
    [{ kind: "not-ready", reason: "NoSubnets", message: "none" }, "NoSubnets"],
  ])("follow the NodeClass: %o", (readiness, reason) => {
    const world = new LifecycleWorld();
    world.cloudProvider.readiness = readiness;
    world.addNodePool();
    world.settle();
    const found = world.cluster.nodePool("default") ?? nodePool();
    const isReady = reason === undefined;
    expect(conditionStatus(found, "Ready")).toBe(isReady ? "True" : "False");
    expect(conditionOf(found, "NodeClassReady")?.reason).toBe(reason ?? "NodeClassReady");
    expect(found.metadata.annotations["karpenter.sh/nodepool-hash-version"]).toBe("v3");
  });

  const capacityTypes = (...values: readonly string[]): NodePoolOverrides => ({
    requirements: [{ key: "karpenter.sh/capacity-type", operator: "In", values }],
  });

  it.each<readonly [string, NodePoolOverrides, boolean]>([
    ["nothing special", {}, true],
    ["only unknown capacity types", capacityTypes("cheap"), false],
    ["known and unknown capacity types", capacityTypes("cheap", "spot"), true],
    ["a label of Karpenter's own", { labels: { "karpenter.sh/nodepool": "x" } }, false],
    ["a label that is no label", { labels: { "a/b/c": "x" } }, false],
    [
      "the same taint twice",
      { taints: [1, 2].map(() => ({ key: "a", value: "", effect: "NoSchedule" as const })) },
      false,
    ],
    [
      "a requirement on the NodePool",
      { requirements: [{ key: "karpenter.sh/nodepool", operator: "Exists", values: [] }] },
      false,
    ],
  ])("validate %s", (_title, overrides, isValid) => {
    expect(nodePoolViolations(nodePool(overrides)).length === 0).toBe(isValid);
  });
});

describe("static capacity", () => {
  const featureGates = { nodeRepair: false, staticCapacity: true };

  function world(overrides: NodePoolOverrides): LifecycleWorld {
    const result = new LifecycleWorld({ options: { featureGates } });
    result.addNodePool(overrides);
    result.pass(seconds(5));
    return result;
  }

  function scale(target: LifecycleWorld, replicas: number): void {
    const found = target.cluster.nodePool("default") ?? nodePool();
    target.cluster.put({ ...found, spec: { ...found.spec, replicas } });
    target.pass(seconds(2));
  }

  it("creates what is missing, up to the limit", () => {
    expect(world({ replicas: 3 }).cluster.nodeClaims()).toHaveLength(3);
    const limited = world({ replicas: 3, limits: { nodes: 2 } });
    expect(limited.cluster.nodeClaims()).toHaveLength(2);
    limited.pass(minutes(5));
    expect(limited.cluster.nodeClaims()).toHaveLength(2);
  });

  it("deletes what is too much: empty machines first, protected pods last", () => {
    const target = world({ replicas: 3 });
    const [a, b, c] = target.cluster.nodeClaims().map(({ metadata }) => metadata.name);
    for (const name of [a, b, c]) target.joinNode(name, { name: `${name ?? ""}-node` });
    target.pass(seconds(3));
    const annotations = { "karpenter.sh/do-not-disrupt": "true" };
    target.cluster.put(pod({ name: "protected", nodeName: `${a ?? ""}-node`, annotations }));
    target.cluster.put(pod({ name: "ordinary", nodeName: `${b ?? ""}-node` }));
    const deleted = (): readonly (string | undefined)[] =>
      target.facts.flatMap((fact) =>
        fact.kind === "scaled-down" ? [fact.nodeClaim.metadata.name] : [],
      );
    scale(target, 2);
    expect(deleted()).toEqual([c]);
    scale(target, 1);
    expect(deleted()).toEqual([c, b]);
    scale(target, 0);
    expect(deleted()).toEqual([c, b, a]);
  });
});
