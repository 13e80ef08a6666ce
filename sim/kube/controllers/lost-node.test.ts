import { describe, expect, it } from "vitest";
import { simTime } from "../../../core/units/index.ts";
import { deployment, TestCluster } from "../testing/test-cluster.ts";
import { detectionTime } from "./node-lifecycle.ts";
import { zoneTaintRate } from "./zone-taint-rate.ts";

/** A Deployment of one pod on node-1; node-2 is there to keep the cluster partly alive. */
function lostAt12(): { readonly cluster: TestCluster; readonly lost: string } {
  const cluster = new TestCluster();
  cluster.addNode("node-1");
  cluster.addNode("node-2", { zone: "b" });
  cluster.kube.applyManifests([deployment("web", 1)]);
  cluster.run(12);
  const lost = cluster.kube.api.pods()[0]?.spec.nodeName ?? "?";
  cluster.kube.hostLost(lost);
  return { cluster, lost };
}

describe("a host that dies without notice", () => {
  it("is noticed after the grace period, and its pods are replaced 300 s later", () => {
    const { cluster, lost } = lostAt12();
    cluster.run(400);
    expect(cluster.facts("pod-killed")).toEqual([
      expect.stringMatching(new RegExp(`^12 default/web-.* ${lost} host-lost 0$`)),
    ]);
    expect(cluster.facts("pod-not-ready").map((it) => it.split(" ")[0])).toEqual(["12"]);
    // Last lease at 10 s, seen at 10 s, grace over at 50 s, first pass after that at 55 s.
    const node = cluster.kube.api.node(lost);
    expect(node?.status.conditions[0]?.lastTransitionTime).toBe(
      simTime(cluster.engine.now - (412 - 55) * 1000),
    );
    expect(node?.spec.taints.map((it) => it.effect)).toEqual(["NoSchedule", "NoExecute"]);
    expect(cluster.facts("pod-evicted").map((it) => it.split(" ")[0])).toEqual(["355"]);
    expect(cluster.facts("pod-ready").map((it) => it.split(" ")[0])).toEqual(["2", "357"]);
    // Nobody confirms the end of the first pod.
    expect(cluster.facts("pod-ended")).toEqual([]);
    expect(cluster.kube.api.pods()).toHaveLength(2);
  });

  it("leaves its pods to the garbage collector once its Node is gone", () => {
    const { cluster, lost } = lostAt12();
    cluster.run(1);
    cluster.kube.api.deleteNode(lost);
    cluster.run(100);
    // Passes every 20 s: noticed at 20 s, quarantined for 40 s.
    expect(cluster.facts("pod-ended").map((it) => it.split(" ")[0])).toEqual(["60"]);
    expect(cluster.facts("pod-ready").map((it) => it.split(" ")[0])).toEqual(["2", "62"]);
    expect(cluster.facts("pod-killed")).toHaveLength(1);
    expect(cluster.facts("node-removed")).toEqual([`13 ${lost}`]);
  });

  it("evicts nobody when no node of the cluster is left", () => {
    const { cluster } = lostAt12();
    for (const node of cluster.kube.api.nodes()) cluster.kube.hostLost(node.metadata.name);
    cluster.run(1000);
    expect(cluster.facts("pod-evicted")).toEqual([]);
  });

  it("is noticed 35 to 50 s after its death", () => {
    for (let lostAt = 0; lostAt < 60_000; lostAt += 500) {
      const delay = detectionTime(simTime(3_000), simTime(3_000 + lostAt), 40_000) - 3_000 - lostAt;
      expect(delay).toBeGreaterThanOrEqual(35_000);
      expect(delay).toBeLessThanOrEqual(50_000);
    }
  });
});

describe("the rate of NoExecute taints", () => {
  it.each([
    ["one of ten lost", 10, 1, 0.1],
    ["two of three lost: too few to tell", 3, 2, 0.1],
    ["most of a small zone lost", 10, 6, 0],
    ["most of a large zone lost", 60, 40, 0.01],
    ["all lost", 10, 10, 0.1],
  ])("%s", (_, nodes, lost, rate) => {
    const readiness = Array.from({ length: nodes }, (__, index) => index >= lost);
    expect(zoneTaintRate(readiness)).toBe(rate);
  });
});
