import { describe, expect, it } from "vitest";
import type { Node, NodeClaim, ObjectMeta, Taint } from "../apis/index.ts";
import { after, minutes, parseResourceList, parseTime, seconds } from "../units/index.ts";
import { FakeCluster } from "../../test/support/fake-cluster.ts";
import { nodePool } from "../../test/support/node-pools.ts";
import { stateNode, type StateNodeOverrides } from "../../test/support/nodes.ts";
import { daemonSet, pod } from "../../test/support/pods.ts";
import { ClusterState } from "./cluster-state.ts";
import { isNominated } from "./state-node.ts";

const start = parseTime("2026-03-01T00:00:00Z");

class World {
  now = start;
  readonly cluster = new FakeCluster(() => this.now);
  readonly state = new ClusterState({
    cluster: this.cluster,
    options: { batchMaxDuration: seconds(10) },
  });

  constructor() {
    this.cluster.subscribe((event, now) => this.state.observe(event, now));
  }

  /** Adds both halves of a machine. */
  add(overrides: StateNodeOverrides = {}): { readonly node: Node; readonly claim: NodeClaim } {
    const { node, nodeClaim } = stateNode(overrides);
    if (node === undefined || nodeClaim === undefined) throw new Error("not managed");
    this.cluster.put(nodeClaim);
    this.cluster.put(node);
    return { node, claim: nodeClaim };
  }

  /** Whether the change moves the consolidation timestamp. */
  isNoticed(change: () => void): boolean {
    const before = this.state.consolidationTimestamp(this.now);
    change();
    return this.state.consolidationTimestamp(this.now) !== before;
  }
}

const terminating = { deletionTimestamp: start, finalizers: ["karpenter.sh/termination"] };

