import type { NodePool, Pod, Taint } from "../apis/index.ts";
import type { InstanceType } from "../cloudprovider/index.ts";
import type { Requirements } from "../scheduling/index.ts";
import type { Cluster, StateNode } from "../state/index.ts";

/** Whether soft constraints are treated as hard until relaxed (Respect) or not at all (Ignore). */
export const preferencePolicies = ["Respect", "Ignore"] as const;
export type PreferencePolicy = (typeof preferencePolicies)[number];

/** How undefined keys are judged: leniently for new NodeClaims, strictly for existing nodes. */
export interface CompatibilityOptions {
  readonly allowUndefinedWellKnownLabels: boolean;
}

/**
 * Outcome of tightening a candidate; the error text is made only when it is asked for.
 *
 * A lasting refusal holds for the rest of the run, for every pod of the same requirements and
 * `shapeOf`, however the candidate narrows: counts only rise.
 */
export type TopologyOutcome =
  | { readonly ok: true; readonly requirements: Requirements }
  | { readonly ok: false; readonly isLasting: boolean; readonly error: () => string };

/**
 * Counts pods over topology domains during one scheduling run and narrows candidates accordingly.
 *
 * @see karpenter v1.14.1 pkg/controllers/provisioning/scheduling/topology.go Topology
 */
export interface TopologyTracker {
  /**
   * Node requirements tightened by every group that owns the pod or repels it, or why that is
   * impossible. Changes nothing. Answers the very object `nodeRequirements` when no group matches.
   *
   * `podRequirements` are the pod's strict ones, without volume constraints; `nodeRequirements` are
   * the candidate's, the pod's and a chosen volume alternative's already included.
   */
  addRequirements(
    pod: Pod,
    taints: readonly Taint[],
    podRequirements: Requirements,
    nodeRequirements: Requirements,
    options: CompatibilityOptions,
  ): TopologyOutcome;
  /** Notes that the pod has been placed on a candidate that ended up with `requirements`. */
  record(
    pod: Pod,
    taints: readonly Taint[],
    requirements: Requirements,
    options: CompatibilityOptions,
  ): void;
  /**
   * Takes ownership away from the pod (by uid) and registers it anew from its present spec: at
   * setup, after each relaxation, and when its original goes back to the queue. A text says why an
   * invalid selector prevented that.
   */
  update(pod: Pod): string | undefined;
  /** Makes a domain known to all groups of the key, with count 0 when it is new. */
  register(topologyKey: string, domain: string): void;
  /** Equal for pods that every group treats alike at this moment; empty for those without any. */
  shapeOf(pod: Pod): string;
  /**
   * Whether any group constrains the pod or would count it once placed. When false, neither
   * `addRequirements` nor `record` does anything for the pod, so pods of one shape may be probed
   * once. Answered from the pod's labels, namespace and ownership.
   */
  isAffectedBy(pod: Pod): boolean;
}

/** What topology reads of the cluster, beside the nodes of the run. */
export type TopologyReads = Pick<
  Cluster,
  "node" | "nodes" | "podsOnNode" | "namespaces" | "namespaceLabels"
>;

/** What a topology is built from. */
export interface TopologyInput {
  readonly preferencePolicy: PreferencePolicy;
  /** The run's NodePools, in order of weight. */
  readonly nodePools: readonly NodePool[];
  /** Resolved instance types by NodePool name; a pool without types has no entry. */
  readonly instanceTypesByNodePool: ReadonlyMap<string, readonly InstanceType[]>;
  /** Nodes that pods may be placed on in this run. */
  readonly stateNodes: readonly StateNode[];
  /** Every state node of the cluster, deleting ones included: where anti-affinity pods sit. */
  readonly clusterStateNodes: readonly StateNode[];
  readonly cluster: TopologyReads;
  /** Pods of this run: they own groups and aren't counted where they sit now. */
  readonly pods: readonly Pod[];
}

/** A topology, or the text of the error (an invalid namespace selector) that aborts the run. */
export type TopologyResult =
  | { readonly ok: true; readonly topology: TopologyTracker }
  | { readonly ok: false; readonly error: string };

/** What volumes say about placement; `VolumeTopology` in volume-topology.ts. */
export interface VolumeTopologyReader {
  /**
   * Alternatives for the node's requirements, tried in order; none when the pod's volumes don't
   * restrict it. The error names the claim, volume or class that could not be found.
   */
  requirements(
    pod: Pod,
  ):
    | { readonly ok: true; readonly alternatives: readonly Requirements[] }
    | { readonly ok: false; readonly error: string };
  /** Why the pod's claims keep it from being considered, or `undefined`. */
  validatePersistentVolumeClaims(pod: Pod): string | undefined;
}

/** What volume lookups read of the cluster. */
export type VolumeReads = Pick<
  Cluster,
  "persistentVolumeClaim" | "persistentVolume" | "storageClass" | "storageClasses"
>;
