import { type DurationMs, parseDuration } from "../units/index.ts";
import { annotationDoNotDisrupt } from "./labels.ts";
import { type Place, complain, placeAt } from "./place.ts";

/**
 * How long a pod's do-not-disrupt annotation protects it from its start, or the sentence that says
 * what is wrong with the value; `true` is no duration.
 *
 * @see karpenter v1.14.1 pkg/utils/pod/scheduling.go IsDoNotDisruptActive
 */
export function protectionDuration(value: string): DurationMs | string {
  let duration: DurationMs;
  try {
    duration = parseDuration(value);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const reason = error.message.replace(/ \(allowed: .*$/, "");
    return `failed to parse ${JSON.stringify(value)} as a duration: ${reason}`;
  }
  return duration > 0 ? duration : `duration ${JSON.stringify(value)} must be positive`;
}

type Annotations = Readonly<Record<string, string>>;

/** Warns of a value that protects no pod; `place` is that of the annotations. */
export function warnOfPodProtection(annotations: Annotations, place: Place): void {
  const value = annotations[annotationDoNotDisrupt];
  if (value === undefined || value === "true") return;
  const fault = protectionDuration(value);
  if (typeof fault !== "string") return;
  warn(place, {
    value,
    allowed: '"true", or how long from the pod\'s start, such as "1h"',
    sentence: `Karpenter ignores the annotation, and the pod is not protected: ${fault}`,
  });
}

/**
 * Warns of a value that protects no node: a duration is for pods alone.
 *
 * @see karpenter v1.14.1 pkg/controllers/state/statenode.go ValidateNodeDisruptable
 */
export function warnOfNodeProtection(annotations: Annotations, place: Place): void {
  const value = annotations[annotationDoNotDisrupt];
  if (value === undefined || value === "true" || value === "false") return;
  warn(place, {
    value,
    allowed: '"true"',
    sentence: 'on a node Karpenter reads "true" only; the node is not protected',
  });
}

function warn(
  place: Place,
  complaint: { readonly value: string; readonly allowed: string; readonly sentence: string },
): void {
  complain(placeAt(place, annotationDoNotDisrupt), {
    code: "apis/ignored-value",
    severity: "unsupported",
    ...complaint,
  });
}
