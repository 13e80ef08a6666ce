// Selectors as the API server and kube-scheduler evaluate them on labels. Karpenter's own view of
// node affinity is `Requirements`; here a concrete set of labels is asked, with yes or no.
import type {
  LabelSelector,
  LabelSelectorRequirement,
  NodeSelectorRequirement,
  NodeSelectorTerm,
} from "../apis/index.ts";
import { parseInt64 } from "./int64.ts";

type Labels = Readonly<Record<string, string>>;

/**
 * Whether a selector picks an object with these labels. An absent selector picks nothing, an empty
 * one everything; NotIn also picks objects without the label.
 *
 * @see k8s.io/apimachinery pkg/apis/meta/v1/helpers.go LabelSelectorAsSelector
 */
export function labelSelectorMatches(selector: LabelSelector | undefined, labels: Labels): boolean {
  if (selector === undefined) return false;
  for (const key in selector.matchLabels) {
    if (valueOf(labels, key) !== selector.matchLabels[key]) return false;
  }
  for (const expression of selector.matchExpressions) {
    if (!expressionMatches(expression, labels)) return false;
  }
  return true;
}

/**
 * Whether a node with these labels and name satisfies at least one of the terms. A term without
 * any expression or field is satisfied by no node, and so is an empty list of terms.
 *
 * @see k8s.io/component-helpers scheduling/corev1/nodeaffinity/nodeaffinity.go LazyErrorNodeSelector
 */
export function nodeSelectorTermsMatch(
  terms: readonly NodeSelectorTerm[],
  labels: Labels,
  nodeName: string,
): boolean {
  return terms.some((term) => nodeSelectorTermMatches(term, labels, nodeName));
}

/** One term of `nodeSelectorTermsMatch`: all of its expressions and fields must hold. */
export function nodeSelectorTermMatches(
  term: NodeSelectorTerm,
  labels: Labels,
  nodeName: string,
): boolean {
  const { matchExpressions, matchFields } = term;
  if (matchExpressions.length === 0 && matchFields.length === 0) return false;
  return (
    matchExpressions.every((it) => expressionMatches(it, labels)) &&
    matchFields.every((it) => expressionMatches(it, { "metadata.name": nodeName }))
  );
}

/** @see k8s.io/apimachinery pkg/labels/selector.go Requirement.Matches */
function expressionMatches(
  expression: LabelSelectorRequirement | NodeSelectorRequirement,
  labels: Labels,
): boolean {
  const value = valueOf(labels, expression.key);
  switch (expression.operator) {
    case "In":
      return value !== undefined && expression.values.includes(value);
    case "NotIn":
      return value === undefined || !expression.values.includes(value);
    case "Exists":
      return value !== undefined;
    case "DoesNotExist":
      return value === undefined;
    case "Gt":
    case "Lt":
    case "Gte":
    case "Lte":
      return value !== undefined && boundHolds(expression.operator, value, expression.values);
  }
}

function boundHolds(
  operator: "Gt" | "Lt" | "Gte" | "Lte",
  text: string,
  operands: readonly string[],
): boolean {
  const value = parseInt64(text);
  const bound = parseInt64(operands[0] ?? "");
  if (value === undefined || bound === undefined || operands.length !== 1) return false;
  switch (operator) {
    case "Gt":
      return value > bound;
    case "Lt":
      return value < bound;
    case "Gte":
      return value >= bound;
    case "Lte":
      return value <= bound;
  }
}

/** Own properties only: a label named like a method of objects is absent all the same. */
function valueOf(labels: Labels, key: string): string | undefined {
  return Object.hasOwn(labels, key) ? labels[key] : undefined;
}
