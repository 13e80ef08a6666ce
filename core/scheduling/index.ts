/** Requirements algebra, taints, pod resources, host ports, volumes. */
export {
  ConflictingRequirements,
  type IncompatibleRequirements,
  type RequirementConflict,
  UndefinedLabel,
} from "./compatibility.ts";
export { type Int64, maxInt64, parseInt64 } from "./int64.ts";
export { labelIndex, wellKnownLabelCount } from "./label-index.ts";
export {
  isRestrictedLabel,
  labelDomain,
  nodeClassLabel,
  normalizeLabel,
  restrictedLabelDomains,
  restrictedLabelMessage,
  restrictedLabels,
  wellKnownLabels,
  wellKnownValues,
} from "./labels.ts";
export {
  hasPreferredNodeAffinity,
  podRequirements,
  strictPodRequirements,
} from "./pod-requirements.ts";
export { Requirement, type RequirementOperator } from "./requirement.ts";
export {
  allowUndefinedWellKnownLabels,
  type CompatibilityOptions,
  Requirements,
} from "./requirements.ts";
