/**
 * The format of lifecycle cases: a cluster and a cloud, what happens to them as time passes, and what
 * upstream Karpenter's own controllers made of it. Times are seconds since the case began.
 */
import type { CaseInstanceType, Manifest } from "../cases.ts";

/** What the cloud answers to a launch; `seconds` is how long the answer takes. */
export type CreateAnswer =
  | {
      readonly kind: "launched";
      readonly instanceType: string;
      readonly zone: string;
      readonly capacityType: "on-demand" | "spot" | "reserved";
      readonly labels?: Readonly<Record<string, string>>;
      readonly annotations?: Readonly<Record<string, string>>;
      readonly seconds?: number;
    }
  | {
      readonly kind: "insufficient-capacity" | "node-class-not-ready" | "error";
      readonly message: string;
      readonly seconds?: number;
    }
  | {
      readonly kind: "create-error";
      readonly reason: string;
      readonly message: string;
      readonly seconds?: number;
    };

/** What the cloud answers when it is asked whether a NodeClaim has drifted. */
export interface DriftAnswer {
  readonly reason?: string;
  readonly isNotFound?: boolean;
  readonly error?: string;
}

/** What a registration hook answers; pending without `seconds` asks for a retry with back-off. */
export interface HookAnswer {
  readonly kind: "ready" | "pending" | "error";
  readonly seconds?: number;
  readonly message?: string;
  readonly labels?: Readonly<Record<string, string>>;
}

/** The cloud's answers by name of the NodeClaim; `*` stands for all others. */
export interface Answers {
  readonly create?: Readonly<Record<string, CreateAnswer>>;
  /** Errors of deletions. */
  readonly delete?: Readonly<Record<string, string>>;
  readonly drift?: Readonly<Record<string, DriftAnswer>>;
  /** By name of the hook; which there are is settled when the case begins. */
  readonly hooks?: Readonly<Record<string, HookAnswer>>;
  /** The list of instance types cannot be read. */
  readonly hasNoInstanceTypes?: boolean;
  /** How long an instance takes to go. */
  readonly terminationSeconds?: number;
}

export interface ObjectReference {
  readonly kind:
    | "EC2NodeClass"
    | "Node"
    | "NodeClaim"
    | "NodePool"
    | "Pod"
    | "PodDisruptionBudget"
    | "VolumeAttachment";
  readonly namespace?: string;
  readonly name: string;
}

/** Changes single labels and annotations (null takes away), replaces fields of spec and status. */
export interface ObjectChange extends ObjectReference {
  readonly labels?: Readonly<Record<string, string | null>>;
  readonly annotations?: Readonly<Record<string, string | null>>;
  readonly spec?: Manifest;
  readonly status?: Manifest;
}

/**
 * A moment: what there is to see is noted; then it is done what the fields say, in their order. What
 * is gone is left out.
 */
export interface LifecycleStep {
  readonly atSeconds: number;
  /** From now on. */
  readonly answers?: Answers;
  /** Provider ids of instances that vanish. */
  readonly loseInstances?: readonly string[];
  /** Objects to be added or replaced. */
  readonly apply?: readonly Manifest[];
  readonly change?: readonly ObjectChange[];
  /** As a user deletes: finalizers and grace periods hold. */
  readonly delete?: readonly ObjectReference[];
  /** Gone, whatever holds them. */
  readonly remove?: readonly ObjectReference[];
  /** Provider ids. */
  readonly nominate?: readonly string[];
  readonly markForDeletion?: readonly string[];
  readonly unmarkForDeletion?: readonly string[];
}

/** After how many seconds a bad node condition gets its node replaced. */
export interface CaseRepairPolicy {
  readonly conditionType: string;
  readonly conditionStatus: "True" | "False" | "Unknown";
  readonly tolerationSeconds: number;
}

