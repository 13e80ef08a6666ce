import type { Pod, PodCondition } from "../../core/apis/index.ts";
import {
  hasFailedToSchedule,
  isActive,
  isMirror,
  isOwnedByDaemonSet,
  isPreempting,
  isScheduled,
} from "../../core/state/index.ts";
import type { SimTime } from "../../core/units/index.ts";

/**
 * Whether a pod waits for a node although kube-scheduler has not said so yet: it was just created, or
 * the snapshot was written by hand.
 */
export function isSilentlyPending(pod: Pod): boolean {
  return (
    pod.status.phase === "Pending" &&
    isActive(pod) &&
    !isScheduled(pod) &&
    !isPreempting(pod) &&
    !isOwnedByDaemonSet(pod) &&
    !isMirror(pod) &&
    pod.spec.schedulingGates.length === 0 &&
    !pod.status.conditions.some(({ type }) => type === "PodScheduled")
  );
}

/** The pod with what kube-scheduler would say of it if no node had room. */
export function asUnschedulable(pod: Pod, now: SimTime): Pod {
  const condition: PodCondition = {
    type: "PodScheduled",
    status: "False",
    reason: "Unschedulable",
    message: "",
    lastTransitionTime: now,
  };
  const conditions = [...pod.status.conditions, condition];
  return { ...pod, status: { ...pod.status, conditions } };
}

/**
 * Why Karpenter does not look at a pod that has no node; undefined for a pod that it looks at, has a
 * node, or is over.
 *
 * @see karpenter v1.14.1 pkg/utils/pod/scheduling.go IsProvisionable
 */
export function waitsForOther(pod: Pod): string | undefined {
  if (isScheduled(pod) || !isActive(pod) || isMirror(pod)) return undefined;
  if (pod.spec.schedulingGates.length > 0) {
    return `it has scheduling gates: ${pod.spec.schedulingGates.join(", ")}`;
  }
  if (isOwnedByDaemonSet(pod)) return "it belongs to a DaemonSet, for which no node is launched";
  if (isPreempting(pod)) {
    return `other pods are being preempted for it on ${pod.status.nominatedNodeName ?? ""}`;
  }
  if (!hasFailedToSchedule(pod) && !isSilentlyPending(pod)) {
    return "kube-scheduler has not found it unschedulable";
  }
  return undefined;
}
