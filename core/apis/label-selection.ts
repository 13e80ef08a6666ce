import type { LabelSelector, LabelSelectorRequirement } from "./selectors.ts";

/**
 * Whether a selector matches a set of labels; the empty selector matches every set.
 *
 * @see k8s.io/apimachinery pkg/apis/meta/v1/helpers.go LabelSelectorAsSelector
 */
export function selectsLabels(
  selector: LabelSelector,
  labels: Readonly<Record<string, string>>,
): boolean {
  const areEqual = Object.entries(selector.matchLabels).every(
    ([key, value]) => valueOf(labels, key) === value,
  );
  return areEqual && selector.matchExpressions.every((one) => holds(one, valueOf(labels, one.key)));
}

function valueOf(labels: Readonly<Record<string, string>>, key: string): string | undefined {
  return Object.hasOwn(labels, key) ? labels[key] : undefined;
}

function holds(requirement: LabelSelectorRequirement, value: string | undefined): boolean {
  switch (requirement.operator) {
    case "In":
      return value !== undefined && requirement.values.includes(value);
    case "NotIn":
      return value === undefined || !requirement.values.includes(value);
    case "Exists":
      return value !== undefined;
    case "DoesNotExist":
      return value === undefined;
  }
}
