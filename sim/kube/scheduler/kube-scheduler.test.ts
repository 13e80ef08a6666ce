import { describe, expect, it } from "vitest";
import type { Affinity, TopologySpreadConstraint } from "../../../core/apis/index.ts";
import { deployment, pod, podSpec, template, TestCluster } from "../testing/test-cluster.ts";

const zoneKey = "topology.kubernetes.io/zone";
const web = { matchLabels: { app: "web" }, matchExpressions: [] };
const noAffinity: Affinity = {
  preferredNodeTerms: [],
  requiredPodAffinity: [],
  preferredPodAffinity: [],
  requiredPodAntiAffinity: [],
  preferredPodAntiAffinity: [],
};
const term = (topologyKey: string) => ({
  labelSelector: web,
  namespaces: [],
  topologyKey,
  matchLabelKeys: [],
  mismatchLabelKeys: [],
});

function spread(overrides: Partial<TopologySpreadConstraint> = {}): TopologySpreadConstraint {
  return {
    maxSkew: 1,
    topologyKey: zoneKey,
    whenUnsatisfiable: "DoNotSchedule",
    labelSelector: web,
    nodeAffinityPolicy: "Honor",
    nodeTaintsPolicy: "Ignore",
    matchLabelKeys: [],
    ...overrides,
  };
}

function zones(...names: readonly string[]): TestCluster {
  const cluster = new TestCluster();
  for (const zone of names) cluster.addNode(`node-${zone}`, { zone });
  return cluster;
}

/** Bound pods per node, and how many pend. */
function placement(cluster: TestCluster): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const it of cluster.kube.api.pods()) {
    const where = it.spec.nodeName ?? "pending";
    counts[where] = (counts[where] ?? 0) + 1;
  }
  return counts;
}

describe("kube-scheduler", () => {
  it("reports a pod that fits nowhere and places it as soon as a node helps", () => {
    const cluster = new TestCluster();
    cluster.kube.applyManifests([deployment("web", 1)]);
    cluster.run(5);
    const [waiting] = cluster.kube.api.pods();
    expect(waiting?.status.conditions).toMatchObject([
      { type: "PodScheduled", status: "False", reason: "Unschedulable" },
    ]);
    expect(cluster.facts("pod-unschedulable")).toHaveLength(1);
    cluster.addNode("small", { cpuMillicores: 500 });
    cluster.run(5);
    expect(placement(cluster)).toEqual({ pending: 1 });
    cluster.addNode("large");
    cluster.run(0);
    expect(placement(cluster)).toEqual({ large: 1 });
    expect(cluster.facts("pod-unschedulable")).toHaveLength(1);
  });

  it("waits for the end of the back-off where it does not pop from the back-off queue", () => {
    const scheduler = { popsFromBackoff: false };
    const cluster = new TestCluster({ settings: { scheduler } });
    cluster.kube.applyManifests([deployment("web", 1)]);
    cluster.run(0.2);
    cluster.addNode("node-1");
    cluster.run(0.7);
    expect(placement(cluster)).toEqual({ pending: 1 });
    cluster.run(0.1);
    expect(placement(cluster)).toEqual({ "node-1": 1 });
  });

  it("keeps the skew of hard spread constraints", () => {
    const cluster = zones("a", "b", "c");
    const spec = podSpec({ cpuMillicores: 100, topologySpreadConstraints: [spread()] });
    cluster.kube.applyManifests([deployment("web", 7, { template: template("web", spec) })]);
    cluster.run(1);
    expect(Object.values(placement(cluster)).sort()).toEqual([2, 2, 3]);
  });

  it("counts missing domains as empty while there are fewer than minDomains", () => {
    const cluster = zones("a", "b");
    const constraint = spread({ minDomains: 3 });
    const spec = podSpec({ cpuMillicores: 100, topologySpreadConstraints: [constraint] });
    cluster.kube.applyManifests([deployment("web", 4, { template: template("web", spec) })]);
    cluster.run(1);
    expect(placement(cluster)).toEqual({ "node-a": 1, "node-b": 1, pending: 2 });
    cluster.addNode("node-c", { zone: "c" });
    cluster.run(0);
    expect(Object.values(placement(cluster)).sort()).toEqual([1, 1, 2]);
  });

  it("keeps pods with required anti-affinity on nodes of their own", () => {
    const cluster = zones("a", "b");
    const required = [term("kubernetes.io/hostname")];
    const spec = podSpec({ affinity: { ...noAffinity, requiredPodAntiAffinity: required } });
    cluster.kube.applyManifests([deployment("web", 3, { template: template("web", spec) })]);
    cluster.run(1);
    expect(placement(cluster)).toEqual({ "node-a": 1, "node-b": 1, pending: 1 });
    // The rule holds for others too, by symmetry.
    cluster.kube.api.create(pod("other", podSpec(), { app: "web" }));
    cluster.run(1);
    expect(placement(cluster)).toEqual({ "node-a": 1, "node-b": 1, pending: 2 });
  });

  it("lets the first pod of a group that wants to be together go anywhere", () => {
    const cluster = zones("a", "b", "c");
    const spec = podSpec({ affinity: { ...noAffinity, requiredPodAffinity: [term(zoneKey)] } });
    cluster.kube.applyManifests([deployment("web", 3, { template: template("web", spec) })]);
    cluster.run(1);
    expect(Object.values(placement(cluster))).toEqual([3]);
  });

  it("deletes less important pods for a more important one and leaves the others", () => {
    const cluster = zones("a");
    for (const [name, priority] of [
      ["low", -5],
      ["lower", -10],
      ["high", 1],
    ] as const) {
      cluster.kube.api.create(pod(name, podSpec({ priority, cpuMillicores: 1300 })));
    }
    cluster.run(5);
    cluster.kube.api.create(pod("important", podSpec({ priority: 9, cpuMillicores: 1300 })));
    cluster.run(1);
    expect(cluster.kube.api.pod("default/important")?.status.nominatedNodeName).toBe("node-a");
    cluster.run(10);
    expect(cluster.facts("pod-killed")).toEqual(["5 default/lower node-a PreemptionByScheduler 0"]);
    expect(cluster.facts("pod-bound").at(-1)).toBe("11 default/important node-a");
    expect(placement(cluster)).toEqual({ "node-a": 3 });
  });

  it("does not preempt for a pod that may not", () => {
    const cluster = zones("a");
    cluster.kube.api.create(pod("low", podSpec({ priority: -1, cpuMillicores: 4000 })));
    cluster.run(1);
    const polite = podSpec({ priority: 9, preemptionPolicy: "Never" });
    cluster.kube.api.create(pod("polite", polite));
    cluster.run(30);
    expect(placement(cluster)).toEqual({ "node-a": 1, pending: 1 });
  });

  it("says loudly which pods it will never place", () => {
    const cluster = zones("a");
    cluster.kube.api.create(pod("theirs", podSpec({ schedulerName: "volcano" })));
    cluster.kube.api.create(pod("gated", podSpec({ schedulingGates: ["wait"] })));
    cluster.run(1);
    expect(cluster.kube.notices().map((it) => it.code)).toEqual(["kube/scheduler-not-supported"]);
    const gated = cluster.kube.api.pod("default/gated");
    expect(gated?.status.conditions[0]?.reason).toBe("SchedulingGated");
    expect(placement(cluster)).toEqual({ pending: 2 });
  });
});
