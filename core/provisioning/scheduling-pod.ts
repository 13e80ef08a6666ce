import type { Pod } from "../apis/index.ts";
import {
  heldPodSpec,
  hostPorts,
  podRequirements,
  requestsForPods,
  type Requirements,
  strictPodRequirements,
} from "../scheduling/index.ts";
import { type ResourceList, sortedEntries } from "../units/index.ts";
import { requirementsText } from "./requirement-text.ts";
import type { PreferencePolicy } from "./topology-tracker.ts";

/**
 * A pod as the scheduler tries it: perhaps with some preferences dropped, and with what follows
 * from its specification.
 *
 * @see karpenter v1.14.1 pkg/controllers/provisioning/scheduling/scheduler.go PodData
 */
export interface SchedulingPod {
  /** As handed in; results name this one. */
  readonly original: Pod;
  /** As tried now; the original or a relaxed copy. */
  readonly pod: Pod;
  readonly requests: ResourceList;
  /** By the preference policy: with the heaviest preference, or without. */
  readonly requirements: Requirements;
  readonly strictRequirements: Requirements;
  /** Alternatives that its volumes allow, in order; empty when they don't restrict it. */
  readonly volumeAlternatives: readonly Requirements[];
  /**
   * Equal for pods that every candidate treats alike, topology and volumes aside; `undefined` for
   * pods with host ports, which are told apart by name.
   */
  readonly shape: string | undefined;
}

/** What a pod is looked at for; see `SchedulingPod`. */
export function schedulingPod(
  original: Pod,
  pod: Pod,
  volumeAlternatives: readonly Requirements[],
  preferencePolicy: PreferencePolicy,
): SchedulingPod {
  const strictRequirements = strictPodRequirements(pod);
  const requirements = preferencePolicy === "Ignore" ? strictRequirements : podRequirements(pod);
  const requests = requestsForPods([pod]);
  const shape = shapeOf(pod, requests, requirements);
  return { original, pod, requests, requirements, strictRequirements, volumeAlternatives, shape };
}

const shapes = new WeakMap<Requirements, WeakMap<Pod["spec"], string>>();

function shapeOf(pod: Pod, requests: ResourceList, requirements: Requirements): string | undefined {
  if (hostPorts(pod).length > 0) return undefined;
  const known = shapes.get(requirements) ?? new WeakMap<Pod["spec"], string>();
  shapes.set(requirements, known);
  const spec = heldPodSpec(pod);
  let shape = known.get(spec);
  if (shape === undefined) {
    shape = JSON.stringify([
      requirementsText(requirements),
      sortedEntries(requests),
      pod.spec.tolerations.map(({ key, operator, value, effect }) => [
        key,
        operator,
        value,
        effect,
      ]),
    ]);
    known.set(spec, shape);
  }
  return shape;
}
