import type { CloudProvider } from "../cloudprovider/index.ts";
import type { Cluster, ClusterState, Controller } from "../state/index.ts";
import type { SimTime } from "../units/index.ts";
import { ConsistencyController } from "./consistency-controller.ts";
import { DisruptionConditionsController } from "./disruption-conditions-controller.ts";
import { EvictionQueueController } from "./eviction-queue-controller.ts";
import { ExpirationController } from "./expiration-controller.ts";
import { GarbageCollectionController } from "./garbage-collection-controller.ts";
import { NodeClaimHydrationController, NodeHydrationController } from "./hydration-controller.ts";
import type { LifecycleContext, LifecycleOptions } from "./lifecycle-context.ts";
import { type LifecycleRecorder, noRecorder } from "./lifecycle-recorder.ts";
import { MachineIndex } from "./machine-index.ts";
import { NodeClaimController } from "./node-claim-controller.ts";
import { NodePoolController } from "./node-pool-controller.ts";
import { NodeRepairController } from "./node-repair-controller.ts";
import { NodeTerminationController } from "./node-termination-controller.ts";
import { PodEventsController } from "./pod-events-controller.ts";
import type { RegistrationHook } from "./registration.ts";
import { RegistrationHealth } from "./registration-health.ts";
import {
  StaticDeprovisioningController,
  StaticProvisioningController,
} from "./static-capacity-controller.ts";

/** What the lifecycle controllers are built from. `state` has to observe events before they do. */
export interface LifecycleInput {
  readonly cluster: Cluster;
  readonly cloudProvider: CloudProvider;
  readonly state: ClusterState;
  readonly options: LifecycleOptions;
  readonly recorder?: LifecycleRecorder;
  readonly registrationHooks?: readonly RegistrationHook[];
}

/** The lifecycle controllers and the entry for what no watch tells. */
export interface Lifecycle {
  /** In the order in which they have to observe and should reconcile. */
  readonly controllers: readonly Controller[];
  /** The provider has news of the NodeClaim's launch: it is asked again at the next reconcile. */
  notifyProviderChange(nodeClaimName: string, now: SimTime): void;
}

/**
 * Builds every controller of the life of NodePools, NodeClaims and Nodes.
 *
 * Differs: NodePools come before what looks at NodeClaims, so that drift never meets the hash of a
 * template that is gone; upstream's controllers race for that.
 */
export function lifecycleControllers(input: LifecycleInput): Lifecycle {
  const { cluster, options } = input;
  const machines = new MachineIndex(cluster);
  const context: LifecycleContext = {
    cluster,
    cloudProvider: input.cloudProvider,
    state: input.state,
    options,
    recorder: input.recorder ?? noRecorder,
    machines,
    registrationHealth: new RegistrationHealth(),
    registrationHooks: input.registrationHooks ?? [],
  };
  const nodeClaims = new NodeClaimController(context);
  const evictionQueue = new EvictionQueueController(context);
  const { nodeRepair, staticCapacity } = options.featureGates;
  return {
    controllers: [
      machines,
      new NodePoolController(context),
      ...(staticCapacity
        ? [new StaticProvisioningController(context), new StaticDeprovisioningController(context)]
        : []),
      nodeClaims,
      new PodEventsController(context),
      new DisruptionConditionsController(context),
      new ExpirationController(context),
      new GarbageCollectionController(context),
      ...(nodeRepair ? [new NodeRepairController(context)] : []),
      new NodeTerminationController(context, evictionQueue),
      evictionQueue,
      new ConsistencyController(context),
      new NodeClaimHydrationController(context),
      new NodeHydrationController(context),
    ],
    notifyProviderChange: (nodeClaimName, now) => nodeClaims.enqueue(nodeClaimName, now),
  };
}
