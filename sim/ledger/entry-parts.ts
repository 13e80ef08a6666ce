import type { SimTime } from "../../core/units/index.ts";

/** Who ended an instance: a caller (Karpenter), or EC2 itself. */
export type TerminatedBy = "user" | "ec2";

/** Which workload a pod belongs to, as reports group it. */
export interface WorkloadRef {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

/** What a pod asks for, in the units of core/units/resources. */
export interface PodRequests {
  readonly cpuMillicores: number;
  readonly memoryBytes: number;
  readonly gpus: number;
}

/** A stretch of an instance's bill at one price. `until` is exclusive. */
export interface BillSegment {
  readonly from: SimTime;
  readonly until: SimTime;
  readonly usdPerHour: number;
}

/** What one Balanced NodePool makes of a move. */
export interface NodePoolScore {
  readonly nodePoolName: string;
  /** Absent where it has no bound: nothing is disrupted for the saving. */
  readonly score?: number;
  readonly threshold: number;
  readonly k: number;
  /** Of what the NodePool costs. */
  readonly savingsFraction: number;
  /** Of what disrupting the whole NodePool would take. */
  readonly disruptionFraction: number;
  readonly isApproved: boolean;
}

/** A machine that would come in the place of others. */
export interface ReplacementOption {
  readonly nodePoolName: string;
  /** The first few types, cheapest first. */
  readonly instanceTypes: readonly string[];
  readonly instanceTypeCount: number;
  readonly capacityTypes: readonly string[];
}

/** What stands in the way of a disruption, as far as it has a name. */
export interface BlockedBy {
  /** `namespace/name`, at most five. */
  readonly pods?: readonly string[];
  readonly podDisruptionBudgets?: readonly string[];
  /** On the pods, where there are pods; else on the node. */
  readonly annotation?: string;
  readonly nodePool?: string;
  readonly budget?: {
    readonly reason: string;
    readonly allowed: number;
    /** Nodes that are not ready or being deleted, and all that count. */
    readonly disrupting: number;
    readonly nodes: number;
    /** Of the first budget that allows no more, as in the NodePool. */
    readonly budgetNodes?: string;
    readonly schedule?: string;
  };
}
