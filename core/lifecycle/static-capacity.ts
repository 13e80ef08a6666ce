import type { NodeClaim } from "../apis/index.ts";
import {
  evictionCost,
  isDoNotDisruptActive,
  isOwnedByDaemonSet,
  lifetimeRemaining,
  type StateNode,
} from "../state/index.ts";
import { compareStrings, type SimTime } from "../units/index.ts";

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
  stateNodes: readonly StateNode[],
  count: number,
  now: SimTime,
): readonly NodeClaim[] {
  const unlaunched = nodeClaims.filter(
    ({ metadata, status }) =>
      (status.providerId ?? "") === "" && metadata.deletionTimestamp === undefined,
  );
  const running = stateNodes.filter(
    ({ nodeClaim, isMarkedForDeletion }) => nodeClaim !== undefined && !isMarkedForDeletion,
  );
  const empty = running.filter((stateNode) => isEmpty(stateNode, now));
  const others = running
    .filter((stateNode) => !empty.includes(stateNode))
    .map((stateNode) => ({
      stateNode,
      isProtected: hasProtectedPod(stateNode, now),
      cost: disruptionCost(stateNode, now),
    }))
    .sort(
      (a, b) =>
        Number(a.isProtected) - Number(b.isProtected) ||
        a.cost - b.cost ||
        compareStrings(a.stateNode.name, b.stateNode.name),
    );
  const launched = [...empty, ...others.map(({ stateNode }) => stateNode)];
  return [...unlaunched, ...launched.flatMap(({ nodeClaim }) => nodeClaim ?? [])].slice(0, count);
}

function hasProtectedPod(stateNode: StateNode, now: SimTime): boolean {
  return stateNode.pods.some((pod) => isDoNotDisruptActive(pod, now));
}

function isEmpty(stateNode: StateNode, now: SimTime): boolean {
  return stateNode.pods.every(isOwnedByDaemonSet) && !hasProtectedPod(stateNode, now);
}

function disruptionCost({ pods, nodeClaim }: StateNode, now: SimTime): number {
  const cost = pods.reduce((sum, pod) => sum + evictionCost(pod), 0);
  return nodeClaim === undefined ? cost : cost * lifetimeRemaining(nodeClaim, now);
}
