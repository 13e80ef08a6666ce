import type { VirtualPods } from "../capacitybuffer/index.ts";
import { considerPods, resolveInstanceTypes } from "../provisioning/index.ts";
import type { CloudProvider } from "../cloudprovider/index.ts";
import type { Cluster, ClusterState, CostTracker } from "../state/index.ts";
import type { SimTime } from "../units/index.ts";
import { bufferInputsOf } from "./buffer-inputs.ts";
import type { DisruptionOptions } from "./options.ts";
import { schedulingBases } from "./scheduling-bases.ts";
import type { DisruptionView } from "./view.ts";

/** Where a view is read from. */
export interface ViewSources {
  readonly cluster: Cluster;
  readonly cloudProvider: Pick<CloudProvider, "getInstanceTypes">;
  readonly state: ClusterState;
  readonly costs: Pick<CostTracker, "nodePoolCost">;
  readonly options: DisruptionOptions;
  /** Given where the feature gate CapacityBuffer is on. */
  readonly virtualPods?: VirtualPods;
}

/** The view of this moment. What it reads through functions must not change while it is used. */
export function liveView(
  sources: ViewSources,
  queuedProviderIds: ReadonlySet<string>,
  now: SimTime,
): DisruptionView {
  const { cluster, cloudProvider, state, costs, options } = sources;
  const virtualPods = sources.virtualPods?.getAll(now) ?? [];
  const nodePools = cluster.nodePools();
  const view: Omit<DisruptionView, "schedulingBase"> = {
    stateNodes: state.stateNodes(),
    nodePools,
    instanceTypesByNodePool: resolveInstanceTypes(nodePools, {
      instanceTypes: (nodePool) => cloudProvider.getInstanceTypes(nodePool),
    }),
    podDisruptionBudgets: cluster.podDisruptionBudgets(),
    pendingPods: considerPods({ pendingPods: state.pendingPods(), cluster, virtualPods }).pods,
    daemonSetPods: state.daemonSetPods(),
    queuedProviderIds,
    reads: cluster,
    podsOnNode: (name) => cluster.podsOnNode(name),
    nodePoolCost: (name) => costs.nodePoolCost(name),
    nodeDisruptionCost: (providerId) => state.disruptionCost(providerId),
    hasBufferPods: (providerId) => state.bufferPods.of(providerId) > 0,
    nodeClaimCounts: (name) => state.nodePoolClaims.counts(name),
    reservableNodes: (name, wanted, limit) => {
      // A promise and its return in one: nobody else creates machines in between.
      const granted = state.nodePoolClaims.reserve(name, wanted, limit);
      state.nodePoolClaims.release(name, granted);
      return granted;
    },
    options,
    buffers: bufferInputsOf(sources, virtualPods[0]?.metadata.creationTimestamp),
  };
  return { ...view, schedulingBase: schedulingBases(view) };
}
