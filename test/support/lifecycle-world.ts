// A cluster in which the lifecycle controllers run, for tests: time stands still until it is told
// to go on, and passes from one due time to the next.
import {
  labelInstanceType,
  labelNodePool,
  type Node,
  type NodeClaim,
  type NodeClaimSpec,
  type NodePool,
  type ObjectMeta,
  type Taint,
} from "../../core/apis/index.ts";
import { ClusterState } from "../../core/state/index.ts";
import {
  after,
  type DurationMs,
  Never,
  parseResourceList,
  parseTime,
  seconds,
  type SimTime,
} from "../../core/units/index.ts";
import { FakeCloudProvider } from "./fake-cloud-provider.ts";
import { FakeCluster } from "./fake-cluster.ts";
import { nodePool } from "./node-pools.ts";
import { objectMeta } from "./pods.ts";
import {
  type Lifecycle,
  lifecycleControllers,
  type LifecycleFact,
  type LifecycleInput,
} from "../../core/lifecycle/index.ts";

/** When every test begins. */
export const start: SimTime = parseTime("2026-03-01T00:00:00Z");

const unregistered: Taint = { key: "karpenter.sh/unregistered", value: "", effect: "NoExecute" };

/** What a test may say about a NodeClaim. */
export interface NodeClaimOverrides {
  readonly name?: string;
  readonly metadata?: Partial<ObjectMeta>;
  readonly spec?: Partial<NodeClaimSpec>;
}

export class LifecycleWorld {
  now: SimTime = start;
  readonly cluster: FakeCluster = new FakeCluster(() => this.now);
  readonly cloudProvider: FakeCloudProvider = new FakeCloudProvider();
  readonly state: ClusterState;
  readonly lifecycle: Lifecycle;
  readonly facts: LifecycleFact[] = [];

  constructor(overrides: Partial<LifecycleInput> = {}) {
    const { cluster, cloudProvider } = this;
    this.state = new ClusterState({ cluster, options: { batchMaxDuration: seconds(10) } });
    this.lifecycle = lifecycleControllers({
      cluster,
      cloudProvider,
      state: this.state,
      options: { featureGates: { nodeRepair: true, staticCapacity: false } },
      recorder: { record: (fact) => this.facts.push(fact) },
      ...overrides,
    });
    cluster.subscribe((event, now) => {
      this.state.observe(event, now);
      for (const controller of this.lifecycle.controllers) controller.observe(event, now);
    });
  }

  /** Does everything that is due now. */
  settle(): void {
    const due = (): boolean =>
      this.lifecycle.controllers.some((each) => (each.nextDueAt() ?? Infinity) <= this.now);
    for (let round = 0; due(); round++) {
      if (round > 100) throw new Error("the controllers never come to rest");
      for (const controller of this.lifecycle.controllers) controller.reconcile(this.now);
    }
  }

  /** Lets time pass, from one due time to the next. */
  pass(duration: DurationMs): void {
    const end = after(this.now, duration);
    this.settle();
    for (;;) {
      const due = this.lifecycle.controllers.flatMap((each) => each.nextDueAt() ?? []);
      const next = Math.min(...due);
      if (next > end) break;
      this.now = next as SimTime;
      this.settle();
    }
    this.now = end;
  }

  addNodePool(overrides: Parameters<typeof nodePool>[0] = {}): NodePool {
    const created = nodePool({ conditions: [], ...overrides });
    this.cluster.put(created);
    return created;
  }

  /** Adds a NodeClaim of the NodePool `default`, not yet launched. */
  addNodeClaim(overrides: NodeClaimOverrides = {}): NodeClaim {
    const { name = "claim" } = overrides;
    const metadata = objectMeta({
      name,
      namespace: "",
      creationTimestamp: this.now,
      labels: { [labelNodePool]: "default" },
      ownerReferences: [
        { apiVersion: "karpenter.sh/v1", kind: "NodePool", name: "default", uid: "default" },
      ],
      ...overrides.metadata,
    });
    const spec: NodeClaimSpec = {
      taints: [],
      startupTaints: [],
      requirements: [],
      requests: parseResourceList({ cpu: "1" }),
      nodeClassRef: { group: "karpenter.k8s.aws", kind: "EC2NodeClass", name: "default" },
      expireAfter: Never,
      ...overrides.spec,
    };
    this.cluster.put({
      kind: "NodeClaim",
      metadata,
      spec,
      status: { capacity: {}, allocatable: {}, conditions: [] },
    });
    return this.claim(name);
  }

  /** The NodeClaim as it is now. */
  claim(name = "claim"): NodeClaim {
    const found = this.cluster.nodeClaim(name);
    if (found === undefined) throw new Error(`NodeClaim ${name} is gone`);
    return found;
  }

  node(name = "node"): Node {
    const found = this.cluster.node(name);
    if (found === undefined) throw new Error(`Node ${name} is gone`);
    return found;
  }

  /** The machine of the NodeClaim joins the cluster, ready unless said otherwise. */
  joinNode(claimName = "claim", overrides: NodeOverrides = {}): Node {
    const { name = "node", isReady = true, taints = [unregistered], labels = {} } = overrides;
    const claim = this.claim(claimName);
    const { capacity, allocatable, providerId = "" } = claim.status;
    this.cluster.put({
      kind: "Node",
      metadata: objectMeta({
        name,
        namespace: "",
        creationTimestamp: this.now,
        labels: { [labelInstanceType]: "default-instance-type", ...labels },
      }),
      spec: { providerId, taints, unschedulable: false },
      status: {
        capacity,
        allocatable: overrides.allocatable ?? allocatable,
        conditions: [readiness(isReady, this.now)],
      },
    });
    return this.node(name);
  }

  setReady(isReady: boolean, name = "node"): void {
    const node = this.node(name);
    const conditions = [readiness(isReady, this.now)];
    this.cluster.put({ ...node, status: { ...node.status, conditions } });
  }

  /** A NodeClaim with a Node that is ready for pods. */
  addMachine(overrides: NodeClaimOverrides & NodeOverrides = {}): void {
    const { name = "claim" } = overrides;
    if (this.cluster.nodePool("default") === undefined) this.addNodePool();
    this.addNodeClaim(overrides);
    this.settle();
    this.joinNode(name, { ...overrides, name: name === "claim" ? "node" : `${name}-node` });
    this.pass(seconds(2));
  }
}

/** What a test may say about a Node that joins. */
export interface NodeOverrides {
  readonly name?: string;
  readonly isReady?: boolean;
  readonly taints?: readonly Taint[];
  readonly labels?: Readonly<Record<string, string>>;
  readonly allocatable?: Node["status"]["allocatable"];
}

function readiness(isReady: boolean, now: SimTime): Node["status"]["conditions"][number] {
  const status = isReady ? "True" : "False";
  return { type: "Ready", status, reason: "Kubelet", message: "", lastTransitionTime: now };
}
