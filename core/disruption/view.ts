import type { NodePool, Pod, PodDisruptionBudget } from "../apis/index.ts";
import type { InstanceType } from "../cloudprovider/index.ts";
import type { SchedulingBase, SchedulingReads } from "../provisioning/index.ts";
import type { SimTime } from "../units/index.ts";
import type { NodeClaimCounts, StateNode } from "../state/index.ts";
import type { BufferInputs } from "./buffer-inputs.ts";
import type { DisruptionOptions } from "./options.ts";

/** Which simulations a base is for. */
export interface SchedulingBaseRequest {
  readonly now: SimTime;
  /** Consolidation: nodes younger than consolidateAfter take no pods of running nodes. */
  readonly isConsolidation: boolean;
}

/**
 * Everything a disruption decision rests on. Nothing of it is changed by one.
 *
 * Functions in it answer from the same unchanging state; they are functions only so that nothing is
 * computed that nobody asks for.
 */
export interface DisruptionView {
  /** Every machine, sorted by name. */
  readonly stateNodes: readonly StateNode[];
  readonly nodePools: readonly NodePool[];
  /** By NodePool name; a pool without types has no entry. */
  readonly instanceTypesByNodePool: ReadonlyMap<string, readonly InstanceType[]>;
  readonly podDisruptionBudgets: readonly PodDisruptionBudget[];
  /** Pods that ask for capacity and may have it: provisionable and valid; then virtual ones. */
  readonly pendingPods: readonly Pod[];
  readonly daemonSetPods: readonly Pod[];
  /** Machines of commands under way, by provider id. */
  readonly queuedProviderIds: ReadonlySet<string>;
  readonly reads: SchedulingReads;
  /** All pods bound to the node, terminal ones included; the same array until one changes. */
  podsOnNode(nodeName: string): readonly Pod[];
  /** Cost per hour as tracked; 0 when nothing is known. */
  nodePoolCost(nodePoolName: string): number;
  /** 1 plus the positive eviction costs of the machine's pods other than DaemonSets'. */
  nodeDisruptionCost(providerId: string): number;
  /** Whether the last provisioning run kept room for a CapacityBuffer there. */
  hasBufferPods(providerId: string): boolean;
  nodeClaimCounts(nodePoolName: string): NodeClaimCounts;
  /** How many of `wanted` new NodeClaims fit below the limit on nodes; no limit when undefined. */
  reservableNodes(nodePoolName: string, wanted: number, limit: number | undefined): number;
  /** What all simulations at one instant share; the same object when asked again. */
  schedulingBase(request: SchedulingBaseRequest): Pick<SchedulingBase, "input" | "solve">;
  readonly options: DisruptionOptions;
  readonly buffers: BufferInputs;
}
