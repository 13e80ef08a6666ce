import type { CapacityType } from "../../core/apis/index.ts";

/** A machine that would be launched. */
export interface PlannedNodeClaim {
  readonly nodePool: string;
  /** In order of placement. */
  readonly pods: readonly string[];
  /** Room for CapacityBuffers; absent: none. */
  readonly virtualPods?: readonly string[];
  /** Quantities; of the pods, virtual ones included, and of DaemonSets. */
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
