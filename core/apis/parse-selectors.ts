import { type Decoder, checked, defaulted, list, object, observed, required } from "./decoder.ts";
import { oneOf, text, textMap } from "./decode-scalars.ts";
import { warnOfObsoleteKey } from "./obsolete-names.ts";
import type {
  LabelSelector,
  LabelSelectorRequirement,
  NodeSelectorRequirement,
  NodeSelectorTerm,
} from "./selectors.ts";

const needsValues = "must be specified when `operator` is 'In' or 'NotIn'";
const forbidsValues = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'";
const needsOneValue = "must be specified single value when `operator` is 'Lt' or 'Gt'";

const labelRequirement: Decoder<LabelSelectorRequirement> = checked(
  object({
    key: required(text),
    operator: required(oneOf(["In", "NotIn", "Exists", "DoesNotExist"])),
    values: defaulted(list(text), []),
  }),
  [
    { message: `values: Required value: ${needsValues}`, holds: hasValuesForSet },
    { message: `values: Forbidden: ${forbidsValues}`, holds: hasNoValuesForExistence },
  ],
);

/** A selector over labels. @see k8s.io/apimachinery pkg/apis/meta/v1/validation ValidateLabelSelector */
export const labelSelector: Decoder<LabelSelector> = object({
  matchLabels: defaulted(textMap, {}),
  matchExpressions: defaulted(list(labelRequirement), []),
});

const nodeRequirement: Decoder<NodeSelectorRequirement> = checked(
  object({
    key: required(observed(text, warnOfObsoleteKey)),
    operator: required(oneOf(["In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt"])),
    values: defaulted(list(text), []),
  }),
  [
    { message: `values: Required value: ${needsValues}`, holds: hasValuesForSet },
    { message: `values: Forbidden: ${forbidsValues}`, holds: hasNoValuesForExistence },
    { message: `values: Required value: ${needsOneValue}`, holds: hasOneValueForBound },
  ],
);

interface Selection {
  readonly operator: string;
  readonly values: readonly string[];
}

function hasValuesForSet({ operator, values }: Selection): boolean {
  return (operator !== "In" && operator !== "NotIn") || values.length > 0;
}

function hasNoValuesForExistence({ operator, values }: Selection): boolean {
  return (operator !== "Exists" && operator !== "DoesNotExist") || values.length === 0;
}

function hasOneValueForBound({ operator, values }: Selection): boolean {
  return (operator !== "Gt" && operator !== "Lt") || values.length === 1;
}

/** One term of a node selector. @see kubernetes pkg/apis/core/validation ValidateNodeSelectorTerm */
export const nodeSelectorTerm: Decoder<NodeSelectorTerm> = object({
  matchExpressions: defaulted(list(nodeRequirement), []),
  matchFields: defaulted(list(nodeRequirement), []),
});

/** The required terms of a node selector, ORed; at least one. */
export const nodeSelectorTerms: Decoder<readonly NodeSelectorTerm[]> = (raw, place) =>
  nodeSelector(raw, place)?.nodeSelectorTerms;

const nodeSelector = checked(object({ nodeSelectorTerms: required(list(nodeSelectorTerm)) }), [
  {
    message: "nodeSelectorTerms: Required value: must have at least one node selector term",
    holds: (selector) => selector.nodeSelectorTerms.length > 0,
  },
]);
