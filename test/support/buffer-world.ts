// A cluster in which provisioning and capacity buffers run alone, for tests.
import type { NodeClaim } from "../../core/apis/index.ts";
import { CapacityBufferController, VirtualPodCache } from "../../core/capacitybuffer/index.ts";
import {
  defaultProvisioningOptions,
  ProvisioningController,
} from "../../core/provisioning/index.ts";
import { ClusterState, type Controller } from "../../core/state/index.ts";
import { parseResourceList, seconds, type SimTime, simTime } from "../../core/units/index.ts";
import { podTemplate } from "./capacity-buffers.ts";
import { FakeCloudProvider } from "./fake-cloud-provider.ts";
import { FakeCluster } from "./fake-cluster.ts";
import { defaultInstanceTypes } from "./instance-types.ts";
import { nodePool } from "./node-pools.ts";
import { stateNode, type StateNodeOverrides } from "./nodes.ts";
import type { Quantities } from "./pods.ts";

/** A cluster with the provisioner and capacity buffers: nothing is launched, no pod is bound. */
export class BufferWorld {
  now: SimTime = simTime(0);
  readonly cluster: FakeCluster = new FakeCluster(() => this.now);
  readonly cloudProvider: FakeCloudProvider = new FakeCloudProvider();
  readonly state: ClusterState;
  readonly decisions: string[] = [];
  readonly #controllers: readonly Controller[];

  constructor(skipIdleRuns = true) {
    const { cluster, cloudProvider } = this;
    cloudProvider.instanceTypes = defaultInstanceTypes();
    this.state = new ClusterState({ cluster, options: { batchMaxDuration: seconds(10) } });
    const virtualPods = new VirtualPodCache(cluster);
    const provisioning = new ProvisioningController({
      cluster,
      cloudProvider,
      state: this.state,
      options: defaultProvisioningOptions,
      recorder: {
        podDecided: ({ kind, pod: { metadata } }) =>
          this.decisions.push(`${kind} ${metadata.name}`),
        nodeClaimCreated: () => undefined,
        nodeClaimRefused: ({ message }) => this.decisions.push(message),
      },
      buffers: { virtualPods, cluster, skipIdleRuns },
    });
    const trigger = (uid: string, now: SimTime): void => provisioning.trigger(uid, now);
    const buffers = new CapacityBufferController({ cluster, virtualPods, trigger });
    this.#controllers = [buffers, provisioning];
    cluster.subscribe((event, now) => {
      this.state.observe(event, now);
      for (const controller of this.#controllers) controller.observe(event, now);
    });
    cluster.put(nodePool());
    cluster.put(podTemplate("template", { requests: { cpu: "1" } }));
  }

  runUntil(end: number): void {
    for (;;) {
      const [dueAt] = this.#controllers.flatMap((it) => it.nextDueAt() ?? []).sort((a, b) => a - b);
      if (dueAt === undefined || dueAt > end) break;
      this.now = dueAt > this.now ? dueAt : this.now;
      for (const controller of this.#controllers) {
        if ((controller.nextDueAt() ?? Infinity) <= this.now) controller.reconcile(this.now);
      }
    }
    this.now = simTime(end);
  }

  addNode(overrides: StateNodeOverrides): void {
    const { node, nodeClaim } = stateNode(overrides);
    if (nodeClaim !== undefined) this.cluster.put(nodeClaim);
    if (node !== undefined) this.cluster.put(node);
  }

  provisioning(name = "buffer"): string | undefined {
    const buffer = this.cluster.get("CapacityBuffer", `default/${name}`);
    const condition = buffer?.status.conditions.find(({ type }) => type === "Provisioning");
    return condition && `${condition.status} ${condition.reason}: ${condition.message}`;
  }

  /** NodeClaims that are not launched yet. */
  get claims(): readonly NodeClaim[] {
    return this.cluster.nodeClaims().filter(({ status }) => status.providerId === undefined);
  }

  /** Launches every NodeClaim that waits for it. */
  launchAll(amounts: Quantities): void {
    const capacity = parseResourceList(amounts);
    for (const nodeClaim of this.claims) {
      const providerId = `fake:///${nodeClaim.metadata.name}`;
      const status = { ...nodeClaim.status, providerId, capacity, allocatable: capacity };
      this.cluster.put({ ...nodeClaim, status });
    }
  }
}
