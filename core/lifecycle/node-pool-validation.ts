import { labelNodePool, type NodePool, restrictedLabelReason, type Taint } from "../apis/index.ts";
import {
  labelKeyViolations,
  labelValueViolations,
  requirementViolations,
} from "../scheduling/index.ts";
import { sortedEntries } from "../units/index.ts";

/**
 * Everything that is wrong with a NodePool beyond what its schema tells, in upstream's sentences and
 * order; labels by key. A NodePool with any of it makes no new capacity.
 *
 * @see karpenter v1.14.1 pkg/apis/v1/nodepool_validation.go NodePool.RuntimeValidate
 */
export function nodePoolViolations(nodePool: NodePool): readonly string[] {
  const { labels, spec } = nodePool.spec.template;
  const seen = new Set<string>();
  return [
    ...sortedEntries(labels).flatMap(([key, value]) => labelViolations(key, value)),
    ...spec.taints.flatMap((taint) => taintViolations(taint, "taints", seen)),
    ...spec.startupTaints.flatMap((taint) => taintViolations(taint, "startupTaints", seen)),
    ...spec.requirements.flatMap((requirement) => {
      const violations = requirementViolations(requirement);
      if (violations.length === 0) return [];
      return [`invalid value: ${violations.join("; ")} in requirements, restricted`];
    }),
    ...spec.requirements
      .filter(({ key }) => key === labelNodePool)
      .map(({ key }) => `invalid key: "${key}" in requirements, restricted`),
  ];
}

function labelViolations(key: string, value: string): readonly string[] {
  const invalidKey = `invalid key name "${key}" in labels`;
  const restricted = restrictedLabelReason(key);
  return [
    ...(key === labelNodePool ? [`${invalidKey}, restricted`] : []),
    ...labelKeyViolations(key).map((violation) => `${invalidKey}, "${violation}"`),
    ...labelValueViolations(value).map(
      (violation) => `invalid value: ${value} for label[${key}], ${violation}`,
    ),
    ...(restricted === undefined ? [] : [`${invalidKey}, ${restricted}`]),
  ];
}

function taintViolations(
  { key, value, effect }: Taint,
  field: string,
  seen: Set<string>,
): readonly string[] {
  const violations = [
    ...labelKeyViolations(key),
    ...(value === "" ? [] : labelKeyViolations(value)),
  ].map((violation) => `invalid value: ${violation} in ${field}`);
  const pair = `${key}=${effect}`;
  if (seen.has(pair)) violations.push(`duplicate taint Key/Effect pair ${pair}`);
  seen.add(pair);
  return violations;
}
