import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Pod } from "../../core/apis/index.ts";
import { podRequests } from "../../core/scheduling/index.ts";
import { after, parseTime, seconds } from "../../core/units/index.ts";
import { isPodTerminal } from "./pod-conditions.ts";
import { deployment, pod, podSpec, template, TestCluster } from "./testing/test-cluster.ts";

type Operation =
  | {
      readonly kind: "add-node" | "lose-node" | "delete-node" | "evict" | "delete-pod";
      readonly pick: number;
    }
  | { readonly kind: "scale"; readonly pick: number }
  | { readonly kind: "trace-pod"; readonly pick: number };

const operation: fc.Arbitrary<Operation> = fc.record({
  kind: fc.constantFrom(
    "add-node",
    "lose-node",
    "delete-node",
    "evict",
    "delete-pod",
    "scale",
    "trace-pod",
  ),
  pick: fc.nat({ max: 20 }),
});

function apply(cluster: TestCluster, { kind, pick }: Operation, serial: number): void {
  const { api } = cluster.kube;
  const nodes = api.nodes();
  const pods = api.pods();
  const node = nodes[pick % Math.max(1, nodes.length)];
  const chosen = pods[pick % Math.max(1, pods.length)];
  switch (kind) {
    case "add-node":
      cluster.addNode(`node-${serial}`, { zone: "abc".charAt(pick % 3) });
      return;
    case "lose-node":
      if (node !== undefined) cluster.kube.hostLost(node.metadata.name);
      return;
    case "delete-node":
      if (node !== undefined) api.deleteNode(node.metadata.name);
      return;
    case "evict":
      if (chosen !== undefined) api.evictPod(keyOf(chosen), chosen.metadata.uid);
      return;
    case "delete-pod":
      if (chosen !== undefined) cluster.kube.deletePod(keyOf(chosen));
      return;
    case "scale":
      cluster.kube.setReplicas("Deployment", "default", "web", pick);
      return;
    case "trace-pod":
      cluster.kube.createPod(pod(`trace-${serial}`), { durationMs: seconds(1 + pick * 5) });
  }
}

function keyOf(it: Pod): string {
  return `${it.metadata.namespace}/${it.metadata.name}`;
}

/** Created pods are still there or have ended, once each; no node is over its allocatable. */
function checkConservation(cluster: TestCluster): void {
  const { api } = cluster.kube;
  const uids = (kind: string): string[] =>
    cluster.entries.flatMap((it) => (it.kind === kind && "podUid" in it ? [it.podUid] : []));
  const ended = uids("pod-ended");
  expect(new Set(ended).size).toBe(ended.length);
  const open = api.pods().filter((it) => !isPodTerminal(it));
  const known = [...ended, ...open.map((it) => it.metadata.uid)].sort();
  expect(known).toEqual(uids("pod-created").sort());
  for (const node of api.nodes()) {
    const here = api.podsOnNode(node.metadata.name).filter((it) => !isPodTerminal(it));
    const cpu = here.reduce((sum, it) => sum + (podRequests(it)["cpu"] ?? 0), 0);
    expect(cpu).toBeLessThanOrEqual(node.status.allocatable["cpu"] ?? 0);
  }
}

/** Ready and not-ready take turns for every pod. */
function checkReadiness(cluster: TestCluster): void {
  const serving = new Set<string>();
  for (const entry of cluster.entries) {
    if (entry.kind === "pod-ready") {
      expect(serving.has(entry.podUid)).toBe(false);
      serving.add(entry.podUid);
    } else if (entry.kind === "pod-not-ready") {
      expect(serving.delete(entry.podUid)).toBe(true);
    } else if (entry.kind === "pod-ended") {
      expect(serving.has(entry.podUid)).toBe(false);
    }
  }
}

function play(operations: readonly Operation[], seed: number): TestCluster {
  const cluster = new TestCluster({ seed });
  cluster.addNode("node-a");
  cluster.kube.applyManifests([deployment("web", 5)]);
  operations.forEach((it, serial) => {
    apply(cluster, it, serial);
    cluster.run(3);
  });
  return cluster;
}

