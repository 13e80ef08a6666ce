import type { Node, NodeClaim, Pod, Taint } from "../apis/index.ts";
import type { HostPortUsage, VolumeUsage } from "../scheduling/index.ts";
import type { ResourceList, SimTime } from "../units/index.ts";

/**
 * A node as the core sees it: a Node, a NodeClaim, or both, with the pods bound to it.
 *
 * A view: everything is derived from its two halves and its pods; `ClusterState` replaces the view
 * when one of them changes, so identity tells whether anything did.
 *
 * @see karpenter v1.14.1 pkg/controllers/state/statenode.go StateNode
 */
export interface StateNode {
  readonly providerId: string;
  readonly node?: Node;
  readonly nodeClaim?: NodeClaim;
  /** Node name once registered (or unmanaged), else NodeClaim name. */
  readonly name: string;
  /** The hostname label, or the name. */
  readonly hostName: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** Without ephemeral and startup taints while managed and not initialized. */
  readonly taints: readonly Taint[];
  readonly capacity: ResourceList;
  readonly allocatable: ResourceList;
  /** Requests of all tracked, non-terminal pods. */
  readonly podRequests: ResourceList;
  /** Requests of the tracked DaemonSet pods alone. */
  readonly daemonSetRequests: ResourceList;
  /** allocatable less podRequests. */
  readonly available: ResourceList;
  /** Pods bound here, sorted by key; of those that are over, the ones that need another place. */
  readonly pods: readonly Pod[];
  readonly hostPortUsage: HostPortUsage;
  readonly volumeUsage: VolumeUsage;
  readonly isManaged: boolean;
  readonly isRegistered: boolean;
  readonly isInitialized: boolean;
  readonly isMarkedForDeletion: boolean;
  readonly nominatedUntil?: SimTime;
}

/** Whether a scheduling decision has promised the node to a pod that isn't bound yet. */
export function isNominated(stateNode: StateNode, now: SimTime): boolean {
  return stateNode.nominatedUntil !== undefined && stateNode.nominatedUntil > now;
}
