/** Requirements algebra, taints, pod resources, host ports, volumes. */
export {
  ConflictingRequirements,
  type IncompatibleRequirements,
  type RequirementConflict,
  UndefinedLabel,
} from "./compatibility.ts";
export {
  formatHostPort,
  type HostPort,
  HostPortConflict,
  HostPortUsage,
  hostPortMatches,
  hostPorts,
} from "./host-port-usage.ts";
export { type Int64, maxInt64, parseInt64 } from "./int64.ts";
export { labelIndex, wellKnownLabelCount } from "./label-index.ts";
export {
  labelSelectorMatches,
  nodeSelectorTermMatches,
  nodeSelectorTermsMatch,
} from "./label-selector.ts";
export { selectionShape } from "./selection-shape.ts";
export { labelRequirements } from "./label-requirements.ts";
export { labelKeyViolations, labelValueViolations } from "./label-syntax.ts";
export { heldPodSpec } from "./held-pod-spec.ts";
export {
  isRestrictedLabel,
  nodeClassLabel,
  normalizeLabel,
  restrictedLabels,
  wellKnownLabels,
  wellKnownValues,
} from "./labels.ts";
export {
  type MinValuesResult,
  minValuesMessage,
  satisfiesMinValues,
  type WithRequirements,
} from "./min-values.ts";
export {
  limitsForPods,
  podLimits,
  podRequests,
  podSpecRequests,
  requestsForPods,
} from "./pod-requests.ts";
export {
  hasPreferredNodeAffinity,
  podRequirements,
  strictPodRequirements,
} from "./pod-requirements.ts";
export {
  claimDriver,
  claimKey,
  podVolumes,
  type PodVolumesResult,
  type VolumeLookup,
} from "./pod-volumes.ts";
export { requirementViolations } from "./requirement-validation.ts";
export { Requirement, type RequirementOperator } from "./requirement.ts";
export {
  allowUndefinedWellKnownLabels,
  type CompatibilityOptions,
  Requirements,
} from "./requirements.ts";
export {
  formatTaint,
  isKnownEphemeralTaint,
  knownEphemeralTaints,
  matchTaint,
  mergeTaints,
  toleratesAll,
  toleratesTaint,
  UntoleratedTaints,
  untoleratedTaints,
} from "./taints.ts";
export {
  noVolumes,
  unionVolumes,
  VolumeLimitExceeded,
  type Volumes,
  VolumeUsage,
} from "./volume-usage.ts";
