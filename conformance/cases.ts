/**
 * The format of conformance cases: a cluster as Kubernetes prints it, what can be launched, when, and
 * what upstream Karpenter decided. Recorded files are gzipped JSON under `conformance/cases/`.
 */
import { readRecorded, writeRecorded } from "./recorded-file.ts";

/** A Kubernetes object as `kubectl get -o json` prints it. */
export type Manifest = Readonly<Record<string, unknown>>;

/** A zone and capacity type with a price in USD per hour. */
export interface CaseOffering {
  readonly zone: string;
  readonly capacityType: "on-demand" | "spot" | "reserved";
  readonly price: number;
  readonly available: boolean;
  readonly reservationId?: string;
  readonly reservationCapacity?: number;
  /** Quantities, added to the type's capacity. */
  readonly capacityOverride?: Quantities;
  /** Quantities, added to what the type reserves. */
  readonly kubeReservedOverride?: Quantities;
}

/** As Kubernetes writes them, by resource. */
export type Quantities = Readonly<Record<string, string>>;

/**
 * An instance type. Every NodePool of the case is offered it, in a case with EC2NodeClasses only those
 * whose own is among them.
 */
export interface CaseInstanceType {
  readonly name: string;
  /** In-requirements by label. */
  readonly requirements: Readonly<Record<string, readonly string[]>>;
  readonly offerings: readonly CaseOffering[];
  readonly capacity: Quantities;
  readonly kubeReserved: Quantities;
}

/** Feature gates that a case may set, as Karpenter spells them. */
export const caseFeatureGates = [
  "CapacityBuffer",
  "NodeOverlay",
  "ReservedCapacity",
  "StaticCapacity",
] as const;
export type CaseFeatureGate = (typeof caseFeatureGates)[number];

/** One cluster to decide for. */
export interface ConformanceCase {
  readonly name: string;
  /** What the case is mostly about; results are counted by it. */
  readonly topic: string;
  /** RFC 3339. */
  readonly now: string;
  readonly options: {
    readonly preferencePolicy: "Respect" | "Ignore";
    readonly minValuesPolicy: "Strict" | "BestEffort";
    /** Strict, as in provisioning, unless it says otherwise, as in consolidation. */
    readonly reservedOfferingMode?: "Fallback";
    /** Those left out are as Karpenter has them by default. */
    readonly featureGates?: Readonly<Partial<Record<CaseFeatureGate, boolean>>>;
  };
  /** Name of a set of instance types in the file. */
  readonly instanceTypeSet: string;
  readonly objects: { readonly kind: "List"; readonly items: readonly Manifest[] };
  /** What follows from the decision is recorded, too. */
  readonly inFull?: true;
}

/** A requirement as it prints, and all its values, since the text leaves out those after the fifth. */
export interface DecidedRequirement {
  readonly text: string;
  readonly values: readonly string[];
}

/** A machine to be launched. Pods are `namespace/name`, in order of placement. */
export interface DecidedNodeClaim {
  readonly nodePool: string;
  readonly pods: readonly string[];
  /** By price. */
  readonly instanceTypes: readonly string[];
  /** By label. */
  readonly requirements: readonly DecidedRequirement[];
  /** cpu in thousandths of a core, everything else in whole units. */
  readonly requests: Readonly<Record<string, number>>;
}

/** What one run of the provisioner decided. */
export interface Decision {
  readonly name: string;
  /** The run as a whole failed. */
  readonly error?: string;
  readonly newNodeClaims: readonly DecidedNodeClaim[];
  /** Nodes that got pods. */
  readonly existingNodes: readonly { readonly name: string; readonly pods: readonly string[] }[];
  readonly podErrors: Readonly<Record<string, string>>;
  readonly consequences?: Consequences;
  /** CapacityBuffers by key, and how many virtual pods each node was given, with the feature gate. */
  readonly buffers?: readonly DecidedBuffer[];
  readonly bufferPods?: Readonly<Record<string, number>>;
}

/** What has become of a CapacityBuffer. */
export interface DecidedBuffer {
  readonly key: string;
  readonly replicas?: number;
  readonly podTemplate?: string;
  readonly podTemplateGeneration?: number;
  readonly strategy?: string;
  /** The provisioner was asked for a run on its behalf. */
  readonly isTriggering: boolean;
  /** By type. */
  readonly conditions: readonly string[];
}

/** What follows from a decision. */
export interface Consequences {
  /** The new NodeClaims as the API server gets them, in order. */
  readonly created: readonly CreatedNodeClaim[];
  /** Pending pods that were not looked at, with the reason. */
  readonly ignoredPods: Readonly<Record<string, string>>;
  /** NodeOverlays that were turned down, with the reason. */
  readonly nodeOverlays: Readonly<Record<string, string>>;
  /** What static NodePools lack; absent while their feature gate is off. */
  readonly static?: {
    /** By NodePool. */
    readonly created: readonly CreatedNodeClaim[];
    /** When the first of them is looked at again; 0 for never. */
    readonly requeueAfterSeconds: number;
  };
}

/** A NodeClaim that is created, or the error that keeps it from being so. */
export interface CreatedNodeClaim {
  readonly nodePool: string;
  readonly error?: string;
  /** A value that upstream draws at random is written `(any)`. */
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  /** `kind/name/uid`. */
  readonly owner?: string;
  readonly nodeClass?: string;
  /** By label and operator. */
  readonly requirements?: readonly Manifest[];
  /** As in {@link DecidedNodeClaim}. */
  readonly requests?: Readonly<Record<string, number>>;
  readonly taints?: readonly string[];
  readonly startupTaints?: readonly string[];
  readonly expireAfter?: string;
  readonly terminationGracePeriod?: string;
}

/** A file of recorded cases. `decisions` are upstream's, in the order of the cases. */
export interface RecordedCases {
  /** What decided, such as `karpenter v1.14.1`. */
  readonly upstream: string;
  readonly instanceTypeSets: Readonly<Record<string, readonly CaseInstanceType[]>>;
  readonly cases: readonly ConformanceCase[];
  readonly decisions: readonly Decision[];
}

/** Those of the sets of instance types that the cases use. */
export function usedInstanceTypeSets(
  sets: RecordedCases["instanceTypeSets"],
  cases: readonly Pick<ConformanceCase, "instanceTypeSet">[],
): RecordedCases["instanceTypeSets"] {
  const used = new Set(cases.map(({ instanceTypeSet }) => instanceTypeSet));
  return Object.fromEntries(Object.entries(sets).filter(([name]) => used.has(name)));
}

export function readRecordedCases(file: string): RecordedCases {
  return readRecorded(file) as RecordedCases;
}

export function writeRecordedCases(file: string, recorded: RecordedCases): void {
  writeRecorded(file, recorded);
}
