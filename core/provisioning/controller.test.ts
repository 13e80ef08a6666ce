import { describe, expect, it } from "vitest";
import { FakeCloudProvider } from "../../test/support/fake-cloud-provider.ts";
import { FakeCluster } from "../../test/support/fake-cluster.ts";
import { defaultInstanceTypes } from "../../test/support/instance-types.ts";
import { nodePool } from "../../test/support/node-pools.ts";
import { stateNode, type StateNodeOverrides } from "../../test/support/nodes.ts";
import { pod, pods } from "../../test/support/pods.ts";
import { ClusterState } from "../state/index.ts";
import { seconds, type SimTime, simTime } from "../units/index.ts";
import { ProvisioningController } from "./controller.ts";
import type { PodDecision } from "./decision-recorder.ts";
import { defaultProvisioningOptions, type ProvisioningOptions } from "./provisioning-options.ts";

/** A cluster with the provisioner alone: nothing is launched, no pod is bound. */
class ProvisioningWorld {
  now: SimTime = simTime(0);
  readonly cluster: FakeCluster = new FakeCluster(() => this.now);
  readonly state: ClusterState;
  readonly controller: ProvisioningController;
  readonly decisions: string[] = [];
  readonly created: string[] = [];
  readonly refusals: string[] = [];

  constructor(options: Partial<ProvisioningOptions> = {}) {
    const { cluster } = this;
    const cloudProvider = new FakeCloudProvider();
    cloudProvider.instanceTypes = defaultInstanceTypes();
    this.state = new ClusterState({ cluster, options: { batchMaxDuration: seconds(10) } });
    this.controller = new ProvisioningController({
      cluster,
      cloudProvider,
      state: this.state,
      options: { ...defaultProvisioningOptions, ...options },
      recorder: {
        podDecided: (decision) => this.decisions.push(describeDecision(decision)),
        nodeClaimCreated: ({ nodeClaim, wanted }) =>
          this.created.push(`${nodeClaim.metadata.name} for ${wanted.pods.length}`),
        nodeClaimRefused: ({ message }) => this.refusals.push(message),
      },
    });
    cluster.subscribe((event, now) => {
      this.state.observe(event, now);
      this.controller.observe(event, now);
    });
    cluster.put(nodePool());
  }

  /** Lets time pass, stopping whenever the controller is due. */
  runUntil(end: number): void {
    for (;;) {
      const dueAt = this.controller.nextDueAt();
      if (dueAt === undefined || dueAt > end) break;
      this.now = dueAt > this.now ? dueAt : this.now;
      this.controller.reconcile(this.now);
    }
    this.now = simTime(end);
  }

  addNode(overrides: StateNodeOverrides): void {
    const { node, nodeClaim } = stateNode(overrides);
    if (nodeClaim !== undefined) this.cluster.put(nodeClaim);
    if (node !== undefined) this.cluster.put(node);
  }

  messages(): readonly string[] {
    return this.cluster.events.map(({ objectKey, message }) => `${objectKey}: ${message}`);
  }
}

function describeDecision(decision: PodDecision): string {
  const { name } = decision.pod.metadata;
  switch (decision.kind) {
    case "new-node-claim":
      return `${name} -> ${decision.nodeClaim.metadata.name}`;
    case "existing-node":
      return `${name} -> ${decision.stateNode.name}`;
    case "unschedulable":
      return `${name}: ${decision.error.message}`;
    case "ignored":
      return `${name} ignored: ${decision.message}`;
  }
}

