import type { ManifestObject, PodTemplate } from "../../core/apis/index.ts";
import type { DurationMs, SimTime } from "../../core/units/index.ts";
import { after, compareStrings, durationMs, invariant } from "../../core/units/index.ts";
import { hashUniform } from "../../sim/engine/index.ts";
import type { PodArrival } from "../../sim/world-plan.ts";
import type { TracePod } from "../../traces/index.ts";
import type { WorkloadSpec } from "../scenario-schema.ts";
import { podTemplateOf } from "./pod-template.ts";
import type { PodTemplateResult } from "./pod-template.ts";
import { drawArrivals } from "./random-arrivals.ts";

/** A workload of pods out of a recorded list. */
export type PodTraceWorkload = Extract<WorkloadSpec, { readonly trace: unknown }>;
/** A workload of pods that arrive at random. */
export type BatchWorkload = Extract<WorkloadSpec, { readonly batch: unknown }>;

/** When pods arrive and which draws they use. */
export interface ArrivalWindow {
  readonly seed: number;
  readonly start: SimTime;
  /** Not included. */
  readonly end: SimTime;
  /** The manifests, for their PriorityClasses. */
  readonly objects: readonly ManifestObject[];
}

/** The name of a trace's workload in reports. */
export function traceName({ name, trace }: PodTraceWorkload): string {
  return name ?? trace.format;
}

/** The template of a batch workload, or what is wrong with it. */
export function batchTemplate(
  workload: BatchWorkload,
  objects: readonly ManifestObject[],
): PodTemplateResult {
  const terminationGracePeriodSeconds = Math.ceil(workload.terminationGracePeriod / 1000);
  return podTemplateOf(workload, workload.requests, { terminationGracePeriodSeconds, objects });
}

/** The pods of a batch workload, ascending by arrival. */
export function batchArrivals(
  workload: BatchWorkload,
  window: ArrivalWindow,
): readonly PodArrival[] {
  const { batch: name, namespace } = workload;
  const template = valid(batchTemplate(workload, window.objects));
  const entity = `${namespace}/${name}`;
  return drawArrivals(workload, { ...window, entity }).map(({ at, runsFor, index }) => ({
    at,
    namespace,
    name: `${name}-${index}`,
    workload: { kind: "Job", namespace, name },
    template,
    runsFor,
    isReplaced: true,
  }));
}

/** The template of one pod of a trace, or what is wrong with it. */
export function traceTemplate(
  workload: PodTraceWorkload,
  pod: Pick<TracePod, "cpuMillicores" | "memoryBytes" | "gpus">,
  objects: readonly ManifestObject[],
): PodTemplateResult {
  const { cpuScale, memoryScale } = workload.trace;
  const cpu = Math.ceil(pod.cpuMillicores * cpuScale);
  const memory = Math.ceil(pod.memoryBytes * memoryScale);
  const requests = {
    ...(cpu > 0 ? { cpu: `${cpu}m` } : {}),
    ...(memory > 0 ? { memory: String(memory) } : {}),
    ...(pod.gpus > 0 ? { "nvidia.com/gpu": String(pod.gpus) } : {}),
  };
  return podTemplateOf(workload, requests, { terminationGracePeriodSeconds: 30, objects });
}

/** The pods of a recorded list that arrive within the window, ascending by arrival. */
export function traceArrivals(
  workload: PodTraceWorkload,
  pods: readonly TracePod[],
  window: ArrivalWindow,
): readonly PodArrival[] {
  const { namespace, trace } = workload;
  const name = traceName(workload);
  const origin = after(window.start, trace.offset);
  const templates = new Map<string, PodTemplate>();
  const arrivals: PodArrival[] = [];
  for (const pod of pods) {
    const noise = hashUniform(window.seed, "trace-arrival", `${name}/${pod.name}`, 0);
    const delay = Math.round(pod.arrivalSeconds * 1000 + noise * trace.arrivalNoise);
    const at = after(origin, durationMs(delay));
    if (at >= window.end) continue;
    // One template for all pods of a size: the scheduler groups pods by it.
    const key = `${pod.cpuMillicores}/${pod.memoryBytes}/${pod.gpus}`;
    const template = templates.get(key) ?? valid(traceTemplate(workload, pod, window.objects));
    templates.set(key, template);
    const runsFor = lengthOf(pod);
    arrivals.push({
      at,
      namespace,
      name: pod.name,
      workload: { kind: "Pod", namespace, name },
      template,
      isReplaced: true,
      ...(runsFor === undefined ? {} : { runsFor }),
    });
  }
  return arrivals.sort(byArrival);
}

function lengthOf({ durationSeconds }: TracePod): DurationMs | undefined {
  // A pod that was gone in the second in which it came has still run.
  return durationSeconds === undefined
    ? undefined
    : durationMs(Math.max(1, Math.round(durationSeconds * 1000)));
}

/** By instant, then namespace and name. */
export function byArrival(a: PodArrival, b: PodArrival): number {
  return a.at - b.at || compareStrings(a.namespace, b.namespace) || compareStrings(a.name, b.name);
}

function valid(result: PodTemplateResult): PodTemplate {
  invariant(result.ok, "a pod template was not checked before the run");
  return result.template;
}
