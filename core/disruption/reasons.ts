// Every "no" of this room: its code, and the sentence. Sentences are upstream's where it has one; the
// codes of silent refusals have sentences of our own.
import {
  annotationDoNotDisrupt,
  labelCapacityType,
  labelNodePool,
  labelZone,
} from "../apis/index.ts";

/** Codes of all refusals, in the order in which a node meets them. */
export const refusalCodes = [
  "disruption/already-being-disrupted",
  "disruption/not-managed",
  "disruption/no-node",
  "disruption/not-initialized",
  "disruption/deleting",
  "disruption/nominated",
  "disruption/node-do-not-disrupt",
  "disruption/no-node-pool-label",
  "disruption/node-pool-not-found",
  "disruption/pod-do-not-disrupt",
  "disruption/pdb-blocks",
  "disruption/multiple-pdbs",
  "disruption/static-node-pool",
  "disruption/not-static-node-pool",
  "disruption/not-drifted",
  "disruption/instance-type-not-found",
  "disruption/no-capacity-type-label",
  "disruption/no-zone-label",
  "disruption/consolidation-disabled",
  "disruption/buffer-pods",
  "disruption/not-empty",
  "disruption/empty",
  "disruption/policy-when-empty",
  "disruption/not-consolidatable",
  "disruption/budget-exhausted",
  "disruption/static-over-replicas",
  "disruption/static-node-limit",
  "disruption/candidate-deleting",
  "disruption/simulation-failed",
  "disruption/pods-would-not-schedule",
  "disruption/more-than-one-replacement",
  "disruption/min-values-unmet",
  "disruption/no-cheaper-replacement",
  "disruption/spot-to-spot-disabled",
  "disruption/spot-to-spot-flexibility",
  "disruption/best-score-too-low",
  "disruption/score-too-low",
  "disruption/validation-churn",
  "disruption/validation-budget",
  "disruption/validation-scheduling",
  "disruption/experiment-savings-too-small",
  "disruption/experiment-utilization-too-high",
] as const;
export type RefusalCode = (typeof refusalCodes)[number];

/**
 * Refusals that only say that the method is not about the node: nothing that anybody would ask
 * about, so recorders are not told.
 */
export const routineRefusals: ReadonlySet<RefusalCode> = new Set([
  "disruption/static-node-pool",
  "disruption/not-static-node-pool",
  "disruption/not-drifted",
  "disruption/not-empty",
  "disruption/empty",
]);

/** The sentence of a refusal; the arguments are names and numbers that occur in it. */
export const sentences = {
  alreadyBeingDisrupted: (): string => "candidate is already being disrupted",
  notManaged: (): string => "node isn't managed by karpenter",
  noNode: (): string => "nodeclaim does not have an associated node",
  notInitialized: (): string => "node isn't initialized",
  deleting: (): string => "node is deleting or marked for deletion",
  nominated: (): string => "node is nominated for a pending pod",
  nodeDoNotDisrupt: (): string =>
    `disruption is blocked through the "${annotationDoNotDisrupt}" annotation`,
  noNodePoolLabel: (): string => `node doesn't have required label (label=${labelNodePool})`,
  nodePoolNotFound: (name: string): string => `NodePool not found (NodePool=${name})`,
  podDoNotDisrupt: (podKey: string): string =>
    `pod has "${annotationDoNotDisrupt}" annotation (Pod=${podKey})`,
  pdbBlocks: (key: string): string => `pdb prevents pod evictions (PodDisruptionBudget=[${key}])`,
  multiplePdbs: (keys: readonly string[]): string =>
    `eviction does not support multiple PDBs (PodDisruptionBudget(s)=[${keys.join(" ")}])`,
  staticNodePool: (name: string): string => `NodePool "${name}" is static`,
  notStaticNodePool: (name: string): string => `NodePool "${name}" is not static`,
  notDrifted: (): string => "nodeclaim has not drifted",
  instanceTypeNotFound: (name: string): string => `Instance Type "${name}" not found`,
  noCapacityTypeLabel: (): string => `Node does not have label "${labelCapacityType}"`,
  noZoneLabel: (): string => `Node does not have label "${labelZone}"`,
  consolidationDisabled: (name: string): string => `NodePool "${name}" has consolidation disabled`,
  bufferPods: (nodeName: string): string => `Node "${nodeName}" has buffer pods`,
  notEmpty: (): string => "node has pods that would have to be rescheduled",
  empty: (): string => "node is empty",
  policyWhenEmpty: (name: string): string =>
    `NodePool "${name}" has consolidation policy WhenEmpty, but node is not empty`,
  notConsolidatable: (): string => "nodeclaim is not consolidatable yet",
  /** Also the text of the NodePool's event. */
  budgetExhausted: (reason: string): string =>
    `No allowed disruptions for disruption reason ${reason} due to blocking budget`,
  staticOverReplicas: (name: string): string =>
    `NodePool "${name}" has more nodes than replicas and is scaled down first`,
  staticNodeLimit: (name: string): string =>
    `NodePool "${name}" has no node left below its limit for a replacement`,
  candidateDeleting: (): string => "candidate is deleting",
  moreThanOneReplacement: (count: number): string =>
    `Can't remove without creating ${count} candidates`,
  minValuesUnmet: (message: string): string => `Filtering by price: ${message}`,
  noCheaperReplacement: (): string => "Can't replace with a cheaper node",
  spotToSpotDisabled: (): string =>
    "SpotToSpotConsolidation is disabled, can't replace a spot node with a spot node",
  spotToSpotFlexibility: (min: number, found: number): string =>
    `SpotToSpotConsolidation requires ${min} cheaper instance type options than the current ` +
    `candidate to consolidate, got ${found}`,
  scoreTooLow: (score: string, threshold: string, k: number): string =>
    `score ${score} < threshold ${threshold} (k: ${k})`,
  savingsTooSmall: (savings: string, floor: string): string =>
    `saves ${savings} per hour, the experiment asks for ${floor}`,
  utilizationTooHigh: (percent: string, cutoff: number): string =>
    `utilization ${percent}% is above the experiment's cut-off of ${cutoff}%`,
} as const;

/**
 * The text with its first letter upper-cased, as upstream's events have it.
 *
 * @see karpenter v1.14.1 pkg/utils/pretty/pretty.go Sentence
 */
export function sentence(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

/** Which Kubernetes event tells users about a refusal; silent ones have none. */
export type RefusalEvent = "DisruptionBlocked" | "Unconsolidatable";

/** How a NodePool stands with the budget that allows nothing more. */
export interface BlockingBudget {
  readonly reason: string;
  /** What the NodePool's budgets allow in all, and how many nodes count for and against it. */
  readonly allowed: number;
  readonly disrupting: number;
  readonly nodes: number;
  /** Of the first budget that allows no more than that: as in the NodePool. */
  readonly budgetNodes?: string;
  readonly schedule?: string;
}

/** What stands in the way, as far as it is something of the cluster that has a name. */
export interface BlockedBy {
  /** `namespace/name` of pods, at most five. */
  readonly pods?: readonly string[];
  /** `namespace/name` of PodDisruptionBudgets. */
  readonly podDisruptionBudgets?: readonly string[];
  /** On the pods, where there are pods; else on the node. */
  readonly annotation?: string;
  readonly nodePool?: string;
  /** Of the NodePool. */
  readonly budget?: BlockingBudget;
}

/** Why one node is not disrupted by one method. */
export interface Refusal {
  readonly nodeName: string;
  readonly code: RefusalCode;
  readonly sentence: string;
  readonly event?: RefusalEvent;
  readonly blockedBy?: BlockedBy;
}