/** One story. */
export interface LifecycleCase {
  readonly name: string;
  readonly topic: string;
  /** RFC 3339. */
  readonly now: string;
  readonly featureGates: { readonly nodeRepair?: boolean; readonly staticCapacity?: boolean };
  /**
   * Whether the consistency of nodes is checked. What it finds has no effect, and whether its write
   * comes before others of the same moment is chance; so only cases about it ask for it.
   */
  readonly isConsistencyChecked?: boolean;
  /**
   * Whether there are several Nodes or NodeClaims of one machine. Cluster state holds whichever was
   * listed last, by chance, and isn't compared then.
   */
  readonly hasDuplicates?: boolean;
  readonly instanceTypes: readonly CaseInstanceType[];
  readonly repairPolicies: readonly CaseRepairPolicy[];
  readonly answers: Answers;
  /** Instances of NodeClaims that don't run any more when the case begins. */
  readonly lostInstances?: readonly string[];
  readonly objects: { readonly kind: "List"; readonly items: readonly Manifest[] };
  readonly steps: readonly LifecycleStep[];
}

/**
 * A file of recorded cases. `outcomes` are upstream's, in the order of the cases: for each all those
 * that were seen.
 */
export interface RecordedLifecycle {
  readonly upstream: string;
  readonly cases: readonly LifecycleCase[];
  readonly outcomes: readonly (readonly Outcome[])[];
}

/** What came of a case. */
export interface Outcome {
  readonly name: string;
  readonly error?: string;
  /** What there was to see at each step. */
  readonly steps: readonly Facts[];
  /** Karpenter's own counters at the end, as name and reason or condition. */
  readonly counters: Readonly<Record<string, number>>;
}

/** By resource: cpu in thousandths of a core, everything else in whole units; no zeros. */
export type Amounts = Readonly<Record<string, number>>;
type Texts = Readonly<Record<string, string>>;

/** What there is to see at a moment. */
export interface Facts {
  readonly atSeconds: number;
  /** Calls of the cloud and of the eviction subresource since the step before, with their times. */
  readonly actions: readonly string[];
  /** Events since the step before, each once, sorted. */
  readonly events: readonly string[];
  readonly nodeClaims: Readonly<Record<string, NodeClaimFacts>>;
  readonly nodes: Readonly<Record<string, NodeFacts>>;
  readonly pods: Readonly<Record<string, PodFacts>>;
  readonly nodePools: Readonly<Record<string, NodePoolFacts>>;
  readonly state: StateFacts;
}

export interface ConditionFacts {
  readonly status: string;
  readonly reason: string;
  readonly message: string;
  readonly sinceSeconds: number;
  readonly observedGeneration: number;
}

interface MetaFacts {
  readonly labels: Texts;
  readonly annotations: Texts;
  readonly finalizers: readonly string[];
  /** Kind, name and uid. */
  readonly owners: readonly string[];
  readonly deletedAtSeconds?: number;
}

export interface NodeClaimFacts extends MetaFacts {
  readonly providerId: string;
  readonly imageId: string;
  readonly nodeName: string;
  readonly lastPodEventSeconds?: number;
  readonly capacity: Amounts;
  readonly allocatable: Amounts;
  readonly conditions: Readonly<Record<string, ConditionFacts>>;
}

export interface NodeFacts extends MetaFacts {
  readonly taints: readonly string[];
}

export interface PodFacts {
  readonly nodeName: string;
  readonly deletedAtSeconds?: number;
}

export interface NodePoolFacts {
  readonly annotations: Texts;
  readonly conditions: Readonly<Record<string, ConditionFacts>>;
  readonly usage: Amounts;
  /** Active, deleting and pending NodeClaims. */
  readonly counts: readonly [number, number, number];
  readonly costUsdPerHour: number;
}

export interface StateFacts {
  readonly isSynced: boolean;
  readonly consolidatedAtSeconds: number;
  readonly nodes: Readonly<Record<string, StateNodeFacts>>;
}

/** By provider id. */
export interface StateNodeFacts {
  readonly name: string;
  readonly isRegistered: boolean;
  readonly isInitialized: boolean;
  readonly isMarkedForDeletion: boolean;
  readonly isNominated: boolean;
  readonly taints: readonly string[];
  readonly capacity: Amounts;
  readonly allocatable: Amounts;
  readonly podRequests: Amounts;
  readonly daemonSetRequests: Amounts;
}
