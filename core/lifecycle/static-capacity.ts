import type { NodeClaim, Pod } from "../apis/index.ts";
import {
  evictionCost,
  isDoNotDisruptActive,
  isOwnedByDaemonSet,
  lifetimeRemaining,
  type StateNode,
} from "../state/index.ts";
import { compareStrings, type SimTime } from "../units/index.ts";

/** A machine of a static NodePool with all pods bound to it, finished ones among them. */
export interface StaticMachine {
  readonly stateNode: StateNode;
  readonly pods: readonly Pod[];
}

/**
 * NodeClaims of a static NodePool to be deleted, in this order: those not launched, then machines
 * with nothing but DaemonSets' pods, then the others by what their pods cost to evict, protected
 * pods last. Machines that are marked for deletion don't count.
 *
 * Differs: upstream leaves ties to chance; here names decide.
 *
 * @see karpenter v1.14.1 pkg/controllers/static/deprovisioning/controller.go Controller.getDeprovisioningCandidates
 */
export function scaleDownCandidates(
  nodeClaims: readonly NodeClaim[],
  machines: readonly StaticMachine[],
  count: number,
  now: SimTime,
): readonly NodeClaim[] {
  const unlaunched = nodeClaims.filter(
    ({ metadata, status }) =>
      (status.providerId ?? "") === "" && metadata.deletionTimestamp === undefined,
  );
  const empty = machines.filter((machine) => isEmpty(machine, now));
  const others = machines
    .filter((machine) => !empty.includes(machine))
    .map(({ stateNode, pods }) => ({
      stateNode,
      isProtected: hasProtectedPod(pods, now),
      cost: disruptionCost(stateNode.nodeClaim, pods, now),
    }))
    .sort(
      (a, b) =>
        Number(a.isProtected) - Number(b.isProtected) ||
        a.cost - b.cost ||
        compareStrings(a.stateNode.name, b.stateNode.name),
    );
  const launched = [...empty, ...others].flatMap(({ stateNode }) => stateNode.nodeClaim ?? []);
  return [...unlaunched, ...launched].slice(0, count);
}

function hasProtectedPod(pods: readonly Pod[], now: SimTime): boolean {
  return pods.some((pod) => isDoNotDisruptActive(pod, now));
}

function isEmpty({ pods }: StaticMachine, now: SimTime): boolean {
  return pods.every(isOwnedByDaemonSet) && !hasProtectedPod(pods, now);
}

function disruptionCost(
  nodeClaim: NodeClaim | undefined,
  pods: readonly Pod[],
  now: SimTime,
): number {
  const cost = pods.reduce((sum, pod) => sum + evictionCost(pod), 0);
  return nodeClaim === undefined ? cost : cost * lifetimeRemaining(nodeClaim, now);
}
