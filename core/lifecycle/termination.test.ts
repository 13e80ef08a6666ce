import { describe, expect, it } from "vitest";
import { conditionOf, conditionStatus } from "../state/index.ts";
import { minutes, seconds } from "../units/index.ts";
import { LifecycleWorld } from "../../test/support/lifecycle-world.ts";
import { objectMeta, pod, type PodOverrides } from "../../test/support/pods.ts";

function withPod(overrides: PodOverrides = {}, spec = {}): LifecycleWorld {
  const world = new LifecycleWorld();
  world.addMachine({ spec });
  world.cluster.put(pod({ nodeName: "node", ...overrides }));
  return world;
}

function kinds(world: LifecycleWorld): readonly string[] {
  const start = ["launched", "registered", "initialized"];
  return world.facts.map(({ kind }) => kind).filter((kind) => !start.includes(kind));
}

describe("termination of a machine", () => {
  it("drains the Node, terminates the instance and lets both objects go", () => {
    const world = withPod();
    world.cluster.deleteNodeClaim("claim");
    world.settle();
    expect(world.node().spec.taints).toEqual([
      { key: "karpenter.sh/disrupted", value: "", effect: "NoSchedule" },
    ]);
    const label = "node.kubernetes.io/exclude-from-external-load-balancers";
    expect(world.node().metadata.labels[label]).toBe("karpenter");
    expect(world.cluster.evictionRequests).toEqual(["default/pod"]);
    world.pass(seconds(10));
    expect(conditionOf(world.claim(), "Drained")).toMatchObject({ reason: "Draining" });
    world.cluster.remove("Pod", "default/pod");
    world.pass(seconds(30));
    expect(world.cluster.node("node")).toBeUndefined();
    expect(world.cluster.nodeClaim("claim")).toBeUndefined();
    expect(kinds(world)).toEqual([
      "pod-evicted",
      "node-drained",
      "node-terminated",
      "node-claim-terminated",
    ]);
  });

  it("leaves a Node alone that doesn't carry a NodeClass's label", () => {
    const world = withPod();
    const { metadata, spec, status } = world.node();
    const labels = { "karpenter.sh/nodepool": "default" };
    const stranger = { ...metadata, name: "stranger", uid: "stranger", labels };
    const providerId = "fake:///stranger";
    world.cluster.put({ kind: "Node", metadata: stranger, spec: { ...spec, providerId }, status });
    world.cluster.deleteNode("stranger");
    world.pass(minutes(1));
    expect(world.node("stranger").spec.taints).toEqual([]);
    expect(world.node("stranger").metadata.finalizers).toEqual(["karpenter.sh/termination"]);
  });

  it("tells of pods whose do-not-disrupt time has passed or is still to pass", () => {
    const annotation = "karpenter.sh/do-not-disrupt";
    const startTime = new LifecycleWorld().now;
    const world = withPod({ annotations: { [annotation]: "1h" }, status: { startTime } });
    const wrong = { [annotation]: "soon" };
    world.cluster.put(pod({ name: "wrong", nodeName: "node", annotations: wrong }));
    world.cluster.deleteNodeClaim("claim");
    world.settle();
    const told = world.cluster.events.map(({ reason, objectKey }) => `${reason} ${objectKey}`);
    expect(told).toContain("DoNotDisruptUntil default/pod");
    expect(told).toContain("InvalidDoNotDisruptAnnotation default/wrong");
    expect(world.cluster.evictionRequests).toEqual(["default/wrong"]);
  });

  it("deletes the NodeClaim with its Node, and drains for five seconds at least", () => {
    const world = new LifecycleWorld();
    world.addMachine();
    world.cluster.deleteNode("node");
    world.pass(seconds(4));
    expect(world.claim().metadata.deletionTimestamp).toBeDefined();
    expect(conditionStatus(world.claim(), "Drained")).toBe("Unknown");
    world.pass(seconds(1));
    expect(conditionStatus(world.claim(), "Drained")).toBe("True");
    expect(conditionStatus(world.claim(), "VolumesDetached")).toBe("True");
    expect(conditionStatus(world.claim(), "InstanceTerminating")).toBe("True");
    // None of this touches what the NodeClaim was ready for.
    expect(conditionStatus(world.claim(), "Ready")).toBe("True");
  });

  it("keeps the finalizer as long as the provider still has the instance", () => {
    const world = new LifecycleWorld();
    world.addMachine();
    world.cloudProvider.deleteAnswer = { kind: "terminating" };
    world.cluster.deleteNodeClaim("claim");
    world.pass(minutes(10));
    expect(world.node().metadata.finalizers).toEqual(["karpenter.sh/termination"]);
    world.cloudProvider.deleteAnswer = { kind: "not-found" };
    world.pass(seconds(10));
    expect(world.cluster.nodeClaim("claim")).toBeUndefined();
  });

  it("doesn't drain a Node that isn't Ready and whose instance is gone; a Ready one it does", () => {
    for (const isReady of [false, true]) {
      const world = withPod();
      world.setReady(isReady);
      world.cloudProvider.lose(world.claim().status.providerId ?? "");
      world.cluster.deleteNode("node");
      world.settle();
      expect(world.cluster.node("node") === undefined).toBe(!isReady);
    }
  });

  it("treats a Node with duplicate NodeClaims as if it had none, and deletes no instance", () => {
    const world = new LifecycleWorld();
    world.addMachine();
    const claim = world.claim();
    world.cluster.put({ ...claim, metadata: { ...claim.metadata, name: "twin", uid: "twin" } });
    world.cluster.deleteNode("node");
    world.settle();
    expect(world.cluster.node("node")).toBeUndefined();
    expect(world.cloudProvider.deleteCalls).toEqual([]);
  });

  it("waits until every Node of the NodeClaim is gone", () => {
    const world = withPod();
    const twin = { ...world.node().metadata, name: "twin", uid: "twin", finalizers: ["other"] };
    world.cluster.put({ ...world.node(), metadata: twin });
    world.cluster.deleteNodeClaim("claim");
    world.settle();
    expect(world.node().metadata.deletionTimestamp).toBeDefined();
    expect(world.node("twin").metadata.deletionTimestamp).toBeDefined();
    world.cluster.remove("Pod", "default/pod");
    world.pass(minutes(1));
    expect(world.cluster.node("node")).toBeUndefined();
    expect(world.claim()).toBeDefined();
    world.cluster.remove("Node", "twin");
    world.pass(seconds(10));
    expect(world.cluster.nodeClaim("claim")).toBeUndefined();
  });

  it("leaves Nodes alone when the NodeClaim never registered", () => {
    const world = new LifecycleWorld();
    world.addNodeClaim();
    world.settle();
    world.joinNode("claim");
    world.cluster.deleteNodeClaim("claim");
    world.pass(seconds(20));
    expect(world.cluster.nodeClaim("claim")).toBeUndefined();
    expect(world.node().metadata.deletionTimestamp).toBeUndefined();
  });
});

