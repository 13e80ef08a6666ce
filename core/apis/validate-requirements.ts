import {
  labelValueFaults,
  normalizedLabels,
  qualifiedNameFaults,
  restrictedLabelReason,
  wellKnownValues,
} from "./label-rules.ts";
import { isBound, isSinglePositiveInteger } from "./parse-requirements.ts";
import type { NodeSelectorRequirement } from "./selectors.ts";

/**
 * Everything that Karpenter finds wrong with a requirement when it runs, in its own words.
 *
 * Used for NodePools, NodeOverlays and the node affinity of pods; empty for a good requirement.
 * A key with a fixed set of values fails only if all of the values are unknown, or if fewer known
 * ones than minValues remain.
 *
 * @see karpenter v1.14.1 pkg/apis/v1/nodeclaim_validation.go ValidateRequirement
 */
export function requirementFaults(requirement: NodeSelectorRequirement): readonly string[] {
  const key = normalizedLabels.get(requirement.key) ?? requirement.key;
  const { operator, values, minValues } = requirement;
  const faults: string[] = [];
  const restricted = restrictedLabelReason(key);
  if (restricted !== undefined) faults.push(restricted);
  const unknown = wellKnownValueFault({ ...requirement, key });
  if (unknown !== undefined) faults.push(unknown);
  for (const fault of qualifiedNameFaults(key)) {
    faults.push(`key ${key} is not a qualified name, ${fault}`);
  }
  for (const value of values) {
    for (const fault of labelValueFaults(value)) {
      faults.push(`invalid value ${value} for key ${key}, ${fault}`);
    }
  }
  if (operator === "In" && values.length === 0) {
    faults.push(`key ${key} with operator In must have a value defined`);
  }
  if (operator === "In" && minValues !== undefined && values.length < minValues) {
    faults.push(
      `key ${key} with operator In must have at least minimum number of values defined in 'values' field`,
    );
  }
  if (isBound(requirement) && !isSinglePositiveInteger(values)) {
    faults.push(`key ${key} with operator ${operator} must have a single positive integer value`);
  }
  return faults;
}

/** @see karpenter v1.14.1 pkg/apis/v1/nodeclaim_validation.go validateWellKnownValues */
function wellKnownValueFault(requirement: NodeSelectorRequirement): string | undefined {
  const known = wellKnownValues.get(requirement.key);
  if (known === undefined || requirement.operator !== "In") return undefined;
  const valid = requirement.values.filter((value) => known.includes(value));
  const invalid = requirement.values.filter((value) => !known.includes(value));
  if (valid.length === 0) {
    return (
      `no valid values found in [${requirement.values.join(" ")}] for ${requirement.key}, ` +
      `expected one of: [${known.join(" ")}], got: [${invalid.join(" ")}]`
    );
  }
  const { minValues } = requirement;
  if (minValues === undefined || valid.length >= minValues) return undefined;
  return (
    `not enough valid values found in [${requirement.values.join(" ")}] for ${requirement.key}, ` +
    `expected at least ${minValues} valid values from: [${known.join(" ")}], got: ${valid.length}`
  );
}

/** Values that Karpenter logs and passes over, because others of the requirement are known. */
export function ignoredValues(requirement: NodeSelectorRequirement): readonly string[] {
  const known = wellKnownValues.get(requirement.key);
  if (known === undefined || requirement.operator !== "In") return [];
  const invalid = requirement.values.filter((value) => !known.includes(value));
  return invalid.length === requirement.values.length ? [] : invalid;
}
