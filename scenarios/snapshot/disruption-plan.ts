import type { BudgetReason } from "../../core/apis/index.ts";
import type {
  BlockedBy,
  ConsideredMove,
  MethodName,
  RefusalCode,
} from "../../core/disruption/index.ts";
import type { PlannedNodeClaim } from "./planned-launch.ts";

/** What a disruption pass on the snapshot would do, and why each other node stays. */
export interface PlannedDisruption {
  /**
   * `waiting`: Karpenter does nothing until its state is whole; what follows is what it would do
   * then. `failed`: a method ends the pass with `error` before it comes to a command.
   */
  readonly outcome: "command" | "nothing" | "waiting" | "failed";
  readonly error?: string;
  /** What keeps Karpenter waiting, by name. */
  readonly waitingFor: readonly string[];
  /** What the pass starts; more than one of static drift only. */
  readonly commands: readonly PlannedCommand[];
  /** Every method on the snapshot as it is, in the order of a pass. */
  readonly methods: readonly PlannedMethod[];
  /** By NodePool, then reason. */
  readonly budgets: readonly PlannedBudget[];
  /** Every node and every NodeClaim without one, by name. */
  readonly nodes: readonly PlannedVerdict[];
  /** What nodes of known price cost together. */
  readonly usdPerHour: number;
  /** What had to be assumed, one sentence each. */
  readonly notes: readonly string[];
}

/** What one method would do if those before it came to nothing. */
export interface PlannedMethod {
  readonly method: MethodName;
  readonly reason: BudgetReason;
  /** How many nodes passed its filter. */
  readonly candidateCount: number;
  /**
   * What it would start. A method takes one command at a time; those after the first are what it
   * would do without the nodes of the commands before.
   */
  readonly commands: readonly PlannedCommand[];
  /** Every set of nodes that it has looked at, in that order, with verdict, prices and scores. */
  readonly considered: readonly ConsideredMove[];
  /** Ends the pass. */
  readonly error?: string;
}

/** Nodes that go, and what comes for them. */
export interface PlannedCommand {
  readonly method: MethodName;
  readonly reason: BudgetReason;
  readonly decision: "delete" | "replace";
  readonly candidates: readonly PlannedCandidate[];
  readonly replacements: readonly PlannedReplacement[];
  /** Where pods of the candidates go beside the replacements. */
  readonly existingNodes: readonly { readonly node: string; readonly pods: readonly string[] }[];
  readonly usdPerHourBefore: number;
  /** At the cheapest offering of each replacement's first instance type. */
  readonly usdPerHourAfter: number;
  readonly savingsUsdPerHour: number;
  /** Of each Balanced NodePool. */
  readonly scores: readonly PlannedScore[];
  /** It waits for 15 seconds and is looked at again before it is started. */
  readonly isValidated: boolean;
  /** As Karpenter's events have it. */
  readonly message: string;
}

/** A node of a command. */
export interface PlannedCandidate {
  readonly node: string;
  readonly nodePool: string;
  readonly instanceType?: string;
  readonly zone?: string;
  readonly capacityType?: string;
  /** Absent: unknown, and counted as 0 by Karpenter. */
  readonly usdPerHour?: number;
  /** Pods that have to move. */
  readonly pods: readonly string[];
  readonly rescheduleDisruptionCost: number;
}

/** A machine that must be there first; one of a static NodePool has no requirements to show. */
export type PlannedReplacement =
  | ({ readonly kind: "scheduled" } & PlannedNodeClaim)
  | { readonly kind: "static"; readonly nodePool: string };

/** How a Balanced NodePool scores a command; approved from `threshold` on. */
export interface PlannedScore {
  readonly nodePool: string;
  readonly score: number;
  readonly threshold: number;
  readonly k: number;
  readonly savingsPercent: number;
  readonly disruptionPercent: number;
  readonly isApproved: boolean;
}

/** How a NodePool stands with its budgets for a reason at the time of the plan. */
export interface PlannedBudget {
  readonly nodePool: string;
  readonly reason: BudgetReason;
  /** Initialized nodes, of which a percentage is taken. */
  readonly nodes: number;
  /** Nodes that use the budget up: not ready, or being deleted. */
  readonly disrupting: number;
  /** Absent: no limit. */
  readonly allowed?: number;
  /** The budgets that allow the least, such as `budgets[0] (10%)`; empty without a limit. */
  readonly budgets: readonly string[];
}

/** What becomes of one node, or of a NodeClaim whose node is missing. */
export interface PlannedVerdict {
  readonly node: string;
  readonly nodeClaim?: string;
  readonly nodePool?: string;
  readonly instanceType?: string;
  readonly zone?: string;
  readonly capacityType?: string;
  /** Absent: Karpenter manages it, and its price is not known; or it is not Karpenter's. */
  readonly usdPerHour?: number;
  readonly podCount: number;
  /** `next`: it could go, but another command goes first. */
  readonly verdict: "disrupted" | "next" | "stays";
  /** Why it stays, in the words of Karpenter's event where there is one. */
  readonly code: RefusalCode | "plan/disrupted" | "plan/another-command-first";
  readonly message: string;
  /** What is behind the message: pods, rules, times. */
  readonly details: readonly string[];
  /** What each method says, and what keeps it from being a candidate at all. */
  readonly refusals: readonly PlannedRefusal[];
}

/** A refusal; without a method it is one that no method gets past. */
export interface PlannedRefusal {
  readonly method?: MethodName;
  readonly code: RefusalCode;
  readonly message: string;
  /** The Kubernetes event that tells of it; absent where Karpenter is silent. */
  readonly event?: "DisruptionBlocked" | "Unconsolidatable";
  /** What stands in the way, by name. */
  readonly blockedBy?: BlockedBy;
}
