/**
 * The format of disruption cases: a cluster, what Karpenter holds in memory about it, what happens to
 * it meanwhile, and what upstream Karpenter decided. Recorded files are those of `../cases/` whose
 * names begin with `disruption-`.
 */
import {
  type CaseInstanceType,
  type ConformanceCase,
  type DecidedNodeClaim,
  type Decision,
  type Manifest,
} from "../cases.ts";
import { readRecorded, recordedFiles, writeRecorded } from "../recorded-file.ts";

/** What Karpenter knows from before, by the name of the node. */
export interface CaseFacts {
  readonly markedForDeletion?: readonly string[];
  /** When a pod was last promised the node. */
  readonly nominatedSecondsAgo?: Readonly<Record<string, number>>;
  readonly bufferPods?: Readonly<Record<string, number>>;
  /** Nodes of a command under way; only methods are asked about them, so `seconds` is 0. */
  readonly queued?: readonly string[];
}

/** An object of the cluster by name. */
export interface ObjectName {
  readonly kind: "NodeClaim" | "NodePool" | "Node" | "Pod" | "PodDisruptionBudget";
  readonly namespace?: string;
  readonly name: string;
}

/** Something that happens; deletions come first. */
export interface CaseChange {
  readonly atSeconds: number;
  readonly put?: readonly Manifest[];
  /** NodeClaims and Nodes with finalizers stay, and are being deleted. */
  readonly delete?: readonly ObjectName[];
  readonly facts?: Omit<CaseFacts, "queued">;
  /** Offered to all NodePools from now on. */
  readonly instanceTypeSet?: string;
}

/** How long machines take in a run that carries decisions out. */
export interface CaseCarryOut {
  readonly launchSeconds: number;
  /** From the launch on. */
  readonly initializeSeconds: number;
  readonly terminateSeconds: number;
}

/** Feature gates that bear on disruption; those left out are as Karpenter has them by default. */
export const disruptionFeatureGates = [
  "CapacityBuffer",
  "ReservedCapacity",
  "SpotToSpotConsolidation",
] as const;
export type DisruptionFeatureGate = (typeof disruptionFeatureGates)[number];

/** Settings of Karpenter. */
export interface DisruptionCaseOptions extends Omit<ConformanceCase["options"], "featureGates"> {
  readonly featureGates?: Readonly<Partial<Record<DisruptionFeatureGate, boolean>>>;
}

/** One cluster to decide for. */
export interface DisruptionCase extends Omit<ConformanceCase, "inFull" | "options"> {
  readonly options: DisruptionCaseOptions;
  /** Names of sets for NodePools that are offered something else than `instanceTypeSet`. */
  readonly instanceTypeSetByNodePool?: Readonly<Record<string, string>>;
  readonly facts?: CaseFacts;
  /** How long the controller runs; 0: only the methods are asked. */
  readonly seconds: number;
  /** In order of time. */
  readonly script?: readonly CaseChange[];
  /** Absent: nothing is launched, and nothing goes. */
  readonly carryOut?: CaseCarryOut;
}

/** A node that passed a method's filter. */
export interface DecidedCandidate {
  readonly name: string;
  readonly price: number;
  readonly rescheduleDisruptionCost: number;
}

export interface DecidedReplacement extends DecidedNodeClaim {
  /** One of a static NodePool has neither pods nor instance types. */
  readonly isStatic: boolean;
}

/** A command before anybody has looked at it again. */
export interface DecidedCommand {
  readonly decision: string;
  readonly candidates: readonly string[];
  readonly replacements: readonly DecidedReplacement[];
  readonly savings: number;
  readonly text: string;
}

export interface DecidedScore {
  /** As Go prints it, since it may be infinite. */
  readonly score: string;
  readonly savingsFraction: number;
  readonly disruptionFraction: number;
  readonly isApproved: boolean;
}

export type DecidedScores = Readonly<Record<string, DecidedScore>>;

