import { describe, expect, it } from "vitest";
import type { Pod, PodDisruptionBudget } from "../../core/apis/index.ts";
import { simTime } from "../../core/units/index.ts";
import { decideEviction } from "./eviction.ts";
import { draftMeta } from "./object-drafts.ts";
import { deployment, pod, TestCluster } from "./testing/test-cluster.ts";

const labels = { app: "web" };

function budget(
  name: string,
  status: Partial<PodDisruptionBudget["status"]> = {},
  spec: Partial<PodDisruptionBudget["spec"]> = {},
): PodDisruptionBudget {
  return {
    kind: "PodDisruptionBudget",
    metadata: draftMeta({ name, namespace: "default" }),
    spec: {
      selector: { matchLabels: labels, matchExpressions: [] },
      maxUnavailable: 1,
      unhealthyPodEvictionPolicy: "IfHealthyBudget",
      ...spec,
    },
    status: {
      disruptionsAllowed: 0,
      currentHealthy: 1,
      desiredHealthy: 1,
      expectedPods: 1,
      disruptedPods: {},
      ...status,
    },
  };
}

function running(isReady: boolean, status: Partial<Pod["status"]> = {}): Pod {
  const ready = {
    type: "Ready",
    status: isReady ? "True" : "False",
    reason: "",
    message: "",
    lastTransitionTime: simTime(0),
  } as const;
  const base = pod("web-1", undefined, labels);
  return { ...base, status: { phase: "Running", conditions: [ready], ...status } };
}

function decide(it: Pod, ...budgets: readonly PodDisruptionBudget[]): string {
  return decideEviction(it, budgets).kind;
}

describe("the eviction subresource", () => {
  it("asks no budget for pods that are pending, finished or on their way out", () => {
    const terminating = running(true);
    const metadata = { ...terminating.metadata, deletionTimestamp: simTime(1) };
    for (const phase of ["Pending", "Succeeded", "Failed"] as const) {
      expect(decide(running(true, { phase }), budget("a"), budget("b"))).toBe("delete");
    }
    expect(decide({ ...terminating, metadata }, budget("a"))).toBe("delete");
  });

  it("asks only budgets of the namespace whose selector matches", () => {
    const elsewhere = { ...budget("a"), metadata: draftMeta({ name: "a", namespace: "other" }) };
    const nobody = { ...budget("b"), spec: { ...budget("b").spec } };
    delete (nobody.spec as { selector?: unknown }).selector;
    expect(decide(running(true), elsewhere, nobody)).toBe("delete");
    const everybody = budget("c", {}, { selector: { matchLabels: {}, matchExpressions: [] } });
    expect(decide(running(true), everybody)).toBe("too-many-requests");
  });

  it("refuses when two budgets match, before anything else is looked at", () => {
    const open = { disruptionsAllowed: 1 };
    expect(decide(running(false), budget("a", open), budget("b", open))).toBe("multiple-budgets");
  });

  it("lets an unready pod go when its workload is healthy or its budget says so", () => {
    const blocked = budget("a", { currentHealthy: 1, desiredHealthy: 2 });
    expect(decide(running(false), blocked)).toBe("too-many-requests");
    expect(decide(running(false), budget("a", { currentHealthy: 2, desiredHealthy: 2 }))).toBe(
      "delete",
    );
    expect(decide(running(false), budget("a", { currentHealthy: 0, desiredHealthy: 0 }))).toBe(
      "too-many-requests",
    );
    const always = { ...blocked.spec, unhealthyPodEvictionPolicy: "AlwaysAllow" } as const;
    expect(decide(running(false), { ...blocked, spec: always })).toBe("delete");
  });

  it("takes one from the budget for a ready pod", () => {
    const open = budget("a", { disruptionsAllowed: 1 });
    expect(decide(running(true), open)).toBe("delete-within-budget");
  });
});

describe("evictions of a running workload", () => {
  it("wait until the replacement is Ready when one pod may be unavailable", () => {
    const cluster = new TestCluster();
    cluster.addNode("node-1");
    cluster.kube.applyManifests([deployment("web", 2), budget("web")]);
    cluster.run(10);
    const { api } = cluster.kube;
    const [first, second] = api.pods();
    const evict = (it: Pod | undefined): string =>
      it === undefined ? "?" : api.evictPod(`default/${it.metadata.name}`, it.metadata.uid).kind;
    expect(evict(first)).toBe("evicted");
    expect(evict(second)).toBe("too-many-requests");
    cluster.run(1);
    expect(evict(second)).toBe("too-many-requests");
    // The replacement was created at once and is Ready 2 s after it was bound.
    cluster.run(1.5);
    expect(evict(second)).toBe("evicted");
    // 5 s to shut down and 1 s to clean up.
    cluster.run(10);
    expect(cluster.facts("pod-ended").map((it) => it.split(" ")[0])).toEqual(["16", "18.5"]);
    expect(cluster.facts("eviction-blocked")).toHaveLength(2);
  });

  it("answers not-found and conflict by key and uid", () => {
    const { api } = new TestCluster().kube;
    api.create(pod("lone"));
    expect(api.evictPod("default/gone", "x").kind).toBe("not-found");
    expect(api.evictPod("default/lone", "x").kind).toBe("conflict");
  });
});
