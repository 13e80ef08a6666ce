import { objectKey, type Pod, type Taint } from "../apis/index.ts";
import type { InstanceType } from "../cloudprovider/index.ts";
import {
  allowUndefinedWellKnownLabels,
  HostPortUsage,
  hostPorts,
  labelRequirements,
  requestsForPods,
  type Requirements,
  strictPodRequirements,
  toleratesAll,
} from "../scheduling/index.ts";
import type { StateNode } from "../state/index.ts";
import { compareStrings, emptyResources, type ResourceList } from "../units/index.ts";
import { removeRequiredNodeAffinityTerm, toleratePreferNoScheduleTaints } from "./preferences.ts";

/**
 * Instance types on which the same daemon pods will run, what these ask for and their host ports.
 *
 * @see karpenter v1.14.1 pkg/controllers/provisioning/scheduling/scheduler.go DaemonOverheadGroup
 */
export interface DaemonOverheadGroup {
  /** In the order of the template. */
  readonly instanceTypes: readonly InstanceType[];
  /** Empty when no daemon pod runs there. */
  readonly overhead: ResourceList;
  readonly hostPortUsage: HostPortUsage;
}

/** What daemon pods mean for one NodeClaim template. */
export interface DaemonOverhead {
  /** In the order in which their first instance type comes. */
  readonly groups: readonly DaemonOverheadGroup[];
  /**
   * The daemon pods after the check, which changes them: they come to tolerate PreferNoSchedule
   * taints, and lose leading required affinity terms that didn't fit some type. Upstream shares
   * them with the templates and nodes that are looked at next, and so must we.
   */
  readonly daemonSetPods: readonly Pod[];
}

/** The part of a NodeClaim template that daemon pods are checked against. */
export interface DaemonTarget {
  readonly taints: readonly Taint[];
  readonly requirements: Requirements;
  readonly instanceTypes: readonly InstanceType[];
}

/**
 * Groups a template's instance types by the daemon pods that would run on them.
 *
 * Differs: upstream's groups come in the order of a hash map, here in that of their first type.
 *
 * @see karpenter v1.14.1 pkg/controllers/provisioning/scheduling/scheduler.go buildDaemonOverheadGroups
 */
export function daemonOverhead(
  target: DaemonTarget,
  daemonSetPods: readonly Pod[],
  ignoreDraRequests: boolean,
): DaemonOverhead {
  const pods = [...daemonSetPods];
  const groups = new Map<string, { instanceTypes: InstanceType[]; pods: readonly Pod[] }>();
  for (const instanceType of target.instanceTypes) {
    const compatible: Pod[] = [];
    for (const [index, pod] of pods.entries()) {
      if (ignoreDraRequests && pod.spec.hasResourceClaims) continue;
      const checked = checkDaemonPod(pod, target, instanceType);
      pods[index] = checked.pod;
      if (checked.isCompatible) compatible.push(checked.pod);
    }
    const key = compatible.map(objectKey).sort(compareStrings).join(",");
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { instanceTypes: [instanceType], pods: compatible });
    else group.instanceTypes.push(instanceType);
  }
  const isChanged = pods.some((pod, index) => pod !== daemonSetPods[index]);
  return {
    groups: [...groups.values()].map(toGroup),
    daemonSetPods: isChanged ? pods : daemonSetPods,
  };
}

function toGroup(group: {
  readonly instanceTypes: readonly InstanceType[];
  readonly pods: readonly Pod[];
}): DaemonOverheadGroup {
  let hostPortUsage = HostPortUsage.empty;
  for (const pod of group.pods) hostPortUsage = hostPortUsage.add(pod, hostPorts(pod));
  return {
    instanceTypes: group.instanceTypes,
    overhead: group.pods.length === 0 ? emptyResources : requestsForPods(group.pods),
    hostPortUsage,
  };
}

/**
 * Whether a daemon pod would run on a node of the template and type, and what the check has left
 * of the pod.
 *
 * @see karpenter v1.14.1 pkg/controllers/provisioning/scheduling/scheduler.go isDaemonPodCompatible
 */
function checkDaemonPod(
  daemonPod: Pod,
  target: DaemonTarget,
  instanceType: InstanceType,
): { readonly pod: Pod; readonly isCompatible: boolean } {
  let pod = toleratePreferNoScheduleTaints(daemonPod)?.pod ?? daemonPod;
  if (!toleratesAll(target.taints, pod.spec.tolerations)) return { pod, isCompatible: false };
  for (;;) {
    const asked = strictPodRequirements(pod);
    if (
      target.requirements.isCompatible(asked, allowUndefinedWellKnownLabels) &&
      instanceType.requirements.isIntersecting(asked)
    ) {
      return { pod, isCompatible: true };
    }
    const relaxation = removeRequiredNodeAffinityTerm(pod);
    if (relaxation === undefined) return { pod, isCompatible: false };
    pod = relaxation.pod;
  }
}

/**
 * Resources to keep free on a node for daemon pods that will come but aren't there yet.
 *
 * Less than nothing counts as nothing, where unexpected daemon pods run already.
 *
 * @see karpenter v1.14.1 pkg/controllers/provisioning/scheduling/existingnode.go NewExistingNode
 * @see karpenter v1.14.1 pkg/controllers/provisioning/scheduling/scheduler.go getCompatibleDaemonPods
 */
export function daemonReserve(
  stateNode: StateNode,
  daemonSetPods: readonly Pod[],
  ignoreDraRequests: boolean,
): ResourceList {
  const known = reserveByStateNode.get(stateNode);
  if (known?.daemonSetPods === daemonSetPods && known.ignoreDraRequests === ignoreDraRequests) {
    return known.reserve;
  }
  const reserve = computeReserve(stateNode, daemonSetPods, ignoreDraRequests);
  reserveByStateNode.set(stateNode, { daemonSetPods, ignoreDraRequests, reserve });
  return reserve;
}

interface RememberedReserve {
  readonly daemonSetPods: readonly Pod[];
  readonly ignoreDraRequests: boolean;
  readonly reserve: ResourceList;
}

/** What-if runs ask about the same nodes and daemon pods again and again. */
const reserveByStateNode = new WeakMap<StateNode, RememberedReserve>();

function computeReserve(
  stateNode: StateNode,
  daemonSetPods: readonly Pod[],
  ignoreDraRequests: boolean,
): ResourceList {
  const labels = labelRequirements(stateNode.labels);
  const expected = daemonSetPods.filter(
    (pod) =>
      !(ignoreDraRequests && pod.spec.hasResourceClaims) &&
      toleratesAll(stateNode.taints, pod.spec.tolerations) &&
      labels.isCompatible(strictPodRequirements(pod)),
  );
  const running = stateNode.daemonSetRequests;
  const reserve: Record<string, number> = {};
  const requests = requestsForPods(expected);
  for (const name in requests) {
    reserve[name] = Math.max(0, (requests[name] ?? 0) - (running[name] ?? 0));
  }
  return reserve;
}
