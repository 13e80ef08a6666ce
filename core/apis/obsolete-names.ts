// Names of older releases that Karpenter v1 does not read. Nothing refuses them, so that what somebody
// wrote to protect a node, or to choose one, would have no effect without a word.
import { annotationDoNotDisrupt, labelNodePool, taintDisrupted } from "./labels.ts";
import { type Place, complain, placeAt } from "./place.ts";

const labelProvisioner = "karpenter.sh/provisioner-name";
const taintDisruption = "karpenter.sh/disruption";
const annotationKubelet = "compatibility.karpenter.sh/v1beta1-kubelet-conversion";
const obsoleteAnnotations = ["karpenter.sh/do-not-evict", "karpenter.sh/do-not-consolidate"];

interface ObsoleteName {
  readonly value: unknown;
  readonly current: string;
  readonly sentence: string;
}

function warn(place: Place, { value, current, sentence }: ObsoleteName): void {
  complain(place, {
    code: "apis/obsolete-name",
    severity: "unsupported",
    value,
    allowed: current,
    hint: `write ${current}`,
    sentence: `${sentence}; it is ${current} now`,
  });
}

const labelSentence = "Karpenter v1 does not set this label, so no node matches";

/** Warns of a label that pods ask of nodes; such a pod stays pending for ever. */
export function warnOfObsoleteSelection(
  labels: Readonly<Record<string, string>>,
  place: Place,
): void {
  if (!Object.hasOwn(labels, labelProvisioner)) return;
  const value = labels[labelProvisioner];
  warn(placeAt(place, labelProvisioner), {
    value,
    current: labelNodePool,
    sentence: labelSentence,
  });
}

/** Warns of the key of a requirement or topology; `place` is that of the key. */
export function warnOfObsoleteKey(key: string, place: Place): void {
  if (key !== labelProvisioner) return;
  warn(place, { value: key, current: labelNodePool, sentence: labelSentence });
}

/** Warns of a Node that only the older label gives to Karpenter; `place` is that of the labels. */
export function warnOfObsoleteOwner(labels: Readonly<Record<string, string>>, place: Place): void {
  if (!Object.hasOwn(labels, labelProvisioner) || Object.hasOwn(labels, labelNodePool)) return;
  warn(placeAt(place, labelProvisioner), {
    value: labels[labelProvisioner],
    current: labelNodePool,
    sentence: "Karpenter v1 does not read this label, so the node is in no NodePool",
  });
}

/**
 * Warns of annotations that used to protect pods and nodes, unless the current one is there as well;
 * `place` is that of the annotations.
 */
export function warnOfObsoleteAnnotations(
  annotations: Readonly<Record<string, string>>,
  place: Place,
): void {
  if (Object.hasOwn(annotations, annotationDoNotDisrupt)) return;
  for (const name of obsoleteAnnotations) {
    if (!Object.hasOwn(annotations, name)) continue;
    warn(placeAt(place, name), {
      value: annotations[name],
      current: annotationDoNotDisrupt,
      sentence: "Karpenter v1 does not read this annotation",
    });
  }
}

/** Warns of kubelet settings that the conversion to v1 parked in a NodePool's annotations. */
export function warnOfKubeletAnnotation(
  annotations: Readonly<Record<string, string>>,
  place: Place,
): void {
  if (!Object.hasOwn(annotations, annotationKubelet)) return;
  complain(placeAt(place, annotationKubelet), {
    code: "apis/obsolete-name",
    severity: "unsupported",
    value: annotations[annotationKubelet],
    allowed: "spec.kubelet of the EC2NodeClass",
    hint: "move the settings to spec.kubelet of the EC2NodeClass",
    sentence:
      "Karpenter v1.1 and later do not read these kubelet settings; they belong in spec.kubelet " +
      "of the EC2NodeClass",
  });
}

/** Warns of the taint of nodes that are being disrupted, in a taint; `place` is that of the key. */
export function warnOfObsoleteTaint(key: string, place: Place): void {
  if (key !== taintDisruption) return;
  const sentence = "Karpenter v1 does not know this taint";
  warn(place, { value: key, current: taintDisrupted, sentence });
}

/** Warns of the same in a toleration; the current taint has no value that could be equal. */
export function warnOfObsoleteToleration(key: string, place: Place): void {
  if (key !== taintDisruption) return;
  const sentence = "Karpenter v1 does not set this taint, so tolerating it has no effect";
  warn(place, { value: key, current: taintDisrupted, sentence });
}
