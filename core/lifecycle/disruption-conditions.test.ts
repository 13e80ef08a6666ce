import { describe, expect, it } from "vitest";
import type { NodePool, NodeSelectorRequirement } from "../apis/index.ts";
import { conditionOf, conditionStatus } from "../state/index.ts";
import { hours, minutes, Never, seconds } from "../units/index.ts";
import { instanceType, offering } from "../../test/support/instance-types.ts";
import { LifecycleWorld } from "../../test/support/lifecycle-world.ts";
import { nodePool } from "../../test/support/node-pools.ts";
import { pod } from "../../test/support/pods.ts";
import { isInstanceTypeNotFound, nodePoolDrift } from "./drifted.ts";

/** A machine whose NodePool changes afterwards. */
function withMachine(disruption: Partial<NodePool["spec"]["disruption"]> = {}, replicas?: number) {
  const world = new LifecycleWorld();
  world.cloudProvider.instanceTypes = [instanceType()];
  world.addNodePool({ disruption, ...(replicas === undefined ? {} : { replicas }) });
  world.settle();
  const pool = world.cluster.nodePool("default");
  const labels = { "karpenter.sh/nodepool": "default", team: "a" };
  world.addMachine({ metadata: { labels, annotations: pool?.metadata.annotations ?? {} } });
  return world;
}

function changeTemplate(world: LifecycleWorld, template: Partial<NodePool["spec"]["template"]>) {
  const pool = world.cluster.nodePool("default") ?? nodePool();
  const spec = { ...pool.spec, template: { ...pool.spec.template, ...template } };
  const { generation } = pool.metadata;
  world.cluster.put({ ...pool, metadata: { ...pool.metadata, generation: generation + 1 }, spec });
  world.settle();
}

function driftReason(world: LifecycleWorld): string | undefined {
  return conditionOf(world.claim(), "Drifted")?.reason;
}

