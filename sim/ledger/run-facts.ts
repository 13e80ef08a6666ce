import type { SimTime } from "../../core/units/index.ts";
import type { DurationQuantiles } from "./duration-sample.ts";

/** USD of compute, waivers taken off, by where it went; sorted by the three names. */
export interface CostShare {
  readonly nodePool: string;
  readonly capacityType: string;
  readonly instanceFamily: string;
  readonly usd: number;
}

/**
 * The money of a run, USD. `computeUsd` is the sum of every one of its four splits; the total is
 * compute + storage + control plane + network.
 */
export interface CostFacts {
  readonly computeUsd: number;
  readonly storageUsd: number;
  readonly controlPlaneUsd: number;
  /** Public IPv4 addresses; traffic is not modelled. */
  readonly networkUsd: number;
  /** Usage given back because EC2 ended Spot Instances in their first hour. */
  readonly waivedUsd: number;
  /** The same machines at On-Demand prices; compute only. */
  readonly onDemandEquivalentUsd: number;
  /** Price of allocatable that no pod asked for; compute only. */
  readonly idleUsd: number;
  readonly byCapacityType: Readonly<Record<string, number>>;
  readonly byNodePool: Readonly<Record<string, number>>;
  readonly byInstanceFamily: Readonly<Record<string, number>>;
  readonly byZone: Readonly<Record<string, number>>;
  readonly shares: readonly CostShare[];
}

/** How one workload with a wanted number of replicas fared. */
export interface WorkloadFacts {
  /** `Kind/namespace/name`. */
  readonly name: string;
  readonly desiredReplicaHours: number;
  /** Ready replicas, at most as many as wanted. */
  readonly readyReplicaHours: number;
  readonly minutesBelowDesired: number;
  readonly podsCreated: number;
  readonly podsEvicted: number;
  readonly podsKilled: number;
}

/** A pod that had no node when the run ended. */
export interface UnscheduledPod {
  readonly podKey: string;
  readonly pendingSeconds: number;
  /** Karpenter's last word about it, where it had one. */
  readonly message?: string;
}

/** Everything about pods; DaemonSets' are left out of all but the hours that were requested. */
export interface PodFacts {
  readonly created: number;
  readonly bound: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly deleted: number;
  readonly runningAtEnd: number;
  readonly pendingAtEnd: number;
  /** The first hundred of those pending at the end, by key. */
  readonly unscheduled: readonly UnscheduledPod[];
  /** Ever refused by kube-scheduler. */
  readonly everUnschedulable: number;
  /** Created to ready; pods that got ready. */
  readonly startup: DurationQuantiles | undefined;
  /** Created to bound; pods that were bound. */
  readonly pending: DurationQuantiles | undefined;
  readonly pendingPodSeconds: number;
  readonly boundPodHours: number;
  /** vCPUs that bound pods requested, times the hours they were bound; DaemonSets' pods included. */
  readonly requestedVcpuHours: number;
  /** The same of memory, GiB. */
  readonly requestedGibHours: number;
  readonly workloads: readonly WorkloadFacts[];
}

/** Everything about disruption; pods of DaemonSets are not counted. */
export interface DisruptionFacts {
  readonly interruptions: number;
  readonly rebalanceRecommendations: number;
  /** Started commands by method and decision: `multi-node-consolidation/replace`. */
  readonly commands: Readonly<Record<string, number>>;
  readonly commandsFailed: number;
  /** Nodes that started commands took, by reason. */
  readonly candidatesByReason: Readonly<Record<string, number>>;
  readonly expired: number;
  /** Unhealthy nodes that node repair has replaced. */
  readonly repaired: number;
  readonly podsEvicted: number;
  readonly podsKilled: number;
  /** Disrupted pods whose replica had been moved within the hour before. */
  readonly podsDisruptedAgain: number;
  readonly lostWorkSeconds: number;
  readonly pdbBlockedSeconds: number;
}

/** Everything about machines. */
export interface NodeFacts {
  readonly launched: number;
  readonly terminated: number;
  readonly failedLaunches: number;
  readonly failedLaunchesByCode: Readonly<Record<string, number>>;
  readonly launchedByInstanceType: Readonly<Record<string, number>>;
  readonly peak: number;
  readonly mean: number;
  readonly hours: number;
  /** Requested over allocatable, over the whole run, 0 to 100 and more. */
  readonly cpuUtilizationPercent: number;
  readonly memoryUtilizationPercent: number;
}

/** The cluster at the end of the run, as eks-node-viewer would show it. */
export interface EndFacts {
  readonly nodesByInstanceType: Readonly<Record<string, number>>;
  readonly nodesByCapacityType: Readonly<Record<string, number>>;
  readonly boundPods: number;
  readonly pendingPods: number;
  readonly requestedCpuMillicores: number;
  readonly allocatableCpuMillicores: number;
  readonly requestedMemoryBytes: number;
  readonly allocatableMemoryBytes: number;
}

/** Figures over time; every list has one value for each of `starts`. */
export interface SeriesFacts {
  readonly starts: readonly SimTime[];
  readonly usdPerHourByCapacityType: Readonly<Record<string, readonly number[]>>;
  readonly nodesByCapacityType: Readonly<Record<string, readonly number[]>>;
  readonly pendingPods: readonly number[];
  readonly boundPods: readonly number[];
  readonly requestedVcpus: readonly number[];
  readonly allocatableVcpus: readonly number[];
}

/**
 * What a run amounts to: plain data, the same bytes for the same run. Records have sorted keys.
 */
export interface RunFacts {
  readonly start: SimTime;
  readonly end: SimTime;
  readonly cost: CostFacts;
  readonly pods: PodFacts;
  readonly disruption: DisruptionFacts;
  readonly nodes: NodeFacts;
  readonly atEnd: EndFacts;
  readonly series: SeriesFacts;
  /** How often each decision fell, by a stable name such as `refused/pdb-prevents-eviction`. */
  readonly decisions: Readonly<Record<string, number>>;
}
