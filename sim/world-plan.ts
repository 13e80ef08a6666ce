import type { Ec2NodeClass, NodePool, PodTemplate } from "../core/apis/index.ts";
import type { DecisionLatency } from "../core/provisioning/index.ts";
import type { ClusterObject } from "../core/state/index.ts";
import type { DurationMs, SimTime } from "../core/units/index.ts";
import type { Catalogue } from "../traces/index.ts";
import type { AccountVersion, AwsSettings } from "./aws/index.ts";
import type { BillingSettings, Ec2Latency, PoolOutlook, SpotMarket } from "./ec2/index.ts";
import type { KubeSettings } from "./kube/index.ts";
import type { WorkloadRef } from "./ledger/index.ts";

/**
 * Options of Karpenter itself.
 *
 * @see karpenter v1.14.1 pkg/operator/options/options.go
 */
export interface KarpenterOptions {
  readonly featureGates: {
    readonly nodeRepair: boolean;
    readonly reservedCapacity: boolean;
    readonly spotToSpotConsolidation: boolean;
    readonly nodeOverlay: boolean;
    readonly staticCapacity: boolean;
    readonly capacityBuffer: boolean;
  };
  readonly batchIdleDuration: DurationMs;
  readonly batchMaxDuration: DurationMs;
  readonly preferencePolicy: "Respect" | "Ignore";
  readonly minValuesPolicy: "Strict" | "BestEffort";
  /** How long its scheduling runs take; absent: no time. */
  readonly decisionLatency?: DecisionLatency;
}

/** Karpenter's own defaults. */
export const defaultKarpenterOptions: KarpenterOptions = {
  featureGates: {
    nodeRepair: false,
    reservedCapacity: true,
    spotToSpotConsolidation: false,
    nodeOverlay: false,
    staticCapacity: false,
    capacityBuffer: false,
  },
  batchIdleDuration: 1000 as DurationMs,
  batchMaxDuration: 10_000 as DurationMs,
  preferencePolicy: "Respect",
  minValuesPolicy: "Strict",
};

/** About what upstream's own scheduling runs take on one core; docs/model.md has the measurement. */
export const defaultDecisionLatency: DecisionLatency = Object.freeze({
  baseMs: 35,
  perNodeMs: 0.08,
  perPodMs: 0.5,
});

/** Proposals that upstream discussed and never shipped; absent means as upstream. */
export interface Experiments {
  readonly balancedK?: number;
  readonly minSavingsPercent?: number;
  readonly minSavingsUsdPerHour?: number;
  readonly utilizationCutoffPercent?: number;
  readonly singleNodeConsolidation?: boolean;
  readonly spotToSpotInstanceTypesMin?: number;
}

/** The wanted number of replicas of one workload over time; instants ascending. */
export interface ReplicaPlan {
  readonly kind: "Deployment" | "StatefulSet";
  readonly namespace: string;
  readonly name: string;
  readonly changes: readonly { readonly at: SimTime; readonly replicas: number }[];
}

/** A pod that arrives on its own, outside every controller. */
export interface PodArrival {
  readonly at: SimTime;
  readonly namespace: string;
  readonly name: string;
  readonly workload: WorkloadRef;
  readonly template: PodTemplate;
  /** How long its containers run until the pod succeeds; absent: until the end of the run. */
  readonly runsFor?: DurationMs;
  /** Whether a pod that is evicted or lost comes again and starts over, as a Job's would. */
  readonly isReplaced: boolean;
}

/** An object that can change during a run. */
export type ChangeableObject = NodePool | Ec2NodeClass;

/** What somebody applies at an instant: objects as they were written before and after. */
export interface ObjectChange {
  readonly at: SimTime;
  readonly objects: readonly {
    readonly before: ChangeableObject;
    readonly after: ChangeableObject;
  }[];
}

/** Conditions that a fault can make bad: those that the AWS provider's repair policies name. */
export const nodeConditionTypes = [
  "Ready",
  "AcceleratedHardwareReady",
  "StorageReady",
  "NetworkingReady",
  "KernelReady",
  "ContainerRuntimeReady",
] as const;

/** What a fault can do to an instance. */
export const instanceFaults = [
  "terminated",
  "stopped",
  "scheduled-change",
  "instance-status-impaired",
  "system-status-impaired",
  "spot-interruption",
  "rebalance-recommendation",
] as const;
export type InstanceFault = (typeof instanceFaults)[number];

/** What goes wrong with a node. */
export type FaultEffect =
  | {
      readonly kind: "node-condition";
      readonly type: (typeof nodeConditionTypes)[number];
      readonly status: "False" | "Unknown";
      /** After which it is well again; absent: never. */
      readonly lasts?: DurationMs;
    }
  | { readonly kind: "instance"; readonly fault: InstanceFault };

/** Something that goes wrong, at an instant with some nodes or at a rate with any. */
export interface PlannedFault {
  readonly effect: FaultEffect;
  readonly nodePool?: string;
  readonly matchLabels: Readonly<Record<string, string>>;
  readonly strikes:
    | { readonly kind: "at"; readonly at: SimTime; readonly count: number }
    | { readonly kind: "at-share"; readonly at: SimTime; readonly percent: number }
    | { readonly kind: "rate"; readonly per100kHours: number };
}

/** Everything that one run needs: a scenario under one policy with one seed. */
export interface WorldPlan {
  readonly scenarioName: string;
  readonly policyName: string;
  readonly seed: number;
  readonly start: SimTime;
  /** Nothing happens at or after it. */
  readonly end: SimTime;
  readonly region: string;
  readonly zones: readonly string[];
  readonly catalogue: Catalogue;
  /** What the manifests hold, the policy's overlay applied; in manifest order. */
  readonly objects: readonly ClusterObject[];
  /** Labels of the namespaces that the manifests declare. */
  readonly namespaceLabels: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly replicaPlans: readonly ReplicaPlan[];
  /** Ascending by instant. */
  readonly podArrivals: readonly PodArrival[];
  readonly market: SpotMarket;
  readonly outlook: PoolOutlook;
  readonly hostFailuresPer100kHours: number;
  readonly ec2Latency: Ec2Latency;
  readonly billing: BillingSettings;
  readonly aws: AwsSettings;
  /** What EC2NodeClasses are resolved against; the first version is of the start, then ascending. */
  readonly account: readonly AccountVersion[];
  /** Ascending by instant. */
  readonly changes: readonly ObjectChange[];
  readonly faults: readonly PlannedFault[];
  readonly kube: KubeSettings;
  readonly karpenter: KarpenterOptions;
  readonly experiments: Experiments;
  /** Leaves out polls that provably do nothing: faster, and the same outcome. */
  readonly skipsIdlePolls: boolean;
  /** The command that repeats this run, for failure reports. */
  readonly replayCommand: string;
}
