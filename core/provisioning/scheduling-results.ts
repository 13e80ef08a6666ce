import type { Pod } from "../apis/index.ts";
import type { InstanceType, Offering } from "../cloudprovider/index.ts";
import type { Requirements } from "../scheduling/index.ts";
import type { StateNode } from "../state/index.ts";
import type { ResourceList } from "../units/index.ts";
import type { SchedulingNodeClaimTemplate } from "./node-claim-template.ts";

/**
 * A machine that a run wants: the requirements it must meet and what may serve as one.
 *
 * @see karpenter v1.14.1 pkg/controllers/provisioning/scheduling/nodeclaim.go NodeClaim
 */
export interface SchedulingNodeClaim {
  readonly nodePoolName: string;
  readonly template: SchedulingNodeClaimTemplate;
  /** In the order of placement; the pods as handed in, not their relaxed copies. */
  readonly pods: readonly Pod[];
  readonly requirements: Requirements;
  /** Types that are left; by daemon group, then as the provider listed them, until truncated. */
  readonly instanceTypeOptions: readonly InstanceType[];
  /** Of the pods, and the least that daemons ask for. */
  readonly requests: ResourceList;
  /** The least that daemons ask for on any type that is left; contained in `requests`. */
  readonly daemonOverhead: ResourceList;
  /** Reserved offerings that are held for it; empty where there is none. */
  readonly reservedOfferings: readonly Offering[];
  /** Whether minValues had to be lowered (BestEffort); shared by all of a template in a run. */
  readonly isMinValuesRelaxed: boolean;
}

/** A node of the cluster, and the pods that a run places there, at least one. */
export interface SchedulingExistingNode {
  readonly stateNode: StateNode;
  readonly pods: readonly Pod[];
}

/**
 * Why a pod has found no place.
 *
 * @see karpenter v1.14.1 pkg/controllers/provisioning/scheduling/nodeclaim.go ReservedOfferingError
 * @see karpenter v1.14.1 pkg/controllers/provisioning/scheduling/scheduler.go DRAError
 */
export interface PodSchedulingError {
  /**
   * `reserved-offering`: deferred to a later run rather than refused. `dynamic-resources`: claims
   * that are not supported. `no-node-pool`: nothing to schedule on. `unschedulable`: the rest.
   */
  readonly kind: "reserved-offering" | "dynamic-resources" | "no-node-pool" | "unschedulable";
  /** Upstream's sentence: one text per NodePool in order of weight, joined by "; ". */
  readonly message: string;
  /** The parts of the sentence, where NodePools were tried: those above in weight come first. */
  readonly byNodePool?: readonly { readonly nodePoolName: string; readonly message: string }[];
}

/** What a run decides. */
export interface SchedulingResults {
  /** In upstream's order: ascending pod count as of the last sort, newly opened ones behind. */
  readonly newNodeClaims: readonly SchedulingNodeClaim[];
  /** Nodes that get pods: initialized first, then by name. */
  readonly existingNodes: readonly SchedulingExistingNode[];
  /** Keyed by the pod objects as handed in. */
  readonly podErrors: ReadonlyMap<Pod, PodSchedulingError>;
  /** NodePools that no instance type is left of, in order of weight. */
  readonly nodePoolsWithoutInstanceTypes: readonly NodePoolWithoutInstanceTypes[];
  /** True when `attemptsMax` ended the run early: pods may be left without place and error. */
  readonly isTruncatedByLimit: boolean;
}

/** A NodePool whose requirements leave no instance type. */
export interface NodePoolWithoutInstanceTypes {
  readonly nodePoolName: string;
  readonly isMinValuesIncompatible: boolean;
}
