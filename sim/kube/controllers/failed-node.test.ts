import { describe, expect, it } from "vitest";
import { deployment, TestCluster } from "../testing/test-cluster.ts";

/** A Deployment of one pod whose node's kubelet reports at 12 s that it is not ready. */
function failedAt12() {
  const cluster = new TestCluster();
  cluster.addNode("node-1");
  cluster.addNode("node-2", { zone: "b" });
  cluster.kube.applyManifests([deployment("web", 1)]);
  cluster.run(12);
  const failed = cluster.kube.api.pods()[0]?.spec.nodeName ?? "?";
  cluster.kube.failNode(failed);
  const times = (kind: "pod-ready" | "pod-not-ready" | "pod-evicted" | "pod-ended") =>
    cluster.facts(kind).map((it) => it.split(" ")[0]);
  const taints = () =>
    cluster.kube.api.node(failed)?.spec.taints.map(({ key, effect }) => `${key}:${effect}`);
  return { cluster, failed, times, taints };
}

const notReady = "node.kubernetes.io/not-ready";

describe("a node whose kubelet reports that it is not ready", () => {
  it("is tainted at the next pass, and its pods stop and are replaced 300 s later", () => {
    const { cluster, failed, times, taints } = failedAt12();
    cluster.run(2);
    expect(taints()).toEqual([]);
    cluster.run(400);
    expect(cluster.kube.api.node(failed)?.status.conditions).toMatchObject([
      { type: "Ready", status: "False", reason: "KubeletNotReady" },
    ]);
    expect(taints()).toEqual([`${notReady}:NoSchedule`, `${notReady}:NoExecute`]);
    expect(times("pod-not-ready")).toEqual(["15"]);
    expect(times("pod-evicted")).toEqual(["315"]);
    expect(times("pod-ready")).toEqual(["2", "317"]);
    // The kubelet is there and confirms the end.
    expect(times("pod-ended")).toHaveLength(1);
    expect(cluster.kube.api.pods()).toHaveLength(1);
  });

  it("loses its taints and keeps its pods when it is ready again in time", () => {
    const { cluster, failed, times, taints } = failedAt12();
    cluster.run(100);
    cluster.kube.recoverNode(failed);
    cluster.run(400);
    expect(taints()).toEqual([]);
    expect(times("pod-evicted")).toEqual([]);
    expect(times("pod-ready")).toEqual(["2", "112"]);
  });

  it("starts no pod until it is ready again", () => {
    const { cluster, failed } = failedAt12();
    cluster.kube.setReplicas("Deployment", "default", "web", 6);
    cluster.run(60);
    const startedThere = cluster.kube.api
      .podsOnNode(failed)
      .filter(({ status }) => status.phase === "Running");
    expect(startedThere).toHaveLength(1);
  });
});

describe("a condition that an agent reports of a node", () => {
  it("is on the node, its transition with the status, and nothing else comes of it", () => {
    const { cluster, failed: _, ...rest } = failedAt12();
    const other = cluster.kube.api.nodes().find(({ spec }) => spec.taints.length === 0);
    const name = other?.metadata.name ?? "?";
    const change = { type: "KernelReady", status: "False", reason: "A", message: "" } as const;
    cluster.kube.setNodeCondition(name, change);
    const since = cluster.engine.now;
    cluster.run(10);
    cluster.kube.setNodeCondition(name, { ...change, reason: "B" });
    const conditions = cluster.kube.api.node(name)?.status.conditions;
    expect(conditions).toContainEqual({ ...change, reason: "B", lastTransitionTime: since });
    expect(cluster.kube.setNodeCondition("gone", change)).toBe(false);
    expect(rest.times("pod-evicted")).toEqual([]);
  });
});
