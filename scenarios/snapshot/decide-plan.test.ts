import { describe, expect, it } from "vitest";
import { planChoices, planSnapshot, snapshotText } from "../../test/support/planned-snapshot.ts";
import { loadCatalogue } from "../../traces/index.ts";
import { findPlace } from "./place.ts";

const cluster = snapshotText("cluster.yaml");
const pods = snapshotText("pods.yaml");
const plan = planSnapshot;

const pod = (name: string, spec: object, status: object = { phase: "Pending" }): string =>
  JSON.stringify({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: "shop" },
    spec: { containers: [{ name: "main", image: "main" }], ...spec },
    status,
  });

describe("a plan", () => {
  const { plan: decided, warnings } = plan([cluster, pods]);

  it("launches a NodeClaim in each zone for pods that spread over zones", () => {
    const facts = decided.nodeClaims.map(({ nodePool, pods: names, requests, launch }) => ({
      nodePool,
      names,
      requests,
      capacityType: launch?.capacityType,
      zones: launch?.zones,
    }));
    // A web pod asks for 1500m and 2Gi, the agent of the DaemonSet for 100m and 128Mi.
    const each = {
      nodePool: "default",
      requests: { cpu: "1600m", memory: "2176Mi", pods: "2" },
      capacityType: "spot",
    };
    expect(facts).toEqual([
      { ...each, names: ["shop/web-1"], zones: ["us-east-1a"] },
      { ...each, names: ["shop/web-2"], zones: ["us-east-1b"] },
    ]);
  });

  it("prices Spot at On-Demand less the advisor's savings, cheapest type first", () => {
    const catalogue = loadCatalogue();
    const types = decided.nodeClaims[0]?.launch?.instanceTypes ?? [];
    expect(types.length).toBeGreaterThan(20);
    const prices = types.map(({ usdPerHour }) => usdPerHour);
    expect(prices).toEqual(prices.toSorted((a, b) => a - b));
    const [{ instanceType, usdPerHour } = { instanceType: "", usdPerHour: 0 }] = types;
    const savings = catalogue.spotAdvisorSavingsPercent("us-east-1", instanceType) ?? 0;
    const onDemand = catalogue.onDemandUsdPerHour("us-east-1", instanceType);
    expect(usdPerHour).toBeCloseTo(onDemand * (1 - savings / 100), 4);
    expect(decided.prices.isSpotModelled).toBe(true);
  });

  it("sends a pod to a node that has room, and says that nobody called it unschedulable", () => {
    expect(decided.existingNodes).toEqual([
      { node: "ip-10-0-1-7.ec2.internal", nodePool: "batch", pods: ["shop/job-1"] },
    ]);
    expect(decided.notes[0]).toMatch(/^1 pod \(shop\/job-1\) in phase Pending without/);
  });

  it("tells for each NodePool, heaviest first, why a pod cannot be scheduled", () => {
    const [far, gpu] = decided.unschedulable;
    expect(far?.pod).toBe("shop/far-1");
    expect(gpu?.nodePools.map(({ nodePool }) => nodePool)).toEqual(["default", "batch"]);
    expect(gpu?.nodePools[0]?.message).toMatch(/^no instance type has enough resources, /);
    expect(gpu?.nodePools[1]?.message).toBe("did not tolerate taint (taint=batch:NoSchedule)");
    expect(gpu?.message).toBe(gpu?.nodePools.map(({ message }) => message).join("; "));
  });

  it("leaves pods with scheduling gates alone", () => {
    expect(decided.ignored).toEqual([
      { pod: "shop/gated-1", message: "it has scheduling gates: quota" },
    ]);
  });

  it("warns of a zone that the cluster does not have, with object and field", () => {
    expect(warnings.map(({ code, path }) => `${code} ${path ?? ""}`)).toEqual([
      "plan/unknown-zone spec.nodeSelector[topology.kubernetes.io/zone]",
    ]);
  });

  it("warns of a label that no NodePool gives and no node has, with the label that was meant", () => {
    const selector = { "karpenter.k8s.aws/instance-famly": "m5", "example.com/nothing": "x" };
    const { warnings: found, plan: refused } = plan([
      cluster,
      pod("a", { nodeSelector: selector }),
    ]);
    expect(found.map(({ code, found: key, hint }) => [code, key, hint])).toEqual([
      ["plan/unknown-label", "example.com/nothing", undefined],
      [
        "plan/unknown-label",
        "karpenter.k8s.aws/instance-famly",
        "write karpenter.k8s.aws/instance-family",
      ],
    ]);
    expect(refused.nodeClaims).toEqual([]);
  });

  it("warns of unknown topology keys of affinity and anti-affinity", () => {
    const term = (topologyKey: string): object => ({ topologyKey, labelSelector: {} });
    const parts = (name: string): object => ({
      requiredDuringSchedulingIgnoredDuringExecution: [
        term("kubernetes.io/hostname"),
        term(`example.com/${name}`),
      ],
      preferredDuringSchedulingIgnoredDuringExecution: [
        { weight: 1, podAffinityTerm: term(`example.com/soft-${name}`) },
      ],
    });
    const affinity = { podAffinity: parts("near"), podAntiAffinity: parts("far") };
    const { warnings: found } = plan([cluster, pod("a", { affinity })]);
    const required = "requiredDuringSchedulingIgnoredDuringExecution[1].topologyKey";
    const preferred =
      "preferredDuringSchedulingIgnoredDuringExecution[0].podAffinityTerm.topologyKey";
    expect(found.map(({ code, found: key, path }) => [code, key, path])).toEqual([
      ["plan/unknown-label", "example.com/near", `spec.affinity.podAffinity.${required}`],
      ["plan/unknown-label", "example.com/soft-near", `spec.affinity.podAffinity.${preferred}`],
      ["plan/unknown-label", "example.com/far", `spec.affinity.podAntiAffinity.${required}`],
      ["plan/unknown-label", "example.com/soft-far", `spec.affinity.podAntiAffinity.${preferred}`],
    ]);
  });

  it("warns of zones of a NodePool that the cluster does not have", () => {
    const zones = (operator: string): string =>
      `- { key: topology.kubernetes.io/zone, operator: ${operator}, values: [us-east-1a, us-east-1f] }`;
    const first = "- { key: karpenter.sh/capacity-type";
    const withZones = (operator: string): string =>
      cluster.replace(first, `${zones(operator)}\n            ${first}`);
    expect(
      plan([withZones("In"), pod("a", {})]).warnings.map(({ code, message }) => [code, message]),
    ).toEqual([
      [
        "plan/unknown-zone",
        "NodePool default: spec.template.spec.requirements[0]: us-east-1f is none of the " +
          "cluster's zones us-east-1a, us-east-1b (of the nodes and subnets)",
      ],
    ]);
    expect(plan([withZones("NotIn"), pod("a", {})]).warnings).toEqual([]);
  });

  it("says which feature gate a static NodePool needs", () => {
    const fixed = cluster
      .replace("      weight: 10\n", "      replicas: 3\n")
      .replace("      limits: { cpu: 1000 }\n", "");
    const off = plan([fixed]).plan;
    expect(off.notes.filter((note) => note.includes("StaticCapacity"))).toEqual([
      "1 NodePool (default) with replicas: nothing keeps that number, which needs " +
        "--feature-gates StaticCapacity=true",
    ]);
    expect(off.idleNodePools[0]?.message).toBe("static: it takes no pods' demand");
    const on = plan([fixed], { choices: planChoices({ staticCapacity: true }) }).plan;
    expect(on.notes.join()).not.toContain("StaticCapacity");
    expect(on.notes.join()).toContain("1 NodePool (default) with replicas: nodes that are missing");
  });

  it("takes zones of nodes and subnets, and what is given before them", () => {
    expect([decided.region, decided.zones]).toEqual(["us-east-1", ["us-east-1a", "us-east-1b"]]);
    expect(findPlace([], { region: "eu-west-1" }).zones).toEqual([
      "eu-west-1a",
      "eu-west-1b",
      "eu-west-1c",
    ]);
    expect(findPlace([], { zones: ["eu-west-1b"] }).region).toBe("eu-west-1");
  });

  it("has nothing to do without pending pods", () => {
    const { plan: idle } = plan([cluster]);
    expect([idle.outcome, idle.podCount, idle.nodeClaims]).toEqual(["no-pods", 0, []]);
  });

  it("does not try a NodePool that is not ready, and says why", () => {
    const unready = cluster.replace(
      'type: Ready, status: "True", reason: Ready, message: ""',
      () => 'type: Ready, status: "False", reason: NodeClassNotReady, message: "no subnets"',
    );
    const { plan: decidedThen } = plan([unready, pods]);
    expect(decidedThen.idleNodePools).toEqual([
      { nodePool: "default", message: "not ready: NodeClassNotReady: no subnets" },
    ]);
    expect(decidedThen.nodeClaims).toEqual([]);
  });

  describe("of NodePools that say nothing of themselves", () => {
    const bare = (name: string, nodeClassRef: object): string =>
      JSON.stringify({
        apiVersion: "karpenter.sh/v1",
        kind: "NodePool",
        metadata: { name },
        spec: { template: { spec: { nodeClassRef, requirements: [] } } },
      });
    const own = { group: "karpenter.k8s.aws", kind: "EC2NodeClass" };
    const withoutNodePools = cluster.replace(
      /^ {2}- apiVersion: karpenter.sh\/v1\n {4}kind: NodePool\n[\s\S]*?(?=^ {2}- apiVersion: karpenter.k8s.aws)/m,
      "",
    );

    it("takes those with their EC2NodeClass as ready, and says so", () => {
      const written = bare("written", { ...own, name: "default" });
      const { plan: launched } = plan([withoutNodePools, written, pod("a", {})]);
      expect(launched.nodeClaims.map(({ nodePool, pods: names }) => [nodePool, names])).toEqual([
        ["written", ["shop/a"]],
      ]);
      expect(launched.notes).toContain(
        "1 NodePool (written) without a Ready condition: taken as ready",
      );
    });

    it.each([
      [{ ...own, name: "gone" }, /^not ready: NodeClassNotFound: EC2NodeClass gone is not in the/],
      [
        { group: "eks.amazonaws.com", kind: "NodeClass", name: "default" },
        /^not ready: NodeClassNotSupported: its node class is NodeClass default of eks.amazonaws.com/,
      ],
    ])("launches nothing for one with %j, warns, and does not call it ready", (reference, why) => {
      const { plan: idle, warnings: found } = plan([cluster, bare("idle", reference), pods]);
      expect(idle.idleNodePools).toEqual([
        { nodePool: "idle", message: expect.stringMatching(why) as unknown },
      ]);
      expect(found.filter(({ message }) => message.startsWith("NodePool idle"))).toHaveLength(1);
      expect(idle.notes.join()).not.toContain("Ready condition");
    });
  });

  it("does not try a NodePool that calls itself ready, but has lost its EC2NodeClass", () => {
    const conditions = ["ValidationSucceeded", "NodeClassReady", "Ready"].map((type) => ({
      type,
      status: "True",
    }));
    const orphan = JSON.stringify({
      apiVersion: "karpenter.sh/v1",
      kind: "NodePool",
      metadata: { name: "orphan" },
      spec: {
        weight: 100,
        template: {
          spec: {
            nodeClassRef: { group: "karpenter.k8s.aws", kind: "EC2NodeClass", name: "gone" },
            requirements: [],
          },
        },
      },
      status: { conditions },
    });
    const { plan: decidedThen } = plan([cluster, orphan, pods]);
    expect(decidedThen.idleNodePools.map(({ nodePool }) => nodePool)).toEqual(["orphan"]);
    expect(decidedThen.nodeClaims).toEqual(decided.nodeClaims);
  });

  it("says that a NodePool's limits keep it from launching", () => {
    const limited = cluster.replace("limits: { cpu: 1000 }", "limits: { cpu: 500m }");
    const { plan: refused } = plan([limited, pod("small", {})]);
    expect(refused.nodeClaims).toEqual([]);
    expect(refused.unschedulable[0]?.nodePools[0]).toEqual({
      nodePool: "default",
      message: "all available instance types exceed limits for nodepool (NodePool=default)",
    });
  });

  it("applies NodeOverlays only with their feature gate", () => {
    const overlay = JSON.stringify({
      apiVersion: "karpenter.sh/v1alpha1",
      kind: "NodeOverlay",
      metadata: { name: "cheap" },
      spec: {
        requirements: [
          { key: "node.kubernetes.io/instance-type", operator: "In", values: ["r7i.large"] },
        ],
        price: "0.001",
      },
    });
    const cheapest = (nodeOverlay: boolean): string | undefined => {
      const choices = planChoices({ nodeOverlay });
      const [first] = plan([cluster, overlay, pod("a", {})], { choices }).plan.nodeClaims;
      return first?.launch?.instanceTypes[0]?.instanceType;
    };
    expect(cheapest(true)).toBe("r7i.large");
    expect(cheapest(false)).not.toBe("r7i.large");
    expect(plan([cluster, overlay]).plan.notes.join()).toContain("--feature-gates NodeOverlay");
  });

  it("plans the pods of a node that is being deleted", () => {
    const deleted = cluster
      .replaceAll("uid: claim-batch", 'uid: claim-batch, deletionTimestamp: "2026-03-02T10:00:00Z"')
      .replace(
        "      uid: claim-batch, deletionTimestamp",
        "      uid: claim-batch\n      deletionTimestamp",
      );
    const running = pod(
      "runs",
      { nodeName: "ip-10-0-1-7.ec2.internal", tolerations: [{ key: "batch", operator: "Exists" }] },
      { phase: "Running" },
    );
    const { plan: moved } = plan([deleted, running]);
    expect(moved.nodeClaims.map(({ pods: names }) => names)).toEqual([["shop/runs"]]);
    expect(moved.notes[0]).toMatch(/^1 of the pods run on nodes that are being deleted/);
  });
});
