import { labelCapacityReservationId, labelCapacityType, labelHostname } from "../apis/index.ts";
import { Requirement, type Requirements } from "../scheduling/index.ts";
import { addResources, emptyResources, type ResourceList } from "../units/index.ts";
import { isMeeting } from "./bitset.ts";
import type { OpenNodeClaim } from "./open-node-claim.ts";
import { reservationId } from "./reservations.ts";
import { minResources } from "./resource-columns.ts";
import type { SchedulingNodeClaim } from "./scheduling-results.ts";

/**
 * The NodeClaim as the run's result: without its made-up host name, bound to the reservations it
 * holds, daemons' requests included.
 *
 * @see karpenter v1.14.1 pkg/controllers/provisioning/scheduling/nodeclaim.go FinalizeScheduling
 */
export function finalizeNodeClaim(
  open: OpenNodeClaim,
  isMinValuesRelaxed: boolean,
): SchedulingNodeClaim {
  const { compiled, reservedOfferings, pods } = open;
  const daemonOverhead = leastDaemonOverhead(open);
  return {
    nodePoolName: compiled.nodePoolName,
    template: compiled.template,
    pods: [...pods],
    requirements: finalRequirements(open),
    instanceTypeOptions: compiled.catalogue.pick(open.instanceTypes),
    requests: addResources(open.requests, daemonOverhead),
    daemonOverhead,
    reservedOfferings,
    isMinValuesRelaxed,
  };
}

/** Types without a held reservation stay, although nothing of them can be launched any more. */
function finalRequirements({ requirements, reservedOfferings }: OpenNodeClaim): Requirements {
  const named = requirements.without(labelHostname);
  if (reservedOfferings.length === 0) return named;
  return named
    .replace(Requirement.of(labelCapacityType, "In", ["reserved"]))
    .add(Requirement.of(labelCapacityReservationId, "In", reservedOfferings.map(reservationId)));
}

/**
 * The least that daemons ask for over the groups that still have a type. A group without daemons
 * counts only after one with some: the outcome depends on the order of groups, as upstream.
 *
 * @see karpenter v1.14.1 pkg/controllers/provisioning/scheduling/nodeclaim.go addDaemonRequests
 */
function leastDaemonOverhead({ compiled, instanceTypes }: OpenNodeClaim): ResourceList {
  let least: ResourceList = emptyResources;
  for (const { types, overhead } of compiled.catalogue.groups) {
    if (!isMeeting(types, instanceTypes)) continue;
    least = Object.keys(least).length === 0 ? overhead : minResources(least, overhead);
  }
  return least;
}
