import { describe, expect, it } from "vitest";
import type { Taint } from "../apis/index.ts";
import { conditionOf, conditionStatus } from "../state/index.ts";
import { minutes, parseResourceList, seconds } from "../units/index.ts";
import { LifecycleWorld, type NodeOverrides } from "../../test/support/lifecycle-world.ts";

const startupTaint: Taint = { key: "starting", value: "up", effect: "NoExecute" };
const notReady: Taint = { key: "node.kubernetes.io/not-ready", value: "", effect: "NoSchedule" };
const readiness: Taint = { key: "readiness.k8s.io/cni", value: "", effect: "NoSchedule" };

function joined(overrides: NodeOverrides): LifecycleWorld {
  const world = new LifecycleWorld();
  const requests = parseResourceList({ cpu: "1", "fake.com/gpu": "1", "fake.com/none": "0" });
  world.addNodeClaim({ spec: { startupTaints: [startupTaint], requests } });
  world.settle();
  world.joinNode("claim", { allocatable: allocatable(1), ...overrides });
  world.pass(seconds(3));
  return world;
}

function allocatable(gpus: number): Readonly<Record<string, number>> {
  return { ...parseResourceList({ cpu: "3900m", memory: "4Gi" }), "fake.com/gpu": gpus };
}

function removeTaints(world: LifecycleWorld): void {
  world.cluster.put({ ...world.node(), spec: { ...world.node().spec, taints: [] } });
  world.pass(seconds(2));
}

describe("initialization", () => {
  it("comes when the Node is Ready, free of taints and has what was asked for", () => {
    const world = joined({});
    expect(conditionOf(world.claim(), "Initialized")).toMatchObject({
      reason: "StartupTaintsExist",
      message: 'StartupTaint "starting=up:NoExecute" still exists',
    });
    removeTaints(world);
    expect(conditionStatus(world.claim(), "Initialized")).toBe("True");
    expect(conditionStatus(world.claim(), "Ready")).toBe("True");
    expect(world.node().metadata.labels["karpenter.sh/initialized"]).toBe("true");
    expect(world.facts.map(({ kind }) => kind)).toEqual(["launched", "registered", "initialized"]);
  });

  it.each([
    ["NodeNotReady", "Node status is NotReady", { isReady: false }],
    [
      "KnownEphemeralTaintsExist",
      'KnownEphemeralTaint "node.kubernetes.io/not-ready:NoSchedule" still exists',
      { taints: [notReady] },
    ],
    [
      "KnownEphemeralTaintsExist",
      'KnownEphemeralTaint "readiness.k8s.io/cni:NoSchedule" still exists',
      { taints: [readiness] },
    ],
    [
      "ResourceNotRegistered",
      'Resource "fake.com/gpu" was requested but not registered',
      { allocatable: allocatable(0) },
    ],
  ] as const)("waits with %s: %s", (reason, message, overrides) => {
    const world = joined(overrides);
    const { taints } = world.node().spec;
    const kept = taints.filter(({ key }) => key !== "starting");
    world.cluster.put({ ...world.node(), spec: { ...world.node().spec, taints: kept } });
    world.pass(seconds(2));
    expect(conditionOf(world.claim(), "Initialized")).toMatchObject({
      status: "Unknown",
      reason,
      message,
    });
  });

  it("doesn't come before registration", () => {
    const world = new LifecycleWorld();
    world.addNodeClaim();
    world.pass(seconds(5));
    expect(conditionOf(world.claim(), "Initialized")).toMatchObject({
      status: "Unknown",
      reason: "AwaitingReconciliation",
    });
  });

  it("stays when the Node is no longer Ready", () => {
    const world = joined({});
    removeTaints(world);
    world.setReady(false);
    world.pass(minutes(1));
    expect(conditionStatus(world.claim(), "Initialized")).toBe("True");
  });

  it("follows the generation when that goes up", () => {
    const world = joined({});
    removeTaints(world);
    const claim = world.claim();
    world.cluster.put({ ...claim, metadata: { ...claim.metadata, generation: 7 } });
    world.pass(seconds(2));
    for (const type of ["Launched", "Registered", "Initialized", "Ready"]) {
      expect(conditionOf(world.claim(), type)).toMatchObject({ observedGeneration: 7 });
    }
  });
});
