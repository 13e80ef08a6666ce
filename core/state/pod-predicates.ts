// What kind of pod this is, as scheduling, draining and disruption ask. All of it is answered from
// the pod alone and the time.
import {
  annotationDoNotDisrupt,
  objectKey,
  type Pod,
  protectionDuration,
  type Taint,
  taintDisrupted,
} from "../apis/index.ts";
import { toleratesAll } from "../scheduling/index.ts";
import { after, elapsed, formatTime, minutes, type SimTime } from "../units/index.ts";
import type { ClusterEvent } from "./cluster.ts";
import { truncateToSecond } from "./conditions.ts";

/** The taint of nodes that are about to be disrupted or are draining. */
export const disruptedNoScheduleTaint: Taint = Object.freeze({
  key: taintDisrupted,
  value: "",
  effect: "NoSchedule",
});

const disruptedTaints: readonly Taint[] = [disruptedNoScheduleTaint];
const stuckAllowance = minutes(1);

/** Whether the pod has run to its end (Succeeded or Failed). */
export function isTerminal(pod: Pod): boolean {
  return pod.status.phase === "Failed" || pod.status.phase === "Succeeded";
}

/** Whether the pod is being deleted. */
export function isTerminating(pod: Pod): boolean {
  return pod.metadata.deletionTimestamp !== undefined;
}

/**
 * Whether the pod is neither terminal nor terminating.
 *
 * @see karpenter v1.14.1 pkg/utils/pod/scheduling.go IsActive
 */
export function isActive(pod: Pod): boolean {
  return !isTerminal(pod) && !isTerminating(pod);
}

/** Whether the pod has a node. */
export function isScheduled(pod: Pod): boolean {
  return pod.spec.nodeName !== undefined && pod.spec.nodeName !== "";
}

/** Whether pods are being preempted for this one, so that it is about to get a node. */
export function isPreempting(pod: Pod): boolean {
  const { nominatedNodeName } = pod.status;
  return nominatedNodeName !== undefined && nominatedNodeName !== "";
}

function isOwnedBy(pod: Pod, apiVersion: string, kind: string): boolean {
  return pod.metadata.ownerReferences.some(
    (owner) => owner.apiVersion === apiVersion && owner.kind === kind,
  );
}

/** Whether a DaemonSet (apps/v1) owns the pod. */
export function isOwnedByDaemonSet(pod: Pod): boolean {
  return isOwnedBy(pod, "apps/v1", "DaemonSet");
}

/** Whether a StatefulSet (apps/v1) owns the pod. */
export function isOwnedByStatefulSet(pod: Pod): boolean {
  return isOwnedBy(pod, "apps/v1", "StatefulSet");
}

/** Whether the pod mirrors a static pod of its node; the API server cannot delete it. */
export function isMirror(pod: Pod): boolean {
  return isOwnedBy(pod, "v1", "Node");
}

/**
 * Whether the pod will need another place when its node goes.
 *
 * A terminating pod of a StatefulSet counts, because its successor comes only after it is gone.
 *
 * @see karpenter v1.14.1 pkg/utils/pod/scheduling.go IsReschedulable
 */
export function isReschedulable(pod: Pod): boolean {
  const isExpected = isActive(pod) || (isOwnedByStatefulSet(pod) && isTerminating(pod));
  return isExpected && !isOwnedByDaemonSet(pod) && !isMirror(pod);
}

/**
 * Whether kube-scheduler has said that the pod fits nowhere. The status of the condition isn't
 * looked at.
 *
 * @see karpenter v1.14.1 pkg/utils/pod/scheduling.go FailedToSchedule
 */
export function hasFailedToSchedule(pod: Pod): boolean {
  return pod.status.conditions.some(
    ({ type, reason }) => type === "PodScheduled" && reason === "Unschedulable",
  );
}

/**
 * Whether the pod asks for new capacity.
 *
 * @see karpenter v1.14.1 pkg/utils/pod/scheduling.go IsProvisionable
 */
export function isProvisionable(pod: Pod): boolean {
  return (
    !isScheduled(pod) &&
    hasFailedToSchedule(pod) &&
    !isPreempting(pod) &&
    !isOwnedByDaemonSet(pod) &&
    !isMirror(pod)
  );
}

/** Whether the pod stays on nodes that are being disrupted. */
export function toleratesDisruptedTaint(pod: Pod): boolean {
  return toleratesAll(disruptedTaints, pod.spec.tolerations);
}

/**
 * Whether the pod should have been gone for more than a minute.
 *
 * @see karpenter v1.14.1 pkg/utils/pod/scheduling.go IsStuckTerminating
 */
