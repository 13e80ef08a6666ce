import { considerNodePools, deletingNodePods, SchedulingBase } from "../provisioning/index.ts";
import type { DisruptionView, SchedulingBaseRequest } from "./view.ts";

type BaseView = Omit<DisruptionView, "schedulingBase">;

/** Answers `DisruptionView.schedulingBase` for a view; makes each base once. */
export function schedulingBases(view: BaseView): DisruptionView["schedulingBase"] {
  const bases = new Map<string, SchedulingBase>();
  return (request) => {
    const key = `${request.now} ${request.isConsolidation}`;
    let base = bases.get(key);
    if (base === undefined) {
      base = createBase(view, request);
      bases.set(key, base);
    }
    return base;
  };
}

function createBase(view: BaseView, { now, isConsolidation }: SchedulingBaseRequest) {
  const { options, pendingPods, stateNodes, daemonSetPods, reads } = view;
  return new SchedulingBase({
    now,
    nodePools: considerNodePools(view.nodePools),
    instanceTypesByNodePool: view.instanceTypesByNodePool,
    stateNodes: stateNodes.filter((it) => !it.isMarkedForDeletion),
    clusterStateNodes: stateNodes,
    daemonSetPods,
    cluster: reads,
    podsToSchedule: [...pendingPods, ...deletingNodePods({ ...view, now })],
    options: {
      preferencePolicy: options.preferencePolicy,
      minValuesPolicy: options.minValuesPolicy,
      reservedOfferingMode: "Fallback",
      reservedCapacity: options.reservedCapacity,
      ignoreDraRequests: true,
      enforceConsolidateAfter: isConsolidation,
    },
  });
}
