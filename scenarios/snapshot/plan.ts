import type { CapacityType } from "../../core/apis/index.ts";

/** Where pods of one kind of outcome stand. Pods are `namespace/name` throughout. */
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
  /** In Karpenter's order. */
  readonly nodeClaims: readonly PlannedNodeClaim[];
  /** Nodes that get pods, by name. */
  readonly existingNodes: readonly PlannedNode[];
  readonly unschedulable: readonly UnschedulablePod[];
  /** Pods that Karpenter leaves alone, by name. */
  readonly ignored: readonly { readonly pod: string; readonly message: string }[];
  /** NodePools that launch nothing for pods, whatever these ask for, by name. */
  readonly idleNodePools: readonly { readonly nodePool: string; readonly message: string }[];
  /** What had to be assumed, one sentence each. */
  readonly notes: readonly string[];
}

/** Karpenter's options under which was decided. */
export interface PlanChoices {
  readonly preferencePolicy: "Respect" | "Ignore";
  readonly minValuesPolicy: "Strict" | "BestEffort";
  readonly featureGates: {
    readonly nodeOverlay: boolean;
    readonly reservedCapacity: boolean;
  };
}

/** A machine that would be launched. */
export interface PlannedNodeClaim {
  readonly nodePool: string;
  /** In order of placement. */
  readonly pods: readonly string[];
  /** Quantities; of the pods and of DaemonSets. */
  readonly requests: Readonly<Record<string, string>>;
  /** The part of `requests` that DaemonSets ask for. */
  readonly daemonRequests: Readonly<Record<string, string>>;
  /** As NodeClaims have them, each as one text. */
  readonly requirements: readonly string[];
  /** How many instance types the NodeClaim would name. */
  readonly instanceTypeCount: number;
  /** What EC2 would be asked for; absent where the launch would be refused. */
  readonly launch?: PlannedLaunch;
  /** Why the NodeClaim would not be created or launched. */
  readonly refusal?: string;
  readonly isMinValuesRelaxed: boolean;
}

/** A fleet request: one capacity type, at most 60 instance types. */
export interface PlannedLaunch {
  readonly capacityType: CapacityType;
  readonly zones: readonly string[];
  /** Cheapest first. */
  readonly instanceTypes: readonly PlannedInstanceType[];
}

/** An instance type of a fleet request, at its lowest price. */
export interface PlannedInstanceType {
  readonly instanceType: string;
  readonly usdPerHour: number;
  /** Where it may be launched, sorted. */
  readonly zones: readonly string[];
}

/** A node of the cluster that pods would go to. */
export interface PlannedNode {
  readonly node: string;
  /** Absent for a node that Karpenter does not manage. */
  readonly nodePool?: string;
  readonly pods: readonly string[];
}

/** A pod that finds no place. */
export interface UnschedulablePod {
  readonly pod: string;
  /** Karpenter's whole sentence. */
  readonly message: string;
  /** Its parts by NodePool, in the order in which these were tried; empty where none was. */
  readonly nodePools: readonly { readonly nodePool: string; readonly message: string }[];
}
