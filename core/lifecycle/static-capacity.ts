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

/** Which NodeClaims go, and which pods were looked at for it. */
export interface ScaleDown {
  readonly nodeClaims: readonly NodeClaim[];
  /** Pods whose do-not-disrupt annotation was read. */
  readonly judgedPods: readonly Pod[];
}

/**
 * NodeClaims of a static NodePool to be deleted, in this order: those not launched, then machines
 * with nothing but DaemonSets' pods, then the others by what their pods cost to evict, protected
 * pods last.
 *
 * Differs: upstream leaves ties to chance; here names decide.
 *
 * @see karpenter v1.14.1 pkg/controllers/static/deprovisioning/controller.go Controller.getDeprovisioningCandidates
 */
export function decideScaleDown(
  nodeClaims: readonly NodeClaim[],
  machines: readonly StaticMachine[],
  count: number,
  now: SimTime,
): ScaleDown {
  const unlaunched = nodeClaims.filter(
    ({ metadata, status }) =>
      (status.providerId ?? "") === "" && metadata.deletionTimestamp === undefined,
  );
  if (unlaunched.length >= count) {
    return { nodeClaims: unlaunched.slice(0, count), judgedPods: [] };
  }
  const daemonsOnly = machines.filter(({ pods }) => pods.every(isOwnedByDaemonSet));
  const empty = daemonsOnly.filter(({ pods }) => !hasProtectedPod(pods, now));
  const judged = judgedPods(daemonsOnly, now);
  const first = [...unlaunched, ...nodeClaimsOf(empty)];
  if (first.length >= count) return { nodeClaims: first.slice(0, count), judgedPods: judged };
  const others = machines.filter((machine) => !empty.includes(machine));
  return {
    nodeClaims: [...first, ...nodeClaimsOf(byCost(others, now))].slice(0, count),
    judgedPods: [...judged, ...judgedPods(others, now)],
  };
}

function byCost(machines: readonly StaticMachine[], now: SimTime): readonly StaticMachine[] {
  return machines
    .map((machine) => ({
      machine,
      isProtected: hasProtectedPod(machine.pods, now),
      cost: disruptionCost(machine.stateNode.nodeClaim, machine.pods, now),
    }))
    .sort(
      (a, b) =>
        Number(a.isProtected) - Number(b.isProtected) ||
        a.cost - b.cost ||
        compareStrings(a.machine.stateNode.name, b.machine.stateNode.name),
    )
    .map(({ machine }) => machine);
}

function nodeClaimsOf(machines: readonly StaticMachine[]): readonly NodeClaim[] {
  return machines.flatMap(({ stateNode }) => stateNode.nodeClaim ?? []);
}

function hasProtectedPod(pods: readonly Pod[], now: SimTime): boolean {
  return pods.some((pod) => isDoNotDisruptActive(pod, now));
}

/** Of each machine the pods up to the first that protects it. */
function judgedPods(machines: readonly StaticMachine[], now: SimTime): readonly Pod[] {
  return machines.flatMap(({ pods }) => {
    const first = pods.findIndex((pod) => isDoNotDisruptActive(pod, now));
    return first === -1 ? pods : pods.slice(0, first + 1);
  });
}

function disruptionCost(
  nodeClaim: NodeClaim | undefined,
  pods: readonly Pod[],
  now: SimTime,
): number {
  const cost = pods.reduce((sum, pod) => sum + evictionCost(pod), 0);
  return nodeClaim === undefined ? cost : cost * lifetimeRemaining(nodeClaim, now);
}