describe("drift", () => {
  it("is found in the hash before requirements, and in those before the provider", () => {
    const world = withMachine();
    expect(driftReason(world)).toBeUndefined();
    world.cloudProvider.driftReason = "AMIDrift";
    world.pass(minutes(5));
    expect(driftReason(world)).toBe("AMIDrift");
    const { spec } = world.cluster.nodePool("default")?.spec.template ?? nodePool().spec.template;
    const requirements = [{ key: "team", operator: "In", values: ["b"] }] as const;
    changeTemplate(world, { spec: { ...spec, requirements } });
    expect(driftReason(world)).toBe("RequirementsDrifted");
    changeTemplate(world, { labels: { more: "labels" } });
    expect(driftReason(world)).toBe("NodePoolDrifted");
    const since = conditionOf(world.claim(), "Drifted")?.lastTransitionTime;
    expect(since).toBeLessThan(world.now);
  });

  it("goes when it is over, and when the NodeClaim is no longer launched", () => {
    const world = withMachine();
    world.cloudProvider.driftReason = "AMIDrift";
    world.pass(minutes(5));
    world.cloudProvider.driftReason = undefined;
    world.pass(minutes(5));
    expect(driftReason(world)).toBeUndefined();
  });

  it("survives a new version of the hash, which other NodeClaims take over", () => {
    const world = withMachine();
    const pool = world.cluster.nodePool("default") ?? nodePool();
    const version = "karpenter.sh/nodepool-hash-version";
    const old = { ...pool.metadata.annotations, [version]: "v2" };
    const claim = world.claim();
    const annotations = {
      ...claim.metadata.annotations,
      ...old,
      "karpenter.sh/nodepool-hash": "1",
    };
    world.cluster.put({ ...claim, metadata: { ...claim.metadata, annotations } });
    world.cluster.put({ ...pool, metadata: { ...pool.metadata, annotations: old } });
    world.settle();
    expect(world.claim().metadata.annotations).toMatchObject(pool.metadata.annotations);
    expect(driftReason(world)).toBeUndefined();
  });

  const requirement = (
    operator: NodeSelectorRequirement["operator"],
    ...values: readonly string[]
  ): NodeSelectorRequirement => ({ key: "size", operator, values });

  it.each<readonly [NodeSelectorRequirement, boolean]>([
    [requirement("In", "5"), false],
    [requirement("In", "5", "7"), false],
    [requirement("In", "7"), true],
    [requirement("NotIn", "5"), true],
    [requirement("Exists"), false],
    [requirement("DoesNotExist"), true],
    [requirement("Gt", "4"), false],
    [requirement("Gt", "5"), true],
    [requirement("Lte", "5"), false],
    [{ key: "absent", operator: "In", values: ["x"] }, true],
    [{ key: "absent", operator: "NotIn", values: ["x"] }, false],
    [{ key: "absent", operator: "DoesNotExist", values: [] }, false],
  ])("compares labels with %o: %s", (entry, isDrifted) => {
    const world = new LifecycleWorld();
    const claim = world.addNodeClaim({ metadata: { labels: { size: "5" } } });
    const reason = nodePoolDrift(nodePool({ requirements: [entry] }), claim);
    expect(reason).toBe(isDrifted ? "RequirementsDrifted" : undefined);
  });

  it.each([
    ["the type is offered", [instanceType()], "on-demand", false],
    ["the type is gone", [instanceType({ name: "other" })], "on-demand", true],
    [
      "only another zone is left",
      [instanceType({ offerings: [offering({ zone: "z" })] })],
      "on-demand",
      true,
    ],
    [
      "a reserved machine finds on-demand",
      [instanceType({ offerings: [offering()] })],
      "reserved",
      false,
    ],
    [
      "a reserved machine finds spot only",
      [instanceType({ offerings: [offering({ capacityType: "spot" })] })],
      "reserved",
      true,
    ],
    [
      "unavailable offerings count",
      [instanceType({ offerings: [offering({ available: false })] })],
      "on-demand",
      false,
    ],
  ] as const)("judges the instance type: %s", (_title, types, capacityType, expected) => {
    const world = new LifecycleWorld();
    const labels = {
      "node.kubernetes.io/instance-type": "default-instance-type",
      "topology.kubernetes.io/zone": "test-zone-1",
      "karpenter.sh/capacity-type": capacityType,
      "karpenter.k8s.aws/capacity-reservation-id": "r-1",
    };
    const { "karpenter.k8s.aws/capacity-reservation-id": _, ...unreserved } = labels;
    const metadata = { labels: capacityType === "reserved" ? labels : unreserved };
    expect(isInstanceTypeNotFound(types, world.addNodeClaim({ metadata }))).toBe(expected);
  });

  it("looks for the instance type only after an hour", () => {
    const world = withMachine();
    world.cloudProvider.instanceTypes = [instanceType({ name: "other" })];
    world.pass(minutes(59));
    expect(driftReason(world)).toBeUndefined();
    world.pass(minutes(7));
    expect(driftReason(world)).toBe("InstanceTypeNotFound");
  });

  it("stays as it is while nothing can be told, and is asked for again with growing waits", () => {
    const world = withMachine();
    world.cloudProvider.driftReason = "AMIDrift";
    world.pass(minutes(5));
    world.cloudProvider.driftAnswer = { kind: "error", message: "no subnets are discovered" };
    world.pass(minutes(5));
    expect(driftReason(world)).toBe("AMIDrift");
    world.cloudProvider.driftAnswer = { kind: "not-drifted" };
    world.pass(minutes(5));
    expect(driftReason(world)).toBeUndefined();
  });

  it("takes a NodeClass without any types for one that cannot be read, unless it is gone", () => {
    const world = withMachine();
    world.cloudProvider.instanceTypes = [];
    world.pass(minutes(70));
    expect(driftReason(world)).toBeUndefined();
    world.cloudProvider.readiness = { kind: "not-found" };
    world.pass(minutes(20));
    expect(driftReason(world)).toBe("InstanceTypeNotFound");
  });
});

