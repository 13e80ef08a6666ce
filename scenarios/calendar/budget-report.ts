import type { BudgetReason, ConsolidationPolicy, IntOrPercent } from "../../core/apis/index.ts";

/** The calendar of allowed disruptions that NodePools' budgets add up to, and what PDBs allow. */
export interface BudgetReport {
  readonly schema: "dryfit.dev/budget/v1";
  readonly karpenter: string;
  /** RFC 3339; the start is inside, the end is not. */
  readonly from: string;
  readonly to: string;
  /** By name. */
  readonly nodePools: readonly NodePoolCalendar[];
  /** By namespace and name. */
  readonly podDisruptionBudgets: readonly PdbAllowance[];
  /** Workloads whose pods hold their nodes whatever the calendar says, by name. */
  readonly heldWorkloads: readonly HeldWorkload[];
  /** Nodes that pods of the snapshot hold at its time; absent without Nodes. */
  readonly heldNodes?: HeldNodes;
  /** What had to be assumed, one sentence each. */
  readonly notes: readonly string[];
}

/** What told the number of nodes: an option, the Nodes of a snapshot, `replicas`, or nobody. */
export type NodesSource = "given" | "counted" | "replicas" | "assumed";

/** One NodePool through the time of the report. */
export interface NodePoolCalendar {
  readonly nodePool: string;
  /** Of which percentages are taken. */
  readonly nodes: number;
  readonly nodesSource: NodesSource;
  /** Of counted nodes those that use up what is allowed: not ready, or being deleted. */
  readonly disruptingNow?: number;
  readonly consolidationPolicy: ConsolidationPolicy;
  /** `Never` where nothing is ever consolidated. */
  readonly consolidateAfter: string;
  /** As texts: `budgets[0] (10%)`. */
  readonly budgets: readonly string[];
  readonly reasons: readonly ReasonCalendar[];
  readonly findings: readonly BudgetFinding[];
}

/** What is allowed for one reason. */
export interface ReasonCalendar {
  readonly reason: BudgetReason;
  /** Without gaps, in order; neighbours differ. */
  readonly windows: readonly AllowedWindow[];
  /** How long nothing is allowed. */
  readonly blockedMinutes: number;
}

/** A time in which nothing changes. */
export interface AllowedWindow {
  readonly from: string;
  readonly to: string;
  /** Nodes at once; absent: no limit. */
  readonly allowed?: number;
  /** Indexes of the budgets that allow the least. */
  readonly budgets: readonly number[];
}

export const budgetFindingCodes = [
  "budget/none",
  "budget/no-reason",
  "budget/never-fires",
  "budget/unreadable-value",
  "budget/blocks-always",
  "budget/always-active",
  "budget/never-active",
  "budget/never-decides",
  "budget/rounds-up",
  "budget/no-consolidation",
  "budget/static",
] as const;
export type BudgetFindingCode = (typeof budgetFindingCodes)[number];

/** Something about a NodePool's budgets that is easily overlooked. */
export interface BudgetFinding {
  readonly code: BudgetFindingCode;
  /** Index of the budget; absent where it is about all. */
  readonly budget?: number;
  readonly message: string;
}

/** What a PodDisruptionBudget lets go. */
export interface PdbAllowance {
  /** `namespace/name`. */
  readonly name: string;
  readonly maxUnavailable?: IntOrPercent;
  readonly minAvailable?: IntOrPercent;
  /** What it selects among the manifests: `Deployment shop/web (4 replicas)`. */
  readonly workloads: readonly string[];
  /** Absent, like the next: it counts pods of a DaemonSet, of which there is one a node. */
  readonly expectedPods?: number;
  /** Evictions at a time while every pod is healthy. */
  readonly allowedAtFullHealth?: number;
  /** What the status says; absent without one. */
  readonly allowedNow?: number;
  /** Of the status, too: pods that are healthy, and how many have to be. */
  readonly healthyNow?: number;
  readonly desiredNow?: number;
  /** Karpenter doesn't even plan for the pods to move. */
  readonly isFullyBlocking: boolean;
  /** Why it lets nothing go at all; absent where it does. */
  readonly message?: string;
}

/** Nodes of Karpenter's that pods hold at one time. */
export interface HeldNodes {
  /** RFC 3339: the newest time of the snapshot. */
  readonly at: string;
  /** By name. */
  readonly nodes: readonly HeldNode[];
}

/** A node, and what holds it. */
export interface HeldNode {
  readonly node: string;
  readonly nodePool: string;
  /** A line for each pod, with its rule. */
  readonly details: readonly string[];
}

/** A workload whose pods cannot be moved. */
export interface HeldWorkload {
  readonly workload: string;
  readonly message: string;
}
