import type { SimTime } from "../../core/units/index.ts";
import type { ReplicaPlan } from "../../sim/world-plan.ts";
import type { ReplicaChange } from "../../traces/index.ts";
import type { WorkloadSpec } from "../scenario-schema.ts";
import { rhythmChanges } from "./rhythm.ts";

/** A workload of the manifests whose replicas change over time. */
export type ScaledWorkload = Extract<WorkloadSpec, { readonly replicas: unknown }>;

/** The object that a workload scales. */
export function scaledTarget(
  workload: ScaledWorkload,
): Pick<ReplicaPlan, "kind" | "namespace" | "name"> {
  const { namespace } = workload;
  return "deployment" in workload
    ? { kind: "Deployment", namespace, name: workload.deployment }
    : { kind: "StatefulSet", namespace, name: workload.statefulSet };
}

/**
 * The wanted replicas of a workload within the window. What a series says of the time before the
 * start is in force at the start.
 */
export function replicaPlan(
  workload: ScaledWorkload,
  series: readonly ReplicaChange[] | undefined,
  window: { readonly seed: number; readonly start: SimTime; readonly end: SimTime },
): ReplicaPlan {
  const target = scaledTarget(workload);
  const { replicas } = workload;
  if ("rhythm" in replicas) {
    const entity = `${target.kind}/${target.namespace}/${target.name}`;
    return { ...target, changes: rhythmChanges(replicas.rhythm, { ...window, entity }) };
  }
  return { ...target, changes: within(series ?? [], window) };
}

function within(
  series: readonly ReplicaChange[],
  { start, end }: { readonly start: SimTime; readonly end: SimTime },
): ReplicaPlan["changes"] {
  const inForce = series.filter(({ time }) => time <= start).at(-1);
  const later = series.filter(({ time }) => time > start && time < end);
  return [
    ...(inForce === undefined ? [] : [{ at: start, replicas: inForce.replicas }]),
    ...later.map(({ time, replicas }) => ({ at: time, replicas })),
  ];
}
