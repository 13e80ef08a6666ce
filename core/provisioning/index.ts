/** The scheduler that packs pods onto nodes and new NodeClaims; topology; relaxation; batching. */
export { Batcher, type BatchOptions, defaultBatchOptions } from "./batcher.ts";
export { guardedPods } from "./budget-selection.ts";
export { bufferPodCounts, provisioningConditions } from "./buffers.ts";
export { ProvisioningController, type ProvisioningContext } from "./controller.ts";
export { type DecisionLatency, runLatencyMs, wholeLatency } from "./decision-latency.ts";
export type {
  DecisionRecorder,
  NodeClaimCreation,
  NodeClaimRefusal,
  PodDecision,
} from "./decision-recorder.ts";
export { limitExceededBy, nodesResource } from "./limits.ts";
export {
  instanceTypesMax,
  staticNodeClaimDraft,
  toNodeClaimDraft,
  truncateResults,
} from "./node-claim-draft.ts";
export type { SchedulingNodeClaimTemplate } from "./node-claim-template.ts";
export { type PodRefusal, validatePod } from "./pod-validation.ts";
export {
  considerNodePools,
  considerPods,
  decideProvisioning,
  deletingNodePods,
  type IgnoredPod,
  type ProvisioningDecision,
  type ProvisioningView,
  resolveInstanceTypes,
} from "./provisioner.ts";
export {
  defaultProvisioningOptions,
  type ProvisioningOptions,
  schedulingOptionsOf,
  unsupportedProvisioningOptions,
} from "./provisioning-options.ts";
export { isCurrentlyReschedulable, isFullyBlocked } from "./reschedulable-pods.ts";
export {
  defaultSchedulingOptions,
  type MinValuesPolicy,
  minValuesPolicies,
  type ReservedOfferingMode,
  reservedOfferingModes,
  type SchedulingInput,
  type SchedulingOptions,
  type SchedulingReads,
} from "./scheduling-input.ts";
export type {
  NodePoolWithoutInstanceTypes,
  PodSchedulingError,
  SchedulingExistingNode,
  SchedulingNodeClaim,
  SchedulingResults,
} from "./scheduling-results.ts";
export { SchedulingBase } from "./scheduling-base.ts";
export { solve } from "./solve.ts";
export { type PreferencePolicy, preferencePolicies } from "./topology-tracker.ts";
