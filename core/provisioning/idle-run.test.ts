import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { BufferWorld } from "../../test/support/buffer-world.ts";
import { capacityBuffer, podTemplate } from "../../test/support/capacity-buffers.ts";
import { defaultInstanceTypes } from "../../test/support/instance-types.ts";
import { nodePool } from "../../test/support/node-pools.ts";
import { stateNode } from "../../test/support/nodes.ts";
import { pod } from "../../test/support/pods.ts";
import { durationMs, simTime } from "../units/index.ts";
import { idleRunOf, isRepeat } from "./idle-run.ts";
import type { ProvisioningView } from "./provisioner.ts";
import type { SchedulingResults } from "./scheduling-results.ts";

const capacity = { cpu: "4", memory: "8Gi", pods: "10" };

const changes = [
  "add a node",
  "remove a node",
  "mark a node",
  "unmark a node",
  "bind a pod",
  "add a pending pod",
  "remove a pod",
  "resize a buffer",
  "remove a buffer",
  "another shape",
  "no instance types",
  "instance types",
  "a NodePool that is not ready",
  "a NodePool",
  "launch",
] as const;
type Change = (typeof changes)[number];

function apply(world: BufferWorld, change: Change, number: number): void {
  const { cluster, cloudProvider, state } = world;
  const name = `n${number}`;
  switch (change) {
    case "add a node":
      return world.addNode({ name, capacity });
    case "remove a node":
      cluster.remove("Node", name);
      return cluster.remove("NodeClaim", name);
    case "mark a node":
      return state.markForDeletion(state.stateNodes().map(({ providerId }) => providerId));
    case "unmark a node":
      return state.unmarkForDeletion(state.stateNodes().map(({ providerId }) => providerId));
    case "bind a pod":
      return cluster.put(pod({ name: `p${number}`, nodeName: name, requests: { cpu: "1" } }));
    case "add a pending pod":
      return cluster.put(pod({ name: `p${number}`, requests: { cpu: "1" } }));
    case "remove a pod":
      return cluster.remove("Pod", `default/p${number}`);
    case "resize a buffer":
      return cluster.put(capacityBuffer({ name: `b${number % 2}`, replicas: number }));
    case "remove a buffer":
      return cluster.remove("CapacityBuffer", `default/b${number % 2}`);
    case "another shape":
      return cluster.put(podTemplate("template", { requests: { cpu: `${number}` } }));
    case "no instance types":
      cloudProvider.instanceTypes = [];
      return;
    case "instance types":
      cloudProvider.instanceTypes = defaultInstanceTypes();
      return;
    case "a NodePool that is not ready":
      return cluster.put(nodePool({ conditions: [] }));
    case "a NodePool":
      return cluster.put(nodePool());
    case "launch":
      return world.launchAll(capacity);
  }
}

type Steps = readonly { readonly change: Change; readonly number: number; readonly wait: number }[];

function run(steps: Steps, skipIdleRuns: boolean): BufferWorld {
  const world = new BufferWorld(skipIdleRuns);
  world.addNode({ name: "n0", capacity });
  world.cluster.put(capacityBuffer({ name: "b1", replicas: 3 }));
  for (const { change, number, wait } of steps) {
    world.runUntil(world.now + wait * 1000);
    apply(world, change, number);
  }
  world.runUntil(world.now + 100_000);
  return world;
}

function outcome({ cluster, state, decisions }: BufferWorld) {
  return {
    decisions,
    events: cluster.events,
    claims: cluster.nodeClaims(),
    buffers: cluster.capacityBuffers(),
    counts: state
      .stateNodes()
      .map(({ name, providerId }) => [name, state.bufferPods.of(providerId)]),
  };
}

describe("leaving out runs that would do nothing", () => {
  const step = fc.record({
    change: fc.constantFrom(...changes),
    number: fc.nat(4),
    wait: fc.oneof(fc.nat(5), fc.nat(100)),
  });

  test.prop([fc.array(step, { maxLength: 12 })], { numRuns: 150 })(
    "changes neither what is launched, nor what is kept, nor what is told",
    (steps) => {
      expect(outcome(run(steps, true))).toEqual(outcome(run(steps, false)));
    },
  );
});

describe("a run is one that changes nothing", () => {
  const results: SchedulingResults = {
    newNodeClaims: [],
    existingNodes: [],
    podErrors: new Map(),
    nodePoolsWithoutInstanceTypes: [],
    isTruncatedByLimit: false,
  };
  const decision = { kind: "scheduled", results, took: durationMs(0), ignoredPods: [] } as const;
  const types = defaultInstanceTypes();
  const { cluster } = new BufferWorld();
  const view: ProvisioningView = {
    now: simTime(0),
    nodePools: [nodePool()],
    instanceTypes: () => types,
    stateNodes: [stateNode()],
    pendingPods: [],
    daemonSetPods: [],
    podDisruptionBudgets: [],
    cluster,
  };
  const versions = { observed: 3, virtualPods: 5 };

  it.each<
    [string, boolean, Partial<typeof decision | ProvisioningView>, Partial<SchedulingResults>]
  >([
    ["if it finds virtual pods where they were", true, {}, {}],
    ["not if it launches", false, {}, { newNodeClaims: [{}] as never }],
    ["not if a pod has no place", false, {}, { podErrors: new Map([[pod(), {} as never]]) }],
    ["not if a real pod waits", false, { pendingPods: [pod()] }, {}],
    ["not if it takes time", false, { took: durationMs(1) } as never, {}],
    [
      "not if a machine goes",
      false,
      { stateNodes: [stateNode({ view: { isMarkedForDeletion: true } })] },
      {},
    ],
    [
      "not if a NodePool has no types left",
      false,
      {},
      { nodePoolsWithoutInstanceTypes: [{ nodePoolName: "a", isMinValuesIncompatible: false }] },
    ],
  ])("%s", (_, expected, change, outcome) => {
    const decided = { ...decision, ...change, results: { ...results, ...outcome } };
    expect(idleRunOf(decided, { ...view, ...change }, versions) !== undefined).toBe(expected);
  });

  it("not if there was nothing to place", () => {
    expect(idleRunOf({ kind: "no-pods", ignoredPods: [] }, view, versions)).toBeUndefined();
  });

  it.each<[string, boolean, Partial<ProvisioningView>, Partial<typeof versions>]>([
    ["that comes again", true, {}, {}],
    ["after the same machines in a new list", false, { stateNodes: [stateNode()] }, {}],
    ["after other instance types", false, { instanceTypes: () => [...types] }, {}],
    ["after an observation", false, {}, { observed: 4 }],
    ["after other virtual pods", false, {}, { virtualPods: 6 }],
  ])("%s", (_, expected, change, moved) => {
    const idle = idleRunOf(decision, view, versions);
    const again = { ...view, ...change };
    expect(idle && isRepeat(idle, again, { ...versions, ...moved })).toBe(expected);
  });
});
