// Which labels the scheduler knows, which nobody may set, and which are other names for them, as the
// API's rules have them, in the forms in which the algebra asks.
import {
  labelHostname,
  normalizedLabels,
  restrictedLabelReason,
  wellKnownLabelNames,
  wellKnownValues as valuesByLabel,
} from "../apis/index.ts";

/**
 * Labels that instance types and offerings define, in code-unit order. A requirement on one of
 * them may be undefined on the other side in lenient comparisons.
 *
 * @see karpenter v1.14.1 pkg/apis/v1/labels.go WellKnownLabels
 * @see karpenter-provider-aws v1.14.1 pkg/apis/v1/labels.go init
 */
export const wellKnownLabels: ReadonlySet<string> = new Set(wellKnownLabelNames);

/**
 * The only values that make sense for some well-known labels.
 *
 * @see karpenter v1.14.1 pkg/apis/v1/labels.go WellKnownValuesForRequirements
 */
export const wellKnownValues: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  [...valuesByLabel].map(([label, values]) => [label, new Set(values)]),
);

/**
 * Labels that users may not use, because the scheduler gives them their meaning.
 *
 * @see karpenter v1.14.1 pkg/apis/v1/labels.go RestrictedLabels
 */
export const restrictedLabels: ReadonlySet<string> = new Set([labelHostname]);

/**
 * The current name of a label: old names of zone, region, arch, os and instance type, and the EBS
 * driver's zone, are other names for the same thing. Any other label is itself.
 *
 * @see karpenter v1.14.1 pkg/apis/v1/labels.go NormalizedLabels
 * @see karpenter-provider-aws v1.14.1 pkg/operator/operator.go NewOperator
 */
export function normalizeLabel(key: string): string {
  return normalizedLabels.get(key) ?? key;
}

/**
 * Whether users are barred from a label: it isn't well known, and belongs to Karpenter's domains
 * or is the host name.
 *
 * @see karpenter v1.14.1 pkg/apis/v1/labels.go IsRestrictedLabel
 */
export function isRestrictedLabel(key: string): boolean {
  return restrictedLabelReason(key) !== undefined;
}

/**
 * The label that carries the NodeClass name: `karpenter.k8s.aws/ec2nodeclass`.
 *
 * @see karpenter v1.14.1 pkg/apis/v1/labels.go NodeClassLabelKey
 */
export function nodeClassLabel(group: string, kind: string): string {
  return `${group}/${kind.toLowerCase()}`;
}