describe("termination grace period", () => {
  it("is written down at deletion and never again", () => {
    const key = "karpenter.sh/nodeclaim-termination-timestamp";
    const annotated = withPod({}, { terminationGracePeriod: minutes(5) });
    annotated.cluster.deleteNodeClaim("claim");
    annotated.settle();
    expect(annotated.claim().metadata.annotations[key]).toBe("2026-03-01T00:05:02Z");
    const before = withPod({}, { terminationGracePeriod: minutes(5) });
    const { metadata } = before.claim();
    const annotations = { ...metadata.annotations, [key]: "2026-03-01T09:00:00Z" };
    before.cluster.put({ ...before.claim(), metadata: { ...metadata, annotations } });
    before.cluster.deleteNodeClaim("claim");
    before.pass(seconds(2));
    expect(before.claim().metadata.annotations[key]).toBe("2026-03-01T09:00:00Z");
  });

  it("ends the wait for protected pods and for volumes", () => {
    const annotations = { "karpenter.sh/do-not-disrupt": "true" };
    const world = withPod({ annotations }, { terminationGracePeriod: minutes(5) });
    world.cluster.put({
      kind: "VolumeAttachment",
      metadata: objectMeta({ name: "attachment", namespace: "" }),
      spec: { nodeName: "node", persistentVolumeName: "volume" },
      attachedAt: world.now,
    });
    world.cluster.deleteNodeClaim("claim");
    world.pass(seconds(269));
    // Told once, however often the drain looks.
    expect(kinds(world)).toEqual(["drain-blocked"]);
    world.pass(seconds(3));
    expect(kinds(world)).toEqual(["drain-blocked", "pod-force-deleted"]);
    expect(world.cluster.evictionRequests).toEqual([]);
    world.cluster.remove("Pod", "default/pod");
    world.pass(seconds(20));
    expect(conditionOf(world.claim(), "VolumesDetached")).toMatchObject({ status: "Unknown" });
    const event = world.cluster.events.find(({ reason }) => reason === "AwaitingVolumeDetachment");
    expect(event?.message).toBe("Awaiting deletion of bound volumeattachments (attachment)");
    world.pass(minutes(1));
    expect(world.cluster.node("node")).toBeUndefined();
  });
});

