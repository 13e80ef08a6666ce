import { describe, expect, it } from "vitest";
import { deployment, TestCluster } from "./testing/test-cluster.ts";

describe("a cluster", () => {
  it("runs the pods of a Deployment on its nodes", () => {
    const cluster = new TestCluster();
    cluster.addNode("node-1");
    cluster.kube.applyManifests([deployment("web", 3)]);
    cluster.run(10);
    expect(cluster.facts("pod-ready")).toHaveLength(3);
    expect(cluster.facts("workload-desired")).toEqual(["0 [object Object] 3"]);
    expect(cluster.kube.api.pods().map((it) => it.status.phase)).toEqual(Array(3).fill("Running"));
  });
});
