import { describe, expect, it } from "vitest";
import type { CronJob, DaemonSet, Job, StatefulSet } from "../../../core/apis/index.ts";
import { draftMeta } from "../object-drafts.ts";
import { deployment, podSpec, template, TestCluster } from "../testing/test-cluster.ts";

const metadata = (name: string) => draftMeta({ name, namespace: "default" });
const selector = { matchLabels: { app: "web" }, matchExpressions: [] };
const small = podSpec({ cpuMillicores: 100 });

function statefulSet(podManagementPolicy: "OrderedReady" | "Parallel"): StatefulSet {
  return {
    kind: "StatefulSet",
    metadata: metadata("db"),
    spec: {
      replicas: 3,
      selector,
      template: template("web", small),
      podManagementPolicy,
      volumeClaimTemplates: [],
    },
  };
}

function job(overrides: Partial<Job["spec"]> = {}, duration?: string): Job {
  const annotations = duration === undefined ? {} : { "dryfit.dev/duration": duration };
  return {
    kind: "Job",
    metadata: metadata("batch"),
    spec: {
      parallelism: 1,
      completions: 1,
      backoffLimit: 6,
      suspend: false,
      template: { ...template("batch", { ...small, restartPolicy: "Never" }), annotations },
      ...overrides,
    },
  };
}

function oneNode(): TestCluster {
  const cluster = new TestCluster();
  cluster.addNode("node-1");
  return cluster;
}

function names(cluster: TestCluster): readonly string[] {
  return cluster.kube.api.pods().map((it) => it.metadata.name);
}

describe("a StatefulSet", () => {
  it("starts its pods one after the other, or together when Parallel", () => {
    const ordered = oneNode();
    ordered.kube.applyManifests([statefulSet("OrderedReady")]);
    ordered.run(10);
    expect(ordered.facts("pod-ready")).toEqual([
      "2 default/db-0",
      "4 default/db-1",
      "6 default/db-2",
    ]);
    const parallel = oneNode();
    parallel.kube.applyManifests([statefulSet("Parallel")]);
    parallel.run(10);
    expect(parallel.facts("pod-ready").map((it) => it.split(" ")[0])).toEqual(["2", "2", "2"]);
  });

  it("shrinks from the highest ordinal, waiting for each pod to be gone", () => {
    const cluster = oneNode();
    cluster.kube.applyManifests([statefulSet("OrderedReady")]);
    cluster.run(10);
    cluster.kube.setReplicas("StatefulSet", "default", "db", 1);
    cluster.run(5);
    expect(names(cluster)).toEqual(["db-0", "db-1", "db-2"]);
    cluster.run(10);
    expect(names(cluster)).toEqual(["db-0"]);
    expect(cluster.facts("pod-ended").map((it) => it.split(" ").slice(0, 2))).toEqual([
      ["16", "default/db-2"],
      ["22", "default/db-1"],
    ]);
  });
});

describe("a Deployment", () => {
  it("never has more than its surge nor less than its unavailability allows in a rollout", () => {
    const cluster = oneNode();
    cluster.kube.applyManifests([deployment("web", 4, { template: template("web", small) })]);
    cluster.run(10);
    const next = { ...template("web", small), annotations: { version: "2" } };
    cluster.kube.applyManifests([deployment("web", 4, { template: next })]);
    const { api } = cluster.kube;
    for (let step = 0; step < 60; step++) {
      cluster.run(0.5);
      const active = api.pods().filter((it) => it.metadata.deletionTimestamp === undefined);
      const ready = active.filter((it) => it.status.conditions.some(isReady));
      expect(active.length).toBeLessThanOrEqual(5);
      expect(ready.length).toBeGreaterThanOrEqual(3);
    }
    expect(api.pods().map((it) => it.metadata.annotations["version"])).toEqual(Array(4).fill("2"));
    expect(
      api
        .list("ReplicaSet")
        .map((it) => it.spec.replicas)
        .sort(),
    ).toEqual([0, 4]);
  });

  it("with Recreate starts nothing new before the old pods are gone", () => {
    const cluster = oneNode();
    const strategy = { kind: "Recreate" } as const;
    cluster.kube.applyManifests([
      deployment("web", 2, { template: template("web", small), strategy }),
    ]);
    cluster.run(10);
    const next = { ...template("web", small), annotations: { version: "2" } };
    cluster.kube.applyManifests([deployment("web", 2, { template: next, strategy })]);
    cluster.run(10);
    const created = cluster.facts("pod-created").map((it) => it.split(" ")[0]);
    expect(created).toEqual(["0", "0", "16", "16"]);
  });
});

