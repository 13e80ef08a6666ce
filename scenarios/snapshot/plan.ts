import type { PlannedDisruption } from "./disruption-plan.ts";
import type { PlannedBuffer } from "./planned-buffers.ts";
import type { PlannedNodeClaim } from "./planned-launch.ts";
import type { UnschedulablePod } from "./unschedulable-pods.ts";

/**
 * Where pods of one kind of outcome stand. Pods are `namespace/name` throughout; virtual pods of
 * CapacityBuffers stand apart.
 */
export interface Plan {
  readonly schema: "dryfit.dev/plan/v1";
  /** The release whose decision this is. */
  readonly karpenter: string;
  /** RFC 3339. */
  readonly now: string;
  readonly region: string;
  readonly zones: readonly string[];
  /** What told the zones. */
  readonly zonesSource: string;
  readonly options: PlanChoices;
  /** Where the prices come from; `isSpotModelled`: they were never anybody's price. */
  readonly prices: {
    readonly onDemand: string;
    readonly spot: string;
    readonly isSpotModelled: boolean;
  };
  /** `failed`: Karpenter's run would end with `error`, and decide nothing. */
  readonly outcome: "scheduled" | "no-pods" | "no-node-pools" | "failed";
  readonly error?: string;
  /** How many pods were looked at. */
  readonly podCount: number;
  /** How many pods CapacityBuffers keep room for; 0 while their feature gate is off. */
  readonly virtualPodCount: number;
  /** In Karpenter's order. */
  readonly nodeClaims: readonly PlannedNodeClaim[];
  /** Nodes that get pods, by name. */
  readonly existingNodes: readonly PlannedNode[];
  readonly unschedulable: readonly UnschedulablePod[];
  /** By name; empty while their feature gate is off. */
  readonly buffers: readonly PlannedBuffer[];
  /** Pods that Karpenter leaves alone, by name. */
  readonly ignored: readonly { readonly pod: string; readonly message: string }[];
  /** NodePools that launch nothing for pods, whatever these ask for, by name. */
  readonly idleNodePools: readonly { readonly nodePool: string; readonly message: string }[];
  /** What had to be assumed, one sentence each. */
  readonly notes: readonly string[];
  /** What Karpenter would take away. */
  readonly disruption: PlannedDisruption;
}

/** Karpenter's options under which was decided. */
export interface PlanChoices {
  readonly preferencePolicy: "Respect" | "Ignore";
  readonly minValuesPolicy: "Strict" | "BestEffort";
  readonly featureGates: {
    readonly capacityBuffer: boolean;
    readonly nodeOverlay: boolean;
    readonly reservedCapacity: boolean;
    readonly spotToSpotConsolidation: boolean;
    readonly staticCapacity: boolean;
  };
}

/** A node of the cluster that pods would go to. */
export interface PlannedNode {
  readonly node: string;
  /** Absent for a node that Karpenter does not manage. */
  readonly nodePool?: string;
  readonly pods: readonly string[];
  /** Absent: none. */
  readonly virtualPods?: readonly string[];
}