describe("cluster state", () => {
  it("is synced once everything is tracked, and not while a NodeClaim has no provider id", () => {
    const world = new World();
    const early = stateNode({ name: "early" });
    const lone = new ClusterState({
      cluster: world.cluster,
      options: { batchMaxDuration: seconds(10) },
    });
    if (early.node !== undefined) world.cluster.put(early.node);
    expect(world.state.isSynced()).toBe(true);
    // Nobody has told this one of the node.
    expect(lone.isSynced()).toBe(false);
    const { claim } = world.add();
    const { providerId: _, ...unlaunched } = claim.status;
    world.cluster.put({ ...claim, status: unlaunched });
    expect(world.state.isSynced()).toBe(false);
    expect(world.state.unlaunchedNodeClaims()).toEqual(["node-claim"]);
    world.cluster.put(claim);
    expect(world.state.isSynced()).toBe(true);
  });

  it("joins Node and NodeClaim by provider id, keeps views until something changes", () => {
    const world = new World();
    world.add({ name: "b" });
    const { node, claim } = world.add({ name: "a" });
    const [first, second] = world.state.stateNodes();
    expect(world.state.stateNodes().map(({ name }) => name)).toEqual(["a", "b"]);
    expect(world.state.byNodeName("a")).toBe(first);
    expect(world.state.byNodeClaimName("a-claim")).toBe(first);
    expect(world.state.stateNode(node.spec.providerId)).toBe(first);
    world.cluster.put(pod({ nodeName: "a" }));
    expect(world.state.stateNodes()[0]).not.toBe(first);
    expect(world.state.stateNodes()[1]).toBe(second);
    world.cluster.remove("Node", "a");
    expect(world.state.byNodeClaimName("a-claim")?.name).toBe("a-claim");
    world.cluster.remove("NodeClaim", claim.metadata.name);
    expect(world.state.stateNodes()).toHaveLength(1);
  });

  it("ignores a managed Node until it has its provider id and its instance type", () => {
    const world = new World();
    const { node } = stateNode({ isInitialized: false });
    if (node === undefined) throw new Error("no node");
    world.cluster.put({ ...node, spec: { ...node.spec, providerId: "" } });
    expect(world.state.stateNodes()).toHaveLength(0);
    const { "node.kubernetes.io/instance-type": _, ...labels } = node.metadata.labels;
    world.cluster.put({ ...node, metadata: { ...node.metadata, labels } });
    expect(world.state.stateNodes()).toHaveLength(0);
    world.cluster.put(node);
    expect(world.state.stateNodes()).toHaveLength(1);
    const unmanaged = stateNode({ name: "own", isManaged: false }).node;
    if (unmanaged === undefined) throw new Error("no node");
    world.cluster.put({ ...unmanaged, spec: { ...unmanaged.spec, providerId: "" } });
    expect(world.state.stateNode("own")?.isInitialized).toBe(true);
  });

  it("counts requests of pods as they come, move and end, DaemonSets' apart", () => {
    const world = new World();
    world.add();
    world.add({ name: "other" });
    const requests = { cpu: "1" };
    const owner = { apiVersion: "apps/v1", kind: "DaemonSet", name: "d", uid: "d" };
    world.cluster.put(pod({ name: "a", nodeName: "node", requests }));
    const daemon = {
      name: "d",
      nodeName: "node",
      requests,
      metadata: { ownerReferences: [owner] },
    };
    world.cluster.put(pod(daemon));
    const view = (name = "node") => world.state.byNodeName(name);
    expect(view()?.podRequests).toEqual({ cpu: 2000, pods: 2 });
    expect(view()?.daemonSetRequests).toEqual({ cpu: 1000, pods: 1 });
    expect(view()?.available).toMatchObject({ cpu: 2000, pods: 3 });
    expect(world.state.disruptionCost(view()?.providerId ?? "")).toBe(2);
    world.cluster.put(pod({ name: "a", nodeName: "other", requests }));
    expect(view()?.podRequests).toEqual({ cpu: 1000, pods: 1 });
    expect(view("other")?.podRequests).toEqual({ cpu: 1000, pods: 1 });
    const status = { phase: "Succeeded" } as const;
    world.cluster.put(pod({ name: "a", nodeName: "other", requests, status }));
    expect(view("other")?.podRequests).toEqual({});
    world.cluster.remove("Pod", "default/d");
    expect(view()?.pods).toEqual([]);
  });

  it("counts what a pod comes to hold when it is resized in place", () => {
    const world = new World();
    world.add();
    const before = pod({ name: "a", nodeName: "node", requests: { cpu: "100m" } });
    const hold = (cpu: number) => {
      const requests = { cpu };
      const own = { name: "main", resources: { requests }, allocatedResources: requests };
      world.cluster.put({ ...before, status: { ...before.status, containerStatuses: [own] } });
    };
    const requested = () => world.state.byNodeName("node")?.podRequests["cpu"];
    world.cluster.put(before);
    expect(requested()).toBe(100);
    hold(2500);
    expect(requested()).toBe(2500);
    expect(world.state.byNodeName("node")?.available["cpu"]).toBe(1500);
    hold(100);
    expect(requested()).toBe(100);
  });

  it("takes the newest pod of a DaemonSet as its node holds it", () => {
    const world = new World();
    world.cluster.put(daemonSet({ name: "d" }));
    const ownerReferences = [
      { apiVersion: "apps/v1", kind: "DaemonSet", name: "d", uid: "d", controller: true },
    ];
    const before = pod({ name: "d-0", requests: { cpu: "1" }, metadata: { ownerReferences } });
    const requests = { cpu: 3000 };
    const own = { name: "main", resources: { requests }, allocatedResources: requests };
    const after = { ...before, status: { ...before.status, containerStatuses: [own] } };
    const newest = () => world.state.daemonSetPods()[0];
    world.cluster.put(before);
    expect(newest()).toBe(before);
    world.cluster.put(after);
    expect(newest()).toBe(after);
    world.cluster.put({ ...after, status: { ...after.status, phase: "Running" } });
    expect(newest()).toBe(after);
  });

  it("keeps a StatefulSet's pod that is over and going, which takes no room", () => {
    const world = new World();
    world.add();
    const requests = { cpu: "1" };
    const ended = (kind: string, metadata: Partial<ObjectMeta> = {}) => {
      const ownerReferences = [{ apiVersion: "apps/v1", kind, name: "o", uid: "o" }];
      const status = { phase: "Failed" } as const;
      const name = kind.toLowerCase();
      const of = { name, nodeName: "node", requests, metadata: { ...metadata, ownerReferences } };
      world.cluster.put(pod({ ...of, ...("deletionTimestamp" in metadata ? { status } : {}) }));
    };
    ended("StatefulSet");
    ended("ReplicaSet");
    const names = () => world.state.byNodeName("node")?.pods.map(({ metadata }) => metadata.name);
    expect(names()).toEqual(["replicaset", "statefulset"]);
    ended("StatefulSet", { deletionTimestamp: world.now });
    ended("ReplicaSet", { deletionTimestamp: world.now });
    expect(names()).toEqual(["statefulset"]);
    expect(world.state.byNodeName("node")?.podRequests).toEqual({});
  });

  it("takes in pods that were bound before their Node was known", () => {
    const world = new World();
    world.cluster.put(pod({ nodeName: "node", requests: { cpu: "1" } }));
    world.add();
    expect(world.state.byNodeName("node")?.podRequests["cpu"]).toBe(1000);
  });

  it("overlooks ephemeral and startup taints until initialization only", () => {
    const taint = (key: string): Taint => ({ key, value: "", effect: "NoSchedule" });
    const taints = [
      taint("node.kubernetes.io/not-ready"),
      taint("readiness.k8s.io/x"),
      taint("own"),
    ];
    const keys = (isInitialized: boolean): readonly string[] => {
      const world = new World();
      world.add({ taints, isInitialized });
      return world.state.byNodeName("node")?.taints.map(({ key }) => key) ?? [];
    };
    expect(keys(false)).toEqual(["own"]);
    expect(keys(true)).toHaveLength(3);
    const world = new World();
    const { node } = stateNode({ isManaged: false, taints });
    if (node !== undefined) world.cluster.put(node);
    expect(world.state.byNodeName("node")?.taints).toHaveLength(3);
  });

  it("fills in from the NodeClaim what a starting Node doesn't report", () => {
    const world = new World();
    const { node } = world.add({ isInitialized: false });
    const capacity = { cpu: 3000, "fake.com/gpu": 0 };
    world.cluster.put({ ...node, status: { ...node.status, capacity } });
    const found = world.state.byNodeName("node")?.capacity;
    expect(found).toMatchObject({ cpu: 3000, memory: 4 * 2 ** 30, nodes: 1 });
  });

  it("adds up usage of a NodePool without machines that are marked", () => {
    const world = new World();
    const { node } = world.add();
    world.add({ name: "other" });
    const one = { ...parseResourceList({ cpu: "4", memory: "4Gi", pods: "5" }), nodes: 1 };
    expect(world.state.nodePoolUsage("default")).toMatchObject({ cpu: 8000, nodes: 2 });
    world.state.markForDeletion([node.spec.providerId]);
    expect(world.state.nodePoolUsage("default")).toEqual(one);
    // Being deleted as well takes nothing off twice.
    const claim = world.cluster.nodeClaim("node-claim");
    if (claim !== undefined) {
      world.cluster.put({ ...claim, metadata: { ...claim.metadata, ...terminating } });
    }
    expect(world.state.nodePoolUsage("default")).toEqual(one);
    world.state.unmarkForDeletion([node.spec.providerId]);
    expect(world.state.byNodeName("node")?.isMarkedForDeletion).toBe(true);
    for (const name of ["node", "other"]) {
      world.cluster.remove("Node", name);
      world.cluster.remove("NodeClaim", `${name}-claim`);
    }
    expect(world.state.nodePoolUsage("default")).toEqual({});
  });

  it("nominates for twice the longest batch", () => {
    const world = new World();
    const { node } = world.add();
    world.state.nominate(node.spec.providerId, start);
    const view = world.state.byNodeName("node");
    if (view === undefined) throw new Error("no state node");
    expect(isNominated(view, after(start, seconds(19)))).toBe(true);
    expect(isNominated(view, after(start, seconds(20)))).toBe(false);
  });

  it("keeps pending pods and the newest pod of each DaemonSet at hand", () => {
    const world = new World();
    world.cluster.put(pod({ name: "b" }));
    world.cluster.put(pod({ name: "a" }));
    world.cluster.put(pod({ name: "bound", nodeName: "node" }));
    expect(world.state.pendingPods().map(({ metadata }) => metadata.name)).toEqual(["a", "b"]);
    world.cluster.put(pod({ name: "a", nodeName: "node" }));
    expect(world.state.pendingPods().map(({ metadata }) => metadata.name)).toEqual(["b"]);
    world.cluster.put(daemonSet({ name: "d", limits: { cpu: "2" } }));
    expect(world.state.daemonSetPods()[0]?.spec.containers[0]?.resources.requests).toEqual({
      cpu: 2000,
    });
    const ownerReferences = [
      { apiVersion: "apps/v1", kind: "DaemonSet", name: "d", uid: "d", controller: true },
    ];
    world.cluster.put(pod({ name: "d-1", metadata: { ownerReferences } }));
    world.cluster.put(
      pod({ name: "d-0", metadata: { ownerReferences, creationTimestamp: start } }),
    );
    expect(world.state.daemonSetPods().map(({ metadata }) => metadata.name)).toEqual(["d-0"]);
    world.cluster.remove("Pod", "default/d-0");
    world.cluster.remove("Pod", "default/d-1");
    expect(world.state.daemonSetPods().map(({ metadata }) => metadata.name)).toEqual(["d-1"]);
  });
});