describe("eviction queue", () => {
  it("tries again, ever more slowly, what a PodDisruptionBudget refuses, and says so", () => {
    const world = withPod();
    const blocked = { kind: "too-many-requests", podDisruptionBudget: "default/pdb" } as const;
    world.cluster.evictionAnswers.set("default/pod", blocked);
    world.cluster.deleteNodeClaim("claim");
    world.pass(seconds(60));
    // 0.1, 0.2, 0.4 … 6.4 s apart, then every 10 s: at 0, 0.1, 0.3, 0.7, 1.5, 3.1, 6.3, 12.7 …
    expect(world.cluster.evictionRequests).toHaveLength(12);
    const messages = new Set(world.cluster.events.map(({ message }) => message));
    expect(messages).toContain(
      "Failed to drain node, evicting pod violates a PDB (Pod=default/pod)",
    );
    expect(messages).toContain("Failed to drain node, 1 pods are waiting to be evicted");
    expect(world.facts.at(-1)).toMatchObject({ podDisruptionBudgets: ["default/pdb"] });
    world.cluster.evictionAnswers.delete("default/pod");
    world.pass(seconds(10));
    expect(world.facts.at(-1)).toMatchObject({
      kind: "pod-evicted",
      reason: "Forceful Termination",
    });
  });

  it("gives the NodeClaim's disruption reason", () => {
    const world = withPod();
    const claim = world.claim();
    const condition = {
      type: "DisruptionReason",
      status: "True",
      reason: "Underutilized",
      message: "Underutilized",
      lastTransitionTime: world.now,
    } as const;
    const conditions = [...claim.status.conditions, condition];
    world.cluster.put({ ...claim, status: { ...claim.status, conditions } });
    world.cluster.deleteNodeClaim("claim");
    world.settle();
    expect(world.facts.at(-1)).toMatchObject({ kind: "pod-evicted", reason: "Underutilized" });
  });

  it("doesn't evict a new pod of the same name in place of the old one", () => {
    const world = withPod();
    const blocked = { kind: "too-many-requests", podDisruptionBudget: "default/pdb" } as const;
    world.cluster.evictionAnswers.set("default/pod", blocked);
    world.cluster.deleteNodeClaim("claim");
    world.settle();
    world.cluster.remove("Pod", "default/pod");
    world.cluster.put(pod({ nodeName: "elsewhere", uid: "new" }));
    world.cluster.evictionAnswers.delete("default/pod");
    world.pass(seconds(60));
    expect(world.cluster.pod("default/pod")?.metadata.deletionTimestamp).toBeUndefined();
  });

  it("evicts a pod that becomes protected while it is queued", () => {
    const world = withPod();
    const blocked = { kind: "multiple-budgets", podDisruptionBudgets: ["a", "b"] } as const;
    world.cluster.evictionAnswers.set("default/pod", blocked);
    world.cluster.deleteNodeClaim("claim");
    world.settle();
    const found = world.cluster.pod("default/pod") ?? pod();
    const annotations = { "karpenter.sh/do-not-disrupt": "true" };
    world.cluster.put({ ...found, metadata: { ...found.metadata, annotations } });
    world.cluster.evictionAnswers.delete("default/pod");
    world.pass(seconds(1));
    expect(world.facts.at(-1)?.kind).toBe("pod-evicted");
  });
});
