import type { NodePool, Pod } from "../apis/index.ts";
import type { InstanceType } from "../cloudprovider/index.ts";
import type { StateNode } from "../state/index.ts";
import type { SimTime } from "../units/index.ts";
import type { PreferencePolicy, TopologyReads, VolumeReads } from "./topology-tracker.ts";

/** What happens when fewer distinct values remain than a requirement's minValues asks for. */
export const minValuesPolicies = ["Strict", "BestEffort"] as const;
export type MinValuesPolicy = (typeof minValuesPolicies)[number];

/**
 * Whether a pod may take other capacity when all compatible reservations are held (Fallback), or
 * must wait for a later run (Strict).
 */
export const reservedOfferingModes = ["Strict", "Fallback"] as const;
export type ReservedOfferingMode = (typeof reservedOfferingModes)[number];

/**
 * Settings of a scheduling run.
 *
 * @see karpenter v1.14.1 pkg/operator/options/options.go Options
 * @see karpenter v1.14.1 pkg/controllers/provisioning/scheduling/scheduler.go options
 */
export interface SchedulingOptions {
  readonly preferencePolicy: PreferencePolicy;
  readonly minValuesPolicy: MinValuesPolicy;
  /** Provisioning: Strict. Consolidation: Fallback. */
  readonly reservedOfferingMode: ReservedOfferingMode;
  /** Feature gate ReservedCapacity. */
  readonly reservedCapacity: boolean;
  /** True: a pod with resource claims is refused. False is not supported and throws. */
  readonly ignoreDraRequests: boolean;
  /** Consolidation: nodes younger than consolidateAfter take no pods of running nodes. */
  readonly enforceConsolidateAfter: boolean;
  /**
   * Most attempts to place a pod (pops of the queue) before the run stops with what it has; absent:
   * no limit. Stands for upstream's wall-clock deadline.
   */
  readonly attemptsMax?: number;
}

/** Karpenter's defaults for provisioning. */
export const defaultSchedulingOptions: SchedulingOptions = Object.freeze({
  preferencePolicy: "Respect",
  minValuesPolicy: "Strict",
  reservedOfferingMode: "Strict",
  reservedCapacity: true,
  ignoreDraRequests: true,
  enforceConsolidateAfter: false,
});

/** What a run reads of the cluster, beside what it is handed. */
export type SchedulingReads = TopologyReads & VolumeReads;

/**
 * Everything a scheduling decision rests on. Nothing of it is changed.
 */
export interface SchedulingInput {
  readonly now: SimTime;
  /** Ready, dynamic, not deleting; by weight descending, then name descending. */
  readonly nodePools: readonly NodePool[];
  /** Resolved instance types by NodePool name; a pool without types has no entry. */
  readonly instanceTypesByNodePool: ReadonlyMap<string, readonly InstanceType[]>;
  /** Nodes that pods may be placed on. */
  readonly stateNodes: readonly StateNode[];
  /** Every state node of the cluster, deleting ones included. */
  readonly clusterStateNodes: readonly StateNode[];
  /** One pod per DaemonSet; see `ClusterState.daemonSetPods`. */
  readonly daemonSetPods: readonly Pod[];
  readonly cluster: SchedulingReads;
  readonly podsToSchedule: readonly Pod[];
  readonly options: SchedulingOptions;
}