describe("consolidatable", () => {
  const consolidateAfter = seconds(60);

  it("counts from initialization, and anew from each pod event", () => {
    const world = withMachine({ consolidateAfter });
    const status = () => conditionStatus(world.claim(), "Consolidatable");
    world.pass(seconds(55));
    expect(status()).toBeUndefined();
    world.pass(seconds(5));
    expect(status()).toBe("True");
    world.cluster.put(pod({ nodeName: "node" }));
    world.settle();
    expect(status()).toBeUndefined();
    world.pass(seconds(59));
    expect(status()).toBeUndefined();
    world.pass(seconds(1));
    expect(status()).toBe("True");
  });

  it("is never there for Never and for static NodePools, and comes at once for 0s", () => {
    const status = (world: LifecycleWorld) => conditionStatus(world.claim(), "Consolidatable");
    expect(status(withMachine({ consolidateAfter: Never }))).toBeUndefined();
    expect(status(withMachine({ consolidateAfter: seconds(0) }, 1))).toBeUndefined();
    expect(status(withMachine({ consolidateAfter: seconds(0) }))).toBe("True");
  });
});

describe("pod events", () => {
  it("are noted in whole seconds, once in ten, and not for DaemonSets", () => {
    const world = withMachine();
    const noted = () => world.claim().status.lastPodEventTime;
    const daemon = { apiVersion: "apps/v1", kind: "DaemonSet", name: "d", uid: "d" };
    world.cluster.put(
      pod({ name: "daemon", nodeName: "node", metadata: { ownerReferences: [daemon] } }),
    );
    world.settle();
    expect(noted()).toBeUndefined();
    world.cluster.put(pod({ name: "first", nodeName: "node" }));
    world.settle();
    const first = world.now;
    expect(noted()).toBe(first);
    world.pass(seconds(9));
    world.cluster.put(pod({ name: "second", nodeName: "node" }));
    world.settle();
    expect(noted()).toBe(first);
    world.pass(seconds(1));
    world.cluster.deletePod("default/first", 30);
    world.settle();
    expect(noted()).toBe(world.now);
  });

  it("leave no trace when the pod is gone before anybody looks", () => {
    const world = withMachine();
    world.cluster.put(pod({ name: "brief", nodeName: "node" }));
    world.cluster.remove("Pod", "default/brief");
    world.settle();
    expect(world.claim().status.lastPodEventTime).toBeUndefined();
  });
});

describe("expiration", () => {
  it("deletes a NodeClaim at its age, once, whatever its NodePool says", () => {
    const world = new LifecycleWorld();
    world.addMachine({ spec: { expireAfter: hours(1) } });
    world.cluster.put(
      pod({ nodeName: "node", annotations: { "karpenter.sh/do-not-disrupt": "true" } }),
    );
    world.pass(minutes(59));
    expect(world.claim().metadata.deletionTimestamp).toBeUndefined();
    world.pass(minutes(60));
    const disrupted = world.facts.filter(({ kind }) => kind === "node-claim-disrupted");
    expect(disrupted).toMatchObject([{ reason: "expired" }]);
  });
});

describe("garbage collection", () => {
  it.each([
    ["a NotReady Node whose instance is gone", false, true, true],
    ["a Ready Node whose instance is gone", true, true, false],
    ["a NotReady Node with its instance", false, false, false],
  ])("%s", (_title, isReady, isLost, isCollected) => {
    const world = new LifecycleWorld();
    world.addMachine();
    world.setReady(isReady);
    if (isLost) world.cloudProvider.lose(world.claim().status.providerId ?? "");
    world.pass(minutes(2));
    const disrupted = world.facts.filter(({ kind }) => kind === "node-claim-disrupted");
    expect(disrupted.length === 1).toBe(isCollected);
  });
});
