/**
 * Karpenter's core in virtual time: the real controllers over the simulated ports. They are told what
 * changes, say when they want to be called, and are called then, in a fixed order, until none is due.
 */
import { CapacityBufferController, VirtualPodCache } from "../core/capacitybuffer/index.ts";
import {
  type CloudProvider,
  type NodeOverlayStore,
  OverlaidCloudProvider,
} from "../core/cloudprovider/index.ts";
import { DisruptionController } from "../core/disruption/index.ts";
import {
  lifecycleControllers,
  type Lifecycle,
  NodeOverlayController,
} from "../core/lifecycle/index.ts";
import { ProvisioningController } from "../core/provisioning/index.ts";
import {
  ClusterState,
  type Cluster,
  CostTracker,
  type Controller,
  type WatchEvent,
} from "../core/state/index.ts";
import { invariant, type SimTime } from "../core/units/index.ts";
import type { DecisionLedger } from "./decision-ledger.ts";
import type { Experiments, KarpenterOptions } from "./world-plan.ts";

/** What the core runs on. */
export interface KarpenterInput {
  readonly cluster: Cluster &
    Required<Pick<Cluster, "updateNodeOverlayStatus" | "updateCapacityBufferStatus">>;
  /** The cloud before NodeOverlays. */
  readonly cloudProvider: CloudProvider;
  /** Given where the feature gate NodeOverlay is on; launches read it, too. */
  readonly nodeOverlays?: NodeOverlayStore | undefined;
  /** Controllers of the cloud provider itself; they come before all others. */
  readonly providerControllers?: readonly Controller[];
  readonly options: KarpenterOptions;
  readonly experiments: Experiments;
  readonly recorder: DecisionLedger;
  /** Leaves out polls of disruption that provably do nothing; the outcome is the same either way. */
  readonly skipIdlePolls: boolean;
}

/** More rounds than that at one instant are a livelock between controllers. */
const roundsMax = 10_000;

/** See the head of this file. */
export class Karpenter {
  readonly #state: ClusterState;
  readonly #lifecycle: Lifecycle;
  readonly #controllers: readonly Controller[];
  readonly #recorder: DecisionLedger;

  constructor(input: KarpenterInput) {
    const { cluster, options, recorder, experiments, skipIdlePolls, nodeOverlays: store } = input;
    const { featureGates, decisionLatency } = options;
    const state = new ClusterState({ cluster, options });
    const { cloudProvider: plain } = input;
    const cloudProvider = store === undefined ? plain : new OverlaidCloudProvider(plain, store);
    this.#state = state;
    this.#recorder = recorder;
    this.#lifecycle = lifecycleControllers({
      cluster,
      cloudProvider,
      state,
      options: { featureGates },
      recorder,
    });
    const costs = new CostTracker({ cluster, cloudProvider });
    const virtualPods = featureGates.capacityBuffer ? new VirtualPodCache(cluster) : undefined;
    const provisioning = new ProvisioningController({
      cluster,
      cloudProvider,
      state,
      options: { ...options, ignoreDraRequests: true },
      recorder,
      ...(virtualPods === undefined
        ? {}
        : { buffers: { virtualPods, cluster, skipIdleRuns: skipIdlePolls } }),
    });
    const trigger = (uid: string, now: SimTime): void => provisioning.trigger(uid, now);
    this.#controllers = [
      // First: NodeClasses that nobody has resolved are not ready.
      ...(input.providerControllers ?? []),
      // Early: before evaluation NodePools have no instance types.
      ...(store === undefined
        ? []
        : [new NodeOverlayController({ cluster, cloudProvider: plain, state, store })]),
      costs,
      ...(virtualPods === undefined
        ? []
        : [new CapacityBufferController({ cluster, virtualPods, trigger })]),
      provisioning,
      ...this.#lifecycle.controllers,
      new DisruptionController({
        cluster,
        cloudProvider,
        state,
        costs,
        options: {
          preferencePolicy: options.preferencePolicy,
          minValuesPolicy: options.minValuesPolicy,
          reservedCapacity: featureGates.reservedCapacity,
          spotToSpotConsolidation: featureGates.spotToSpotConsolidation,
          experiments,
          skipIdlePolls,
          ...(decisionLatency === undefined ? {} : { decisionLatency }),
        },
        recorder,
        ...(virtualPods === undefined ? {} : { virtualPods }),
      }),
    ];
  }

  /** Takes in one change of the cluster. */
  observe(event: WatchEvent, now: SimTime): void {
    this.#state.observe(event, now);
    this.#recorder.observe(event, now);
    for (const controller of this.#controllers) controller.observe(event, now);
  }

  /** The cloud has news of a NodeClaim's launch. */
  notifyProviderChange(nodeClaimName: string, now: SimTime): void {
    this.#lifecycle.notifyProviderChange(nodeClaimName, now);
  }

  /** Does everything that is due. */
  reconcile(now: SimTime): void {
    this.#recorder.recordApplied(now);
    for (let round = 0; this.#reconcileOnce(now); round++) {
      invariant(round < roundsMax, "controllers keep each other busy without end", { now });
    }
  }

  /** When the first controller wants to be called. */
  nextDueAt(): SimTime | undefined {
    let earliest: SimTime | undefined;
    for (const controller of this.#controllers) {
      const dueAt = controller.nextDueAt();
      if (dueAt !== undefined && (earliest === undefined || dueAt < earliest)) earliest = dueAt;
    }
    return earliest;
  }

  #reconcileOnce(now: SimTime): boolean {
    let hasWorked = false;
    for (const controller of this.#controllers) {
      const dueAt = controller.nextDueAt();
      if (dueAt === undefined || dueAt > now) continue;
      controller.reconcile(now);
      hasWorked = true;
    }
    return hasWorked;
  }
}
