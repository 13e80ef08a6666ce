import {
  type Decoder,
  type Rule,
  checked,
  defaulted,
  list,
  mapped,
  object,
  optional,
  present,
  required,
} from "./decoder.ts";
import { integer, oneOf, text, textWith } from "./decode-scalars.ts";
import { wellKnownLabelNames } from "./label-rules.ts";
import { type NodeSelectorRequirement, nodeSelectorOperators } from "./selectors.ts";

const qualifiedName =
  "^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*(\\/))?([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$";
const allowedOfProvider: readonly string[] = [
  ...wellKnownLabelNames.filter((name) => name.startsWith("karpenter.k8s.aws/")),
  "karpenter.k8s.aws/ec2nodeclass",
];
const allowedOfKarpenter: readonly string[] = [
  "karpenter.sh/capacity-type",
  "karpenter.sh/nodepool",
];

/** The text before the first slash, as the CRDs' rules find it: all of it, where there is none. */
function beforeSlash(key: string): string {
  const slash = key.indexOf("/");
  return slash < 0 ? key : key.slice(0, slash);
}

/**
 * The CRDs' rules for a label key.
 *
 * @see karpenter-provider-aws v1.14.1 pkg/apis/crds/karpenter.sh_nodepools.yaml
 */
const domainRules: readonly Rule<string>[] = [
  {
    message: 'label domain "karpenter.sh" is restricted',
    holds: (key) => allowedOfKarpenter.includes(key) || !beforeSlash(key).endsWith("karpenter.sh"),
  },
  {
    message: 'label "kubernetes.io/hostname" is restricted',
    holds: (key) => key !== "kubernetes.io/hostname",
  },
];
const nodePoolKeyRule: Rule<string> = {
  message: 'label "karpenter.sh/nodepool" is restricted',
  holds: (key) => key !== "karpenter.sh/nodepool",
};
const providerDomainRule: Rule<string> = {
  message: 'label domain "karpenter.k8s.aws" is restricted',
  holds: (key) =>
    allowedOfProvider.includes(key) || !beforeSlash(key).endsWith("karpenter.k8s.aws"),
};

/** Rules for the key of a requirement or a label of a NodePool. */
export const nodePoolKeyRules: readonly Rule<string>[] = [
  ...domainRules,
  nodePoolKeyRule,
  providerDomainRule,
];

/** Rules over all requirements of an object, in the CRD's words. */
const requirementRules: readonly Rule<readonly NodeSelectorRequirement[]>[] = [
  {
    message: "requirements with operator 'In' must have a value defined",
    holds: (all) => all.every((one) => one.operator !== "In" || one.values.length > 0),
  },
  {
    message:
      "requirements operator 'Gt', 'Lt', 'Gte', or 'Lte' must have a single positive integer value",
    holds: (all) => all.every((one) => !isBound(one) || isSinglePositiveInteger(one.values)),
  },
  {
    message:
      "requirements with 'minValues' must have at least that many values specified in the 'values' field",
    holds: (all) =>
      all.every(
        ({ operator, minValues, values }) =>
          operator !== "In" || minValues === undefined || values.length >= minValues,
      ),
  },
];
const overlayRules: readonly Rule<readonly NodeSelectorRequirement[]>[] = [
  {
    message: "requirements with operator 'NotIn' must have a value defined",
    holds: (all) => all.every((one) => one.operator !== "NotIn" || one.values.length > 0),
  },
  ...requirementRules.slice(0, 1),
  {
    message:
      "requirements operator 'Gt', 'Lt', 'Gte' or 'Lte' must have a single positive integer value",
    holds: (all) => all.every((one) => !isBound(one) || isSinglePositiveInteger(one.values)),
  },
];

/** Whether a requirement compares numbers. */
export function isBound({ operator }: NodeSelectorRequirement): boolean {
  return operator === "Gt" || operator === "Lt" || operator === "Gte" || operator === "Lte";
}

/** Whether the values are one whole number that is not negative. */
export function isSinglePositiveInteger(values: readonly string[]): boolean {
  return values.length === 1 && /^\+?[0-9]+$|^-0+$/.test(values[0] ?? "");
}

function requirement(keyRules: readonly Rule<string>[]): Decoder<NodeSelectorRequirement> {
  const shape = {
    key: required(checked(textWith({ pattern: qualifiedName, maxLength: 316 }), keyRules)),
    operator: required(oneOf(nodeSelectorOperators)),
    values: defaulted(list(text), []),
    minValues: optional(integer({ minimum: 1, maximum: 50 })),
  };
  return mapped(object(shape), ({ minValues, ...rest }) => ({
    ...rest,
    ...present({ minValues }),
  }));
}

const most = { maxItems: 100 } as const;

/** Requirements of a NodePool: its own name is none of them. */
export const nodePoolRequirements: Decoder<readonly NodeSelectorRequirement[]> = checked(
  list(requirement(nodePoolKeyRules), most),
  requirementRules,
);

/** Requirements of a NodeClaim, which carry the name of its NodePool. */
export const nodeClaimRequirements: Decoder<readonly NodeSelectorRequirement[]> = checked(
  list(requirement([...domainRules, providerDomainRule]), most),
  requirementRules,
);

/** Requirements of a NodeOverlay. @see karpenter v1.14.1 pkg/apis/v1alpha1/nodeoverlay.go */
export const nodeOverlayRequirements: Decoder<readonly NodeSelectorRequirement[]> = checked(
  list(
    object({
      key: required(checked(textWith({ pattern: qualifiedName, maxLength: 316 }), domainRules)),
      operator: required(oneOf(nodeSelectorOperators)),
      values: defaulted(list(text), []),
    }),
    most,
  ),
  overlayRules,
);