describe("a DaemonSet", () => {
  it("gets a pod on each eligible node as soon as the node appears, tolerating its start", () => {
    const cluster = new TestCluster();
    const daemonSet: DaemonSet = {
      kind: "DaemonSet",
      metadata: metadata("agent"),
      spec: {
        selector,
        template: template("web", {
          ...small,
          tolerations: [{ key: "", operator: "Exists", value: "" }],
          nodeSelector: { "kubernetes.io/os": "linux" },
        }),
      },
    };
    cluster.kube.applyManifests([daemonSet]);
    cluster.addNode("windows", { labels: { "kubernetes.io/os": "windows" } });
    cluster.kube.registerNode({
      name: "linux",
      providerId: "aws:///i-1",
      labels: { "kubernetes.io/os": "linux" },
      taints: [{ key: "karpenter.sh/unregistered", value: "", effect: "NoExecute" }],
      capacity: { cpu: 1000, memory: 2 ** 30, pods: 10 },
      allocatable: { cpu: 1000, memory: 2 ** 30, pods: 10 },
    });
    cluster.run(20);
    expect(cluster.facts("pod-bound").map((it) => it.split(" ")[2])).toEqual(["linux"]);
    // Bound at once; started once the node's network was up at 6 s.
    expect(cluster.facts("pod-ready").map((it) => it.split(" ")[0])).toEqual(["8"]);
    expect(cluster.facts("node-ready")).toEqual(["0 windows", "6 linux"]);
    expect(cluster.kube.api.node("linux")?.spec.taints.map((it) => it.key)).toEqual([
      "karpenter.sh/unregistered",
    ]);
  });
});

describe("a Job", () => {
  it("runs as many pods at once as it may until enough have succeeded", () => {
    const cluster = oneNode();
    cluster.kube.applyManifests([job({ parallelism: 2, completions: 3 }, "1m")]);
    cluster.run(200);
    expect(cluster.facts("pod-ended").map((it) => it.split(" ")[0])).toEqual(["62", "62", "124"]);
    expect(cluster.kube.api.list("Job")[0]?.status).toEqual({
      succeeded: 3,
      failed: 0,
      outcome: "Complete",
    });
  });

  it("starts an evicted pod over after a back-off of 10 s, and the lost work is known", () => {
    const cluster = oneNode();
    cluster.kube.applyManifests([job({}, "1m")]);
    cluster.run(32);
    const [first] = cluster.kube.api.pods();
    cluster.kube.api.evictPod(`default/${first?.metadata.name}`, first?.metadata.uid ?? "");
    cluster.run(100);
    expect(cluster.facts("pod-evicted")[0]).toMatch(/^32 .* EvictionByEvictionAPI 30$/);
    expect(cluster.facts("pod-created").map((it) => it.split(" ")[0])).toEqual(["0", "42"]);
    expect(cluster.facts("pod-ended").at(-1)).toMatch(/^104 .* succeeded$/);
  });

  it("fails when more pods fail than backoffLimit allows", () => {
    const cluster = oneNode();
    cluster.kube.applyManifests([job({ backoffLimit: 0 }, "1m")]);
    cluster.run(5);
    cluster.kube.deletePod(`default/${names(cluster)[0]}`);
    cluster.run(60);
    expect(cluster.kube.api.list("Job")[0]?.status?.outcome).toBe("Failed");
    expect(names(cluster)).toEqual([]);
  });

  it("without a duration says that it never ends", () => {
    const cluster = oneNode();
    cluster.kube.applyManifests([job()]);
    cluster.run(1);
    expect(cluster.kube.notices().map((it) => it.code)).toEqual(["kube/job-without-duration"]);
  });
});

describe("a CronJob", () => {
  const cronJob = (concurrencyPolicy: "Allow" | "Forbid" | "Replace"): CronJob => ({
    kind: "CronJob",
    metadata: metadata("tick"),
    spec: {
      schedule: "*/5 * * * *",
      concurrencyPolicy,
      suspend: false,
      jobLabels: {},
      job: job({}, "7m").spec,
    },
  });

  it.each([
    ["Allow", ["300", "600", "900"]],
    ["Forbid", ["300", "900"]],
    ["Replace", ["300", "600", "900"]],
  ] as const)("with %s starts Jobs at %j seconds", (policy, expected) => {
    const cluster = oneNode();
    cluster.kube.applyManifests([cronJob(policy)]);
    cluster.run(1000);
    expect(cluster.facts("pod-created").map((it) => it.split(" ")[0])).toEqual(expected);
    const succeeded = cluster.facts("pod-ended").filter((it) => it.endsWith("succeeded"));
    expect(succeeded).toHaveLength(policy === "Replace" ? 0 : 1);
  });
});

function isReady(condition: { readonly type: string; readonly status: string }): boolean {
  return condition.type === "Ready" && condition.status === "True";
}
