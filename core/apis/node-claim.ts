import type { DurationMs, NillableDuration, ResourceList, SimTime } from "../units/index.ts";
import type { Condition, KubernetesObject } from "./object-meta.ts";
import type { NodeSelectorRequirement } from "./selectors.ts";
import type { Taint } from "./taint.ts";

/** Which NodeClass a NodePool or NodeClaim refers to. */
export interface NodeClassReference {
  readonly group: string;
  readonly kind: string;
  readonly name: string;
}

/**
 * The desired state of a NodeClaim. Immutable after creation.
 *
 * @see karpenter v1.14.1 pkg/apis/v1/nodeclaim.go NodeClaimSpec
 */
export interface NodeClaimSpec {
  readonly taints: readonly Taint[];
  readonly startupTaints: readonly Taint[];
  readonly requirements: readonly NodeSelectorRequirement[];
  /** Resources the scheduled pods and daemons ask for. */
  readonly requests: ResourceList;
  readonly nodeClassRef: NodeClassReference;
  readonly terminationGracePeriod?: DurationMs;
  readonly expireAfter: NillableDuration;
}

export const nodeClaimConditionTypes = [
  "Launched",
  "Registered",
  "Initialized",
  "Ready",
  "Consolidatable",
  "Drifted",
  "Drained",
  "VolumesDetached",
  "InstanceTerminating",
  "ConsistentStateFound",
  "DisruptionReason",
] as const;
export type NodeClaimConditionType = (typeof nodeClaimConditionTypes)[number];

export interface NodeClaimStatus {
  readonly nodeName?: string;
  readonly providerId?: string;
  readonly imageId?: string;
  readonly capacity: ResourceList;
  readonly allocatable: ResourceList;
  readonly conditions: readonly Condition[];
  readonly lastPodEventTime?: SimTime;
}

/** Karpenter's request for one machine, from creation to finalizer removal. */
export interface NodeClaim extends KubernetesObject {
  readonly kind: "NodeClaim";
  readonly spec: NodeClaimSpec;
  readonly status: NodeClaimStatus;
}