export function isStuckTerminating(pod: Pod, now: SimTime): boolean {
  const { deletionTimestamp } = pod.metadata;
  return deletionTimestamp !== undefined && elapsed(deletionTimestamp, now) > stuckAllowance;
}

/**
 * Whether draining a node has to get rid of the pod. Includes pods that may not be disrupted: the
 * drain waits for them although it doesn't evict them.
 *
 * @see karpenter v1.14.1 pkg/utils/pod/scheduling.go IsDrainable
 */
export function isDrainable(pod: Pod, now: SimTime): boolean {
  return !isStuckTerminating(pod, now) && !isMirror(pod) && !toleratesDisruptedTaint(pod);
}

/** Whether a drain waits for the pod: drainable and not terminal. */
export function isWaitingEviction(pod: Pod, now: SimTime): boolean {
  return !isTerminal(pod) && isDrainable(pod, now);
}

/**
 * Whether Karpenter may evict the pod.
 *
 * @see karpenter v1.14.1 pkg/utils/pod/scheduling.go IsEvictable
 */
export function isEvictable(pod: Pod, now: SimTime): boolean {
  return (
    isActive(pod) &&
    !isMirror(pod) &&
    !isDoNotDisruptActive(pod, now) &&
    !toleratesDisruptedTaint(pod)
  );
}

/** Whether the pod's own protection lets it be disrupted; an inactive pod always may. */
export function isDisruptable(pod: Pod, now: SimTime): boolean {
  return !isActive(pod) || !isDoNotDisruptActive(pod, now);
}

/** What the do-not-disrupt annotation of a pod amounts to. */
export type DoNotDisrupt =
  | { readonly kind: "absent" }
  | { readonly kind: "always" }
  /** `until` is absent while the pod has no start time. */
  | { readonly kind: "active"; readonly until?: SimTime }
  | { readonly kind: "elapsed" }
  | { readonly kind: "invalid"; readonly message: string };

/**
 * Reads the annotation: `true`, or a Go duration that runs from the pod's start.
 *
 * @see karpenter v1.14.1 pkg/utils/pod/scheduling.go IsDoNotDisruptActive
 */
export function doNotDisrupt(pod: Pod, now: SimTime): DoNotDisrupt {
  const value = pod.metadata.annotations[annotationDoNotDisrupt];
  if (value === undefined) return { kind: "absent" };
  if (value === "true") return { kind: "always" };
  const duration = protectionDuration(value);
  if (typeof duration === "string") return { kind: "invalid", message: duration };
  const { startTime } = pod.status;
  if (startTime === undefined) return { kind: "active" };
  const until = after(startTime, duration);
  return now < until ? { kind: "active", until } : { kind: "elapsed" };
}

/** Whether the annotation protects the pod now; a value that cannot be read protects nothing. */
export function isDoNotDisruptActive(pod: Pod, now: SimTime): boolean {
  // Nearly no pod has the annotation, and this is asked for every pod of every poll.
  if (pod.metadata.annotations[annotationDoNotDisrupt] === undefined) return false;
  const { kind } = doNotDisrupt(pod, now);
  return kind === "always" || kind === "active";
}

/**
 * The event that upstream records whenever it evaluates the annotation; none without one or for
 * `true`.
 *
 * @see karpenter v1.14.1 pkg/utils/pod/events.go
 */
export function doNotDisruptEvent(pod: Pod, now: SimTime): ClusterEvent | undefined {
  const protection = doNotDisrupt(pod, now);
  const about = { objectKind: "Pod", objectKey: objectKey(pod) } as const;
  switch (protection.kind) {
    case "absent":
    case "always":
      return undefined;
    case "active":
      if (protection.until === undefined) return undefined;
      // Upstream writes whole seconds, cut off.
      return {
        ...about,
        type: "Normal",
        reason: "DoNotDisruptUntil",
        message: `The ${annotationDoNotDisrupt} grace period will elapse at ${formatTime(truncateToSecond(protection.until))}`,
      };
    case "elapsed":
      return {
        ...about,
        type: "Normal",
        reason: "DoNotDisruptGracePeriodElapsed",
        message: `The ${annotationDoNotDisrupt} grace period has elapsed, pod is now disruptable`,
      };
    case "invalid":
      return {
        ...about,
        type: "Warning",
        reason: "InvalidDoNotDisruptAnnotation",
        message: `Invalid ${annotationDoNotDisrupt} annotation: ${protection.message}, ignoring annotation`,
      };
  }
}
