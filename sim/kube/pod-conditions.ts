import type { Pod, PodCondition } from "../../core/apis/index.ts";
import type { SimTime } from "../../core/units/index.ts";

/** The condition of this type, if the pod has it. */
export function podCondition(pod: Pod, type: string): PodCondition | undefined {
  return pod.status.conditions.find((condition) => condition.type === type);
}

/** Whether condition Ready is True. */
export function isPodReady(pod: Pod): boolean {
  return podCondition(pod, "Ready")?.status === "True";
}

/** Since when the pod is Ready; undefined while it is not. */
export function readySince(pod: Pod): SimTime | undefined {
  const ready = podCondition(pod, "Ready");
  return ready?.status === "True" ? ready.lastTransitionTime : undefined;
}

/** Whether all containers have ended for good. */
export function isPodTerminal(pod: Pod): boolean {
  return pod.status.phase === "Succeeded" || pod.status.phase === "Failed";
}

/** Whether the pod has been deleted and its object waits for the kubelet. */
export function isPodTerminating(pod: Pod): boolean {
  return pod.metadata.deletionTimestamp !== undefined;
}

/**
 * Whether a controller counts the pod as one of its replicas: neither finished nor terminating.
 *
 * @see kubernetes pkg/controller/controller_utils.go IsPodActive
 */
export function isPodActive(pod: Pod): boolean {
  return !isPodTerminal(pod) && !isPodTerminating(pod);
}

/**
 * Whether the pod has been Ready for the given seconds.
 *
 * @see kubernetes pkg/api/v1/pod/util.go IsPodAvailable
 */
export function isPodAvailable(pod: Pod, minReadySeconds: number, now: SimTime): boolean {
  const since = readySince(pod);
  return since !== undefined && now - since >= minReadySeconds * 1000;
}

/** A condition as its writer states it; the transition time follows from the one before. */
export type ConditionChange = Omit<PodCondition, "lastTransitionTime">;

/**
 * The pod with these conditions set; the very same object when nothing changes.
 *
 * `lastTransitionTime` moves only when the status does. New types go to the end.
 */
export function withPodConditions(
  pod: Pod,
  changes: readonly ConditionChange[],
  now: SimTime,
): Pod {
  let conditions: PodCondition[] | undefined;
  for (const change of changes) {
    const current = conditions ?? pod.status.conditions;
    const index = current.findIndex((condition) => condition.type === change.type);
    const before = current[index];
    if (before !== undefined && isSameCondition(before, change)) continue;
    const isTransition = before?.status !== change.status;
    const lastTransitionTime = isTransition ? now : (before as PodCondition).lastTransitionTime;
    conditions ??= [...pod.status.conditions];
    conditions[index < 0 ? conditions.length : index] = { ...change, lastTransitionTime };
  }
  return conditions === undefined ? pod : { ...pod, status: { ...pod.status, conditions } };
}

function isSameCondition(a: PodCondition, b: ConditionChange): boolean {
  return a.status === b.status && a.reason === b.reason && a.message === b.message;
}