/** The verdict on one move; scores by NodePool. */
export interface DecidedEvaluation {
  readonly candidates: readonly string[];
  readonly isApproved: boolean;
  readonly scores: DecidedScores;
}

export interface DecidedEvent {
  /** Such as `Node a`. */
  readonly object: string;
  readonly reason: string;
  readonly message: string;
}

export interface TimedEvent extends DecidedEvent {
  readonly atMs: number;
}

/** What one method decides on the cluster as it is at the start, as if it were the only one. */
export interface DecidedMethod {
  readonly method: string;
  readonly error?: string;
  /** By name. */
  readonly candidates: readonly DecidedCandidate[];
  /** What is left, by NodePool; empty without candidates. */
  readonly budgets: Readonly<Record<string, number>>;
  readonly totals: Readonly<
    Record<string, { readonly cost: number; readonly disruptionCost: number }>
  >;
  readonly commands: readonly DecidedCommand[];
  /** Every move that was scored, in order. */
  readonly scored: readonly DecidedEvaluation[];
  /** Each once, sorted. */
  readonly events: readonly DecidedEvent[];
  /** Those about pods with a do-not-disrupt annotation. */
  readonly podEvents: readonly DecidedEvent[];
}

/** A NodeClaim as it was created. */
export interface CreatedClaim {
  readonly name: string;
  readonly nodePool: string;
  /** By key, values sorted. */
  readonly requirements: readonly {
    readonly key: string;
    readonly operator: string;
    readonly values: readonly string[];
    readonly minValues?: number;
  }[];
}

/** Something that was done about a command, or a pass that went wrong, which ends the run. */
export interface DecidedFact {
  readonly atMs: number;
  readonly kind: "started" | "ended" | "rejected" | "failed";
  readonly method?: string;
  readonly candidates?: readonly string[];
  readonly text?: string;
  readonly savings?: number;
  readonly created?: readonly CreatedClaim[];
  readonly outcome?: string;
  readonly failure?: string;
  readonly scores?: DecidedScores;
}

/** A machine as Karpenter remembers it at the end. */
export interface DecidedEnd {
  readonly name: string;
  readonly markedForDeletion: boolean;
  readonly nominated: boolean;
  readonly tainted: boolean;
  readonly disruptionReason?: string;
  readonly deleting: boolean;
}

/** What the controller did in the time of the case. */
export interface DecidedRun {
  readonly facts: readonly DecidedFact[];
  /** Each once, when it was told first; by time, object, reason and text. */
  readonly events: readonly TimedEvent[];
  readonly podEvents: readonly TimedEvent[];
  /** By name. */
  readonly end: readonly DecidedEnd[];
  /** What provisioning would decide then: marks, nominations and new NodeClaims bear on it. */
  readonly then: Omit<Decision, "name">;
}

export interface DisruptionDecision {
  readonly name: string;
  /** The case could not be decided. */
  readonly error?: string;
  /** In the order in which a pass tries them. */
  readonly methods: readonly DecidedMethod[];
  readonly run: DecidedRun;
}

/** A file of recorded cases. `decisions` are upstream's, in the order of the cases. */
export interface RecordedDisruptionCases {
  readonly upstream: string;
  readonly instanceTypeSets: Readonly<Record<string, readonly CaseInstanceType[]>>;
  readonly cases: readonly DisruptionCase[];
  readonly decisions: readonly DisruptionDecision[];
}

/** Names of files with disruption cases begin so. */
export const disruptionFilePrefix = "disruption-";

/** Whether a recorded file holds disruption cases. */
export function holdsDisruption(file: string): boolean {
  return file.startsWith(disruptionFilePrefix);
}

/** Names of the recorded files with disruption cases, sorted. */
export function recordedDisruptionFiles(): readonly string[] {
  return recordedFiles().filter(holdsDisruption);
}

export function readDisruptionCases(file: string): RecordedDisruptionCases {
  return readRecorded(file) as RecordedDisruptionCases;
}

export function writeDisruptionCases(file: string, recorded: RecordedDisruptionCases): void {
  writeRecorded(file, recorded);
}
