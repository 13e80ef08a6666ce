import type { LabelSelector, Pod, TopologySpreadConstraint } from "../../../core/apis/index.ts";

/** The constraint's selector with the pod's own values of matchLabelKeys. */
export function selectorOf(
  pod: Pod,
  constraint: TopologySpreadConstraint,
): LabelSelector | undefined {
  const { labelSelector, matchLabelKeys } = constraint;
  if (labelSelector === undefined || matchLabelKeys.length === 0) return labelSelector;
  const matchLabels = { ...labelSelector.matchLabels };
  for (const key of matchLabelKeys) {
    const value = pod.metadata.labels[key];
    if (value !== undefined) matchLabels[key] = value;
  }
  return { ...labelSelector, matchLabels };
}