describe("ProvisioningController", () => {
  it("creates a NodeClaim when no new pod has come for a second, and nominates it", () => {
    const world = new ProvisioningWorld();
    world.cluster.put(pod({ name: "a" }));
    world.runUntil(999);
    expect(world.cluster.nodeClaims()).toEqual([]);
    world.cluster.put(pod({ name: "b" }));
    world.runUntil(1998);
    expect(world.cluster.nodeClaims()).toEqual([]);
    world.runUntil(1999);
    const [nodeClaim] = world.cluster.nodeClaims();
    const name = nodeClaim?.metadata.name ?? "";
    expect(world.created).toEqual([`${name} for 2`]);
    expect(world.decisions).toEqual([`a -> ${name}`, `b -> ${name}`]);
    expect(world.messages()).toEqual([
      `default/a: Pod should schedule on: nodeclaim/${name}`,
      `default/b: Pod should schedule on: nodeclaim/${name}`,
    ]);
  });

  it("writes when the time that a run takes is up, and opens no batch before", () => {
    const decisionLatency = { baseMs: 1000, perNodeMs: 0, perPodMs: 500 };
    const world = new ProvisioningWorld({ decisionLatency });
    world.cluster.put(pod({ name: "a" }));
    world.runUntil(1500);
    world.cluster.put(pod({ name: "b", requests: { cpu: "99" } }));
    world.runUntil(2499);
    expect(world.cluster.nodeClaims()).toEqual([]);
    // The run over a alone began at 1.0 s and takes 1.5 s.
    world.runUntil(2500);
    expect(world.cluster.nodeClaims()).toHaveLength(1);
    expect(world.decisions).toHaveLength(1);
    expect(world.controller.nextDueAt()).toBe(3500);
  });

  it("ends a run after a minute with the pods that it has got to", () => {
    const decisionLatency = { baseMs: 0, perNodeMs: 0, perPodMs: 20_000 };
    const world = new ProvisioningWorld({ decisionLatency });
    for (const each of pods(5)) world.cluster.put(each);
    world.runUntil(61_000);
    expect(world.decisions).toHaveLength(3);
  });

  it("waits with the next run until the NodeClaim is launched", () => {
    const world = new ProvisioningWorld();
    world.cluster.put(pod({ name: "a" }));
    world.runUntil(1000);
    world.cluster.put(pod({ name: "b", requests: { cpu: "3" } }));
    world.runUntil(60_000);
    expect(world.cluster.nodeClaims()).toHaveLength(1);
    const [nodeClaim] = world.cluster.nodeClaims();
    if (nodeClaim === undefined) throw new Error("no NodeClaim");
    const status = { ...nodeClaim.status, providerId: "fake:///1", allocatable: { pods: 1 } };
    world.cluster.put({ ...nodeClaim, status: { ...status, capacity: { pods: 1 } } });
    world.runUntil(72_000);
    expect(world.cluster.nodeClaims().length).toBeGreaterThan(1);
  });

  it("places pods on nodes that exist, and promises these to them", () => {
    const world = new ProvisioningWorld();
    world.addNode({ name: "node-1" });
    world.cluster.put(pod());
    world.runUntil(5000);
    expect(world.cluster.nodeClaims().map(({ metadata }) => metadata.name)).toEqual([
      "node-1-claim",
    ]);
    expect(world.decisions).toEqual(["pod -> node-1"]);
    expect(world.messages()).toEqual([
      "default/pod: Pod should schedule on: nodeclaim/node-1-claim, node/node-1",
    ]);
    expect(world.state.stateNodes()[0]?.nominatedUntil).toBe(21_000);
  });

  it("tries an unschedulable pod again every ten seconds, with one event in five minutes", () => {
    const world = new ProvisioningWorld();
    world.cluster.put(pod({ requests: { cpu: "99" } }));
    world.runUntil(60_000);
    expect(world.decisions).toHaveLength(6);
    expect(world.messages()).toHaveLength(1);
    expect(world.messages()[0]).toMatch(/^default\/pod: Failed to schedule pod, no instance type/);
    world.runUntil(310_000);
    expect(world.messages()).toHaveLength(2);
  });

  it("ignores pods it must not touch, silently if they ask for that", () => {
    const world = new ProvisioningWorld();
    const terms = (key: string, operator: "DoesNotExist" | "Exists") => [
      { matchExpressions: [{ key, operator, values: [] }], matchFields: [] },
    ];
    const requiredNodeTerms = terms("karpenter.sh/nodepool", "DoesNotExist");
    world.cluster.put(pod({ name: "own", affinity: { requiredNodeTerms } }));
    const restricted = terms("karpenter.sh/custom", "Exists");
    world.cluster.put(pod({ name: "bad", affinity: { requiredNodeTerms: restricted } }));
    world.runUntil(1000);
    expect(world.cluster.nodeClaims()).toEqual([]);
    expect(world.decisions.map((it) => it.replace(/(ignored: .{40}).*/, "$1"))).toEqual([
      "bad ignored: using label karpenter.sh/custom is not a",
      "own ignored: configured to not run on a Karpenter pro",
    ]);
    expect(world.messages().map((it) => it.split(":")[0])).toEqual(["default/bad"]);
  });

  it("says so when there is no NodePool to launch from", () => {
    const world = new ProvisioningWorld();
    world.cluster.put(nodePool({ conditions: [] }));
    world.cluster.put(pod());
    world.runUntil(1000);
    expect(world.decisions).toEqual(["pod: no dynamic nodepools found"]);
    expect(world.messages()).toEqual([]);
  });

  it("replaces capacity for pods of nodes that are going away", () => {
    const world = new ProvisioningWorld();
    const taints = [{ key: "karpenter.sh/disrupted", value: "", effect: "NoSchedule" }] as const;
    for (const it of pods(2, { nodeName: "leaving", requests: { cpu: "1" } }))
      world.cluster.put(it);
    world.addNode({ name: "leaving", taints });
    world.state.markForDeletion(["aws:///test-zone-1/leaving"]);
    world.runUntil(1000);
    expect(world.decisions).toHaveLength(2);
    expect(world.cluster.nodeClaims()).toHaveLength(2);
  });

  it("creates nothing for a NodePool that uses more than its limits", () => {
    const world = new ProvisioningWorld();
    world.cluster.put(nodePool({ limits: { cpu: 100 } }));
    world.addNode({ name: "big", capacity: { cpu: "101", memory: "1Gi", pods: "1" } });
    world.cluster.put(pod({ requests: { memory: "3Gi" } }));
    world.runUntil(1000);
    expect(world.refusals).toEqual([]);
    expect(world.decisions[0]).toMatch(/all available instance types exceed limits/);
  });

  it("refuses options that it cannot honour", () => {
    expect(() => new ProvisioningWorld({ ignoreDraRequests: false })).toThrow(/not supported/);
  });
});
