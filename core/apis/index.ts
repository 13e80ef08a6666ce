/** Kubernetes and Karpenter objects: shapes, defaulting, validation, older versions. */
export * from "./capacity-buffer.ts";
export * from "./ec2-node-class.ts";
export { protectionDuration } from "./do-not-disrupt.ts";
export * from "./labels.ts";
export * from "./node-claim.ts";
export * from "./node-overlay.ts";
export * from "./ec2-node-class-hash.ts";
export * from "./node-pool-hash.ts";
export * from "./node-pool.ts";
export * from "./node.ts";
export * from "./object-meta.ts";
export * from "./pod.ts";
export * from "./selectors.ts";
export * from "./storage.ts";
export * from "./taint.ts";
export * from "./workloads.ts";
export { type Assembly, type AssemblyIssue, assembleObjects } from "./assemble-objects.ts";
export {
  type FieldIssue,
  type IssueCode,
  type IssueSeverity,
  type KindSupport,
  type ParseResult,
  type PathSegment,
  type PendingConversion,
  formatPath,
  hasErrors,
  issueCodes,
  issueSeverities,
} from "./field-issue.ts";
export {
  labelValueFaults,
  normalizedLabels,
  qualifiedNameFaults,
  restrictedLabelReason,
  wellKnownLabelNames,
  wellKnownValues,
} from "./label-rules.ts";
export type { ManifestObject } from "./manifest-object.ts";
export type { Namespace } from "./namespace.ts";
export { nearMiss } from "./near-miss.ts";
export { parseObject, parseObjects } from "./parse-object.ts";
export { admitPod } from "./parse-pod.ts";
export { findPlaceholder } from "./placeholder.ts";
export {
  type MissingPriorityClass,
  type ResolvedPriorities,
  resolvePriorities,
} from "./resolve-priorities.ts";
export { hashOfText } from "./structural-hash.ts";
export { templatePodSpec } from "./template-pod-spec.ts";
export { requirementFaults } from "./validate-requirements.ts";