describe("consolidation timestamp", () => {
  it("moves after five minutes although nothing has happened", () => {
    const world = new World();
    const first = world.state.consolidationTimestamp(start);
    expect(world.state.consolidationTimestamp(after(start, seconds(299)))).toBe(first);
    const later = after(start, minutes(5));
    expect(world.state.consolidationTimestamp(later)).toBe(later);
  });

  it.each<readonly [string, boolean, (world: World, node: Node, claim: NodeClaim) => void]>([
    ["a pod is deleted", true, ({ cluster }) => cluster.remove("Pod", "default/bound")],
    ["a pod is bound", true, ({ cluster }) => cluster.put(pod({ name: "new", nodeName: "node" }))],
    [
      "a StatefulSet's pod that was over goes",
      false,
      ({ cluster }) => {
        const owner = { apiVersion: "apps/v1", kind: "StatefulSet", name: "o", uid: "o" };
        const metadata = { ...terminating, ownerReferences: [owner] };
        cluster.put(pod({ name: "over", nodeName: "node", metadata, status: { phase: "Failed" } }));
      },
    ],
    ["a pod moves", true, ({ cluster }) => cluster.put(pod({ name: "bound", nodeName: "other" }))],
    ["a machine comes", true, (world) => void world.add({ name: "third" })],
    ["a Node goes", true, ({ cluster }) => cluster.remove("Node", "node")],
    ["a NodeClaim goes", true, ({ cluster }) => cluster.remove("NodeClaim", "node-claim")],
    [
      "a machine becomes initialized",
      true,
      ({ cluster }) => {
        const { node } = stateNode({ name: "other" });
        if (node !== undefined) cluster.put(node);
      },
    ],
    [
      "a NodeClaim starts to be deleted",
      true,
      ({ cluster }, _node, claim) =>
        cluster.put({ ...claim, metadata: { ...claim.metadata, ...terminating } }),
    ],
    [
      "a marked NodeClaim starts to be deleted",
      false,
      ({ cluster, state }, node, claim) => {
        state.markForDeletion([node.spec.providerId]);
        cluster.put({ ...claim, metadata: { ...claim.metadata, ...terminating } });
      },
    ],
    ["a NodePool comes", true, ({ cluster }) => cluster.put(nodePool({ name: "new" }))],
    [
      "a NodePool's status changes",
      false,
      ({ cluster }) => cluster.put(nodePool({ conditions: [] })),
    ],
    [
      "a NodePool's generation changes",
      true,
      ({ cluster }) => cluster.put(nodePool({ metadata: { generation: 2 } })),
    ],
    [
      "a pod becomes terminal",
      false,
      ({ cluster }) =>
        cluster.put(pod({ name: "bound", nodeName: "node", status: { phase: "Failed" } })),
    ],
    [
      "a machine is marked and unmarked",
      false,
      ({ state }, node) => {
        state.markForDeletion([node.spec.providerId]);
        state.unmarkForDeletion([node.spec.providerId]);
      },
    ],
    ["a pod is pending", false, ({ cluster }) => cluster.put(pod({ name: "pending" }))],
  ])("when %s, moves: %s", (_title, isNoticed, change) => {
    const world = new World();
    world.cluster.put(nodePool());
    const { node, claim } = world.add();
    world.add({ name: "other", isInitialized: false });
    world.cluster.put(pod({ name: "bound", nodeName: "node" }));
    expect(world.isNoticed(() => change(world, node, claim))).toBe(isNoticed);
  });

  it("keeps a machine's other Node when one of two is deleted", () => {
    const world = new World();
    const { node } = world.add();
    const twin = { ...node, metadata: { ...node.metadata, name: "twin", uid: "twin" } };
    world.cluster.put(twin);
    world.cluster.remove("Node", "twin");
    expect(world.state.stateNode(node.spec.providerId)?.node).toBe(node);
    world.cluster.put(twin);
    world.cluster.remove("Node", "node");
    expect(world.state.stateNode(node.spec.providerId)?.node).toBe(twin);
  });
});
