import type { LabelSelector, LabelSelectorRequirement } from "../../core/apis/index.ts";

type Labels = Readonly<Record<string, string>>;

/**
 * Whether a selector picks these labels; an empty selector picks all, an absent one none.
 *
 * @see k8s.io/apimachinery pkg/apis/meta/v1/helpers.go LabelSelectorAsSelector
 */
export function matchesLabels(selector: LabelSelector | undefined, labels: Labels): boolean {
  if (selector === undefined) return false;
  for (const key in selector.matchLabels) {
    if (!Object.hasOwn(labels, key) || labels[key] !== selector.matchLabels[key]) return false;
  }
  return selector.matchExpressions.every((expression) => matchesExpression(expression, labels));
}

function matchesExpression(expression: LabelSelectorRequirement, labels: Labels): boolean {
  const value = Object.hasOwn(labels, expression.key) ? labels[expression.key] : undefined;
  switch (expression.operator) {
    case "In":
      return value !== undefined && expression.values.includes(value);
    case "NotIn":
      return value === undefined || !expression.values.includes(value);
    case "Exists":
      return value !== undefined;
    case "DoesNotExist":
      return value === undefined;
  }
}
