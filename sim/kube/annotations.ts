import type { Pod } from "../../core/apis/index.ts";
import { tryParseDuration } from "../../core/units/index.ts";
import type { DurationMs } from "../../core/units/index.ts";
import { hashUniform } from "../engine/index.ts";

/** How long a pod's containers run before they succeed, as a Go duration. */
export const annotationDuration = "dryfit.dev/duration";

/** By how much that varies from pod to pod, up or down, as a Go duration. */
export const annotationDurationJitter = "dryfit.dev/duration-jitter";

/** `Kind/name` of the workload under which a bare pod is reported. */
export const annotationWorkload = "dryfit.dev/workload";

/**
 * How long the pod runs until it succeeds; undefined for a pod that never ends by itself or whose
 * annotation cannot be read. Never less than 1 ms.
 */
export function runDuration(pod: Pod, seed: number | string): DurationMs | undefined {
  const text = pod.metadata.annotations[annotationDuration];
  const duration = text === undefined ? undefined : tryParseDuration(text);
  if (duration === undefined) return undefined;
  const jitterText = pod.metadata.annotations[annotationDurationJitter];
  const jitter = (jitterText === undefined ? undefined : tryParseDuration(jitterText)) ?? 0;
  const draw = hashUniform(seed, "kube-run-duration", pod.metadata.uid, 0);
  return Math.max(1, Math.round(duration + (2 * draw - 1) * jitter)) as DurationMs;
}
