import type { NodeClaim, NodePool } from "../apis/index.ts";
import type { DurationMs, ResourceList, SimTime } from "../units/index.ts";
import type { InstanceType } from "./instance-type.ts";

/** What a successful launch tells about the machine. */
export interface LaunchedInstance {
  readonly providerId: string;
  readonly imageId: string;
  /** Labels of the instance: single-valued requirements, zone, capacity type … */
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly capacity: ResourceList;
  readonly allocatable: ResourceList;
}

/**
 * Answer to `create`. `in-progress` means: ask again when the provider reports a change, or at
 * `retryAt`; a live provider answers so while the API call is under way.
 *
 * @see karpenter v1.14.1 pkg/cloudprovider/types.go InsufficientCapacityError NodeClassNotReadyError CreateError
 */
export type CreateResult =
  | { readonly kind: "launched"; readonly instance: LaunchedInstance }
  | { readonly kind: "in-progress"; readonly retryAt?: SimTime }
  | { readonly kind: "insufficient-capacity"; readonly message: string }
  | { readonly kind: "node-class-not-ready"; readonly message: string }
  | { readonly kind: "create-error"; readonly reason: string; readonly message: string }
  | { readonly kind: "error"; readonly message: string };

export type DeleteResult =
  | { readonly kind: "terminating" }
  | { readonly kind: "not-found" }
  | { readonly kind: "error"; readonly message: string };

/**
 * Answer to `isDrifted`. After an error the condition stays as it is and the question is asked again;
 * `not-found` leaves it, too, and asks no more.
 *
 * @see karpenter v1.14.1 pkg/controllers/nodeclaim/disruption/drift.go Drift.Reconcile
 */
export type DriftResult =
  | { readonly kind: "not-drifted" }
  | { readonly kind: "drifted"; readonly reason: string }
  | { readonly kind: "not-found" }
  | { readonly kind: "error"; readonly message: string };

/** An instance as the provider lists it. */
export interface ProviderInstance {
  readonly providerId: string;
  readonly isTerminating: boolean;
  readonly launchedAt: SimTime;
}

/** After how long a bad node condition gets its node replaced. */
export interface RepairPolicy {
  readonly conditionType: string;
  readonly conditionStatus: "True" | "False" | "Unknown";
  readonly tolerationDuration: DurationMs;
}

/**
 * The port to the cloud. Calls never block: what takes time answers `in-progress` or
 * `terminating` and is asked again.
 *
 * @see karpenter v1.14.1 pkg/cloudprovider/types.go CloudProvider
 */
export interface CloudProvider {
  readonly name: string;
  /**
   * Types that nodes of the NodePool could be, with present offerings; the same array object as
   * before while nothing changed. Empty when the NodeClass isn't resolved.
   */
  getInstanceTypes(nodePool: NodePool): readonly InstanceType[];
  /** Launches a machine for the NodeClaim; idempotent by the NodeClaim's uid. */
  create(nodeClaim: NodeClaim, now: SimTime): CreateResult;
  delete(nodeClaim: NodeClaim, now: SimTime): DeleteResult;
  /** The instance behind a provider id; `undefined` when EC2 no longer knows it. */
  get(providerId: string, now: SimTime): ProviderInstance | undefined;
  /** Every instance of the cluster, sorted by provider id. */
  list(now: SimTime): readonly ProviderInstance[];
  /** Whether the NodeClaim's machine still is what its NodeClass describes. */
  isDrifted(nodeClaim: NodeClaim, now: SimTime): DriftResult;
  repairPolicies(): readonly RepairPolicy[];
  /** Readiness of the NodePool's NodeClass, for the NodePool's own condition. */
  nodeClassReadiness(nodePool: NodePool): NodeClassReadiness;
}

export type NodeClassReadiness =
  | { readonly kind: "ready" }
  | { readonly kind: "not-found" }
  | { readonly kind: "terminating" }
  | { readonly kind: "unknown" }
  | { readonly kind: "not-ready"; readonly reason: string; readonly message: string };
