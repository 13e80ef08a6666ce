import { describe, expect, it } from "vitest";
import { finalizerTermination, type NodePool } from "../apis/index.ts";
import { setCondition } from "../state/index.ts";
import { minutes, seconds } from "../units/index.ts";
import { LifecycleWorld } from "../../test/support/lifecycle-world.ts";
import { nodePool } from "../../test/support/node-pools.ts";
import { pod } from "../../test/support/pods.ts";

const options = { featureGates: { nodeRepair: false, staticCapacity: true } };

/** A cluster with the NodePool, some seconds on. */
function worldWith(pool: NodePool): LifecycleWorld {
  const world = new LifecycleWorld({ options });
  world.cluster.put(pool);
  world.pass(seconds(5));
  return world;
}

function withReplicas(pool: NodePool, replicas: number): NodePool {
  return { ...pool, spec: { ...pool.spec, replicas } };
}

const pool = withReplicas(nodePool({ conditions: [] }), 2);
const count = ({ cluster }: LifecycleWorld) => cluster.nodeClaims().length;

describe("a static NodePool", () => {
  it("gets its machines when it becomes ready, and no more of them later", () => {
    const notReady = { status: "False", reason: "NodeClassNotReady", message: "" } as const;
    const world = new LifecycleWorld({ options });
    world.cloudProvider.readiness = { kind: "not-ready", ...notReady };
    world.cluster.put(pool);
    world.pass(seconds(30));
    expect(count(world)).toBe(0);
    world.cloudProvider.readiness = { kind: "ready" };
    const known = world.cluster.nodePool("default") ?? pool;
    for (const type of ["ValidationSucceeded", "NodeClassReady", "Ready"]) {
      const current = world.cluster.nodePool("default") ?? known;
      world.cluster.put(setCondition(current, { type, status: "True" }, world.now));
    }
    world.pass(seconds(30));
    expect(count(world)).toBe(2);
    world.pass(minutes(5));
    expect(count(world)).toBe(2);
  });

  it("follows its replicas up and down", () => {
    const world = worldWith(pool);
    expect(count(world)).toBe(2);
    world.cluster.put(withReplicas(world.cluster.nodePool("default") ?? pool, 4));
    world.pass(seconds(5));
    expect(count(world)).toBe(4);
    world.cluster.put(withReplicas(world.cluster.nodePool("default") ?? pool, 1));
    world.pass(minutes(5));
    expect(count(world)).toBe(1);
  });

  it("is not looked at again for a change that is none of replicas or readiness", () => {
    const world = worldWith(pool);
    const [first] = world.cluster.nodeClaims();
    const current = world.cluster.nodePool("default") ?? pool;
    world.cluster.put({ ...current, metadata: { ...current.metadata, labels: { a: "b" } } });
    expect(
      world.lifecycle.controllers.find(({ name }) => name === "static.provisioning")?.nextDueAt(),
    ).toBeGreaterThan(world.now);
    expect(world.cluster.nodeClaims()[0]).toBe(first);
  });

  it("makes up for a machine as soon as that is being deleted", () => {
    const world = worldWith(pool);
    const name = world.cluster.nodeClaims()[0]?.metadata.name ?? "";
    expect(world.cluster.nodeClaim(name)?.metadata.finalizers).toContain(finalizerTermination);
    world.cluster.deleteNodeClaim(name);
    world.settle();
    const living = world.cluster
      .nodeClaims()
      .filter(({ metadata }) => metadata.deletionTimestamp === undefined);
    expect(living).toHaveLength(2);
  });

  it("never goes beyond its limit of nodes, deleting ones included", () => {
    const limited = { ...pool, spec: { ...pool.spec, replicas: 5, limits: { nodes: 3 } } };
    const world = worldWith(limited);
    expect(count(world)).toBe(3);
    world.cluster.deleteNodeClaim(world.cluster.nodeClaims()[0]?.metadata.name ?? "");
    world.settle();
    expect(count(world)).toBe(3);
  });

  it("takes a machine for empty only when no pod is bound to it, a finished one neither", () => {
    const world = worldWith(pool);
    const claims = world.cluster.nodeClaims().map(({ metadata }) => metadata.name);
    for (const name of claims) world.joinNode(name, { name: `${name}-node` });
    world.pass(seconds(5));
    const [first = "", second = ""] = claims;
    const finished = { phase: "Succeeded" } as const;
    world.cluster.put(pod({ name: "done", nodeName: `${first}-node`, status: finished }));
    const daemonSet = { apiVersion: "apps/v1", kind: "DaemonSet", name: "d", uid: "d" };
    const metadata = { ownerReferences: [daemonSet] };
    world.cluster.put(pod({ name: "daemon", nodeName: `${second}-node`, metadata }));
    world.cluster.put(withReplicas(world.cluster.nodePool("default") ?? pool, 1));
    world.settle();
    expect(world.claim(first).metadata.deletionTimestamp).toBeUndefined();
    expect(world.claim(second).metadata.deletionTimestamp).toBeDefined();
  });
});