describe("a cluster", () => {
  it("runs the pods of a Deployment on its nodes", () => {
    const cluster = new TestCluster();
    cluster.addNode("node-1");
    cluster.kube.applyManifests([deployment("web", 3)]);
    cluster.run(10);
    expect(cluster.facts("pod-ready")).toHaveLength(3);
    expect(cluster.kube.api.pods().map((it) => it.status.phase)).toEqual(Array(3).fill("Running"));
  });

  it("replaces an evicted pod at once, while the old one still shuts down", () => {
    const cluster = new TestCluster();
    cluster.addNode("node-1");
    cluster.kube.applyManifests([deployment("web", 1)]);
    cluster.run(10);
    const [first] = cluster.kube.api.pods();
    if (first !== undefined) cluster.kube.api.evictPod(keyOf(first), first.metadata.uid);
    cluster.run(1);
    expect(cluster.kube.api.pods()).toHaveLength(2);
    expect(cluster.facts("pod-created").map((it) => it.split(" ")[0])).toEqual(["0", "10"]);
    cluster.run(10);
    expect(cluster.facts("pod-ended").map((it) => it.split(" ")[0])).toEqual(["16"]);
  });

  it("cuts a slow shutdown off at the end of the grace period", () => {
    const cluster = new TestCluster();
    cluster.addNode("node-1");
    cluster.kube.api.create(pod("hasty", podSpec({ terminationGracePeriodSeconds: 2 })));
    cluster.run(10);
    cluster.kube.deletePod("default/hasty");
    cluster.run(10);
    expect(cluster.facts("pod-ended")).toEqual(["13 default/hasty deleted"]);
  });

  it("takes a grace period that has no end within the years that there are", () => {
    const cluster = new TestCluster();
    cluster.addNode("node-1");
    const terminationGracePeriodSeconds = Number.MAX_SAFE_INTEGER;
    cluster.kube.api.create(pod("patient", podSpec({ terminationGracePeriodSeconds })));
    cluster.run(10);
    cluster.kube.deletePod("default/patient");
    expect(cluster.kube.api.pod("default/patient")?.metadata.deletionTimestamp).toBe(
      parseTime("9999-12-31T23:59:59.999Z"),
    );
    cluster.kube.api.deletePod("default/patient", 1);
    expect(cluster.kube.api.pod("default/patient")?.metadata.deletionTimestamp).toBe(
      after(cluster.engine.now, seconds(1)),
    );
  });

  it("shortens a running shutdown when a later delete asks for less grace", () => {
    const cluster = new TestCluster();
    cluster.addNode("node-1");
    cluster.kube.api.create(pod("hasty"));
    cluster.run(10);
    cluster.kube.deletePod("default/hasty");
    cluster.run(1);
    cluster.kube.api.deletePod("default/hasty", 1);
    cluster.run(10);
    expect(cluster.facts("pod-ended")).toEqual(["13 default/hasty deleted"]);
  });

  it("deletes what a deleted Deployment owns", () => {
    const cluster = new TestCluster();
    cluster.addNode("node-1");
    const spec = template("web", podSpec({ cpuMillicores: 100 }));
    cluster.kube.applyManifests([deployment("web", 3, { template: spec })]);
    cluster.run(10);
    cluster.kube.api.delete("Deployment", "default/web");
    cluster.run(10);
    expect(cluster.kube.api.list("ReplicaSet")).toEqual([]);
    expect(cluster.kube.api.pods()).toEqual([]);
    expect(cluster.facts("workload-desired").map((it) => it.split(" ").at(-1))).toEqual(["3", "0"]);
  });

  it("conserves pods: created is pending, bound, or ended once, whatever happens", () => {
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 40 }), (operations) => {
        const cluster = play(operations, 1);
        checkConservation(cluster);
        checkReadiness(cluster);
        cluster.run(600);
        checkConservation(cluster);
        checkReadiness(cluster);
      }),
      { numRuns: 60 },
    );
  });

  it("writes the same ledger for the same seed", () => {
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 25 }), fc.nat(), (operations, seed) => {
        const [one, two] = [play(operations, seed), play(operations, seed)];
        expect(JSON.stringify(two.entries)).toBe(JSON.stringify(one.entries));
      }),
      { numRuns: 15 },
    );
  });
});
