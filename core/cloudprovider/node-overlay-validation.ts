import type { NodeOverlay } from "../apis/index.ts";
import { requirementViolations } from "../scheduling/index.ts";

/**
 * Resources that instance types define themselves, so overlays may not.
 *
 * @see karpenter v1.14.1 pkg/apis/v1/labels.go WellKnownResources
 * @see karpenter-provider-aws v1.14.1 pkg/apis/v1/labels.go init
 */
const wellKnownResources: ReadonlySet<string> = new Set([
  "cpu",
  "memory",
  "ephemeral-storage",
  "pods",
  "vpc.amazonaws.com/pod-eni",
  "aws.amazon.com/neuron",
  "aws.amazon.com/neuroncore",
  "habana.ai/gaudi",
  "vpc.amazonaws.com/efa",
]);

/**
 * Every rule that an overlay breaks and that the API server does not check, in upstream's
 * sentences; empty when it is fine.
 *
 * @see karpenter v1.14.1 pkg/apis/v1alpha1/nodeoverlay_validation.go NodeOverlay.RuntimeValidate
 */
export function nodeOverlayViolations(overlay: NodeOverlay): readonly string[] {
  const violations: string[] = [];
  for (const requirement of overlay.spec.requirements) {
    const { key, operator, values } = requirement;
    const found = requirementViolations({ key, operator, values });
    if (found.length > 0) {
      violations.push(`invalid value: ${found.join("; ")} in requirements, restricted`);
    }
    if (operator === "NotIn" && values.length === 0) {
      violations.push(`key ${key} with operator ${operator} must have a value defined`);
    }
  }
  for (const name of Object.keys(overlay.spec.capacity).sort()) {
    if (wellKnownResources.has(name)) {
      violations.push(`invalid capacity: ${name} in resource, restricted`);
    }
  }
  return violations;
}
