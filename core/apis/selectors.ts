/** Operators of node selector requirements; Gte and Lte are Karpenter's additions. */
export const nodeSelectorOperators = [
  "In",
  "NotIn",
  "Exists",
  "DoesNotExist",
  "Gt",
  "Lt",
  "Gte",
  "Lte",
] as const;
export type NodeSelectorOperator = (typeof nodeSelectorOperators)[number];

/**
 * One requirement on a node label. `minValues` occurs in NodePools and NodeClaims only.
 *
 * @see karpenter v1.14.1 pkg/apis/v1/nodeclaim.go NodeSelectorRequirementWithMinValues
 */
export interface NodeSelectorRequirement {
  readonly key: string;
  readonly operator: NodeSelectorOperator;
  readonly values: readonly string[];
  readonly minValues?: number;
}

/** Requirements that must all hold; `matchFields` knows only metadata.name. */
export interface NodeSelectorTerm {
  readonly matchExpressions: readonly NodeSelectorRequirement[];
  readonly matchFields: readonly NodeSelectorRequirement[];
}

/** A requirement on the labels of pods or namespaces. */
export interface LabelSelectorRequirement {
  readonly key: string;
  readonly operator: "In" | "NotIn" | "Exists" | "DoesNotExist";
  readonly values: readonly string[];
}

/** A selector over labels; both lists empty selects everything. */
export interface LabelSelector {
  readonly matchLabels: Readonly<Record<string, string>>;
  readonly matchExpressions: readonly LabelSelectorRequirement[];
}
