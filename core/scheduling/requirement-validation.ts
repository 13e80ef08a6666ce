import {
  type NodeSelectorRequirement,
  nodeSelectorOperators,
  restrictedLabelReason,
} from "../apis/index.ts";
import { parseInt64 } from "./int64.ts";
import { labelKeyViolations, labelValueViolations } from "./label-syntax.ts";
import { normalizeLabel, wellKnownLabels, wellKnownValues } from "./labels.ts";

/**
 * Every rule that a requirement of a NodePool, a NodeOverlay or a pod breaks, in upstream's
 * sentences and order; empty when it is fine. The key is normalized first.
 *
 * Differs: lists that upstream prints in the order of a hash map are in code-unit order here.
 *
 * @see karpenter v1.14.1 pkg/apis/v1/nodeclaim_validation.go ValidateRequirement
 */
export function requirementViolations(requirement: NodeSelectorRequirement): readonly string[] {
  const key = normalizeLabel(requirement.key);
  const { operator, values, minValues } = requirement;
  const withOperator = `key ${key} with operator ${operator}`;
  const violations: string[] = [];
  if (!(nodeSelectorOperators as readonly string[]).includes(operator)) {
    const allowed = [...nodeSelectorOperators].sort().join(" ");
    violations.push(`key ${key} has an unsupported operator ${operator} not in [${allowed}]`);
  }
  const restricted = restrictedLabelReason(key);
  if (restricted !== undefined) violations.push(restricted);
  const unknown = unknownValues(key, requirement);
  if (unknown !== undefined) violations.push(unknown);
  for (const violation of labelKeyViolations(key)) {
    violations.push(`key ${key} is not a qualified name, ${violation}`);
  }
  for (const value of values) {
    for (const violation of labelValueViolations(value)) {
      violations.push(`invalid value ${value} for key ${key}, ${violation}`);
    }
  }
  if (operator === "In" && values.length === 0) {
    violations.push(`${withOperator} must have a value defined`);
  }
  if (operator === "In" && minValues !== undefined && values.length < minValues) {
    const rule = "must have at least minimum number of values defined in 'values' field";
    violations.push(`${withOperator} ${rule}`);
  }
  if (isBound(operator) && !isWholeNumber(values)) {
    violations.push(`${withOperator} must have a single positive integer value`);
  }
  return violations;
}

/** @see karpenter v1.14.1 pkg/apis/v1/nodeclaim_validation.go validateWellKnownValues */
function unknownValues(
  key: string,
  { operator, values, minValues }: NodeSelectorRequirement,
): string | undefined {
  const known = wellKnownValues.get(key);
  if (known === undefined || !wellKnownLabels.has(key) || operator !== "In") return undefined;
  const valid = values.filter((value) => known.has(value));
  const [found, expected] = [values.join(" "), [...known].join(" ")];
  if (valid.length === 0) {
    const listed = [...known].map((value) => `${value}:{}`).join(" ");
    const rest = `expected one of: map[${listed}], got: [${found}]`;
    return `no valid values found in [${found}] for ${key}, ${rest}`;
  }
  if (minValues !== undefined && valid.length < minValues) {
    const rest = `expected at least ${minValues} valid values from: [${expected}]`;
    return `not enough valid values found in [${found}] for ${key}, ${rest}, got: ${valid.length}`;
  }
  return undefined;
}

function isBound(operator: string): boolean {
  return operator === "Gt" || operator === "Lt" || operator === "Gte" || operator === "Lte";
}

function isWholeNumber(values: readonly string[]): boolean {
  const value = values.length === 1 ? parseInt64(values[0] ?? "") : undefined;
  return value !== undefined && value >= 0;
}
