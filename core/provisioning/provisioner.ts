// One provisioning run as a pure decision: which pods, which NodePools, and what to do about them.
import type { NodePool, Pod, PodDisruptionBudget } from "../apis/index.ts";
import type { InstanceType } from "../cloudprovider/index.ts";
import type { StateNode } from "../state/index.ts";
import { compareStrings, type DurationMs, type SimTime } from "../units/index.ts";
import { type DecisionLatency, runBudget } from "./decision-latency.ts";
import { truncateResults } from "./node-claim-draft.ts";
import { type PodRefusal, validatePod } from "./pod-validation.ts";
import { isCurrentlyReschedulable } from "./reschedulable-pods.ts";
import type { SchedulingOptions, SchedulingReads } from "./scheduling-input.ts";
import type { SchedulingResults } from "./scheduling-results.ts";
import { solve } from "./solve.ts";
import { createVolumeTopology } from "./volume-topology.ts";

/** What a run sees of the world. */
export interface ProvisioningView {
  readonly now: SimTime;
  /** All NodePools, in any order. */
  readonly nodePools: readonly NodePool[];
  /** Types by NodePool; asked for NodePools that are considered only. */
  readonly instanceTypes: (nodePool: NodePool) => readonly InstanceType[];
  /** All state nodes, deleting ones included. */
  readonly stateNodes: readonly StateNode[];
  /** Pods that ask for new capacity, not validated. */
  readonly pendingPods: readonly Pod[];
  /** Virtual pods of CapacityBuffers; absent: none. They are not validated. */
  readonly virtualPods?: readonly Pod[];
  readonly daemonSetPods: readonly Pod[];
  readonly podDisruptionBudgets: readonly PodDisruptionBudget[];
  readonly cluster: SchedulingReads;
}

/** A pod that is left alone, and why. */
export interface IgnoredPod extends PodRefusal {
  readonly pod: Pod;
}

/** What a run comes to. */
export type ProvisioningDecision = { readonly ignoredPods: readonly IgnoredPod[] } & (
  | { readonly kind: "no-pods" }
  | { readonly kind: "no-node-pools"; readonly pods: readonly Pod[] }
  | { readonly kind: "failed"; readonly error: string }
  | {
      readonly kind: "scheduled";
      readonly results: SchedulingResults;
      /** How long the run takes. */
      readonly took: DurationMs;
    }
);

/**
 * Decides what to launch for pending pods and for pods of nodes that are going away. With a latency,
 * the run's time limit bounds its attempts.
 *
 * @see karpenter v1.14.1 pkg/controllers/provisioning/provisioner.go Schedule
 */
export function decideProvisioning(
  view: ProvisioningView,
  options: SchedulingOptions,
  latency?: DecisionLatency,
): ProvisioningDecision {
  const { pods: pending, ignoredPods } = considerPods(view);
  const podsToSchedule = [...pending, ...deletingNodePods(view)];
  if (podsToSchedule.length === 0) return { kind: "no-pods", ignoredPods };
  const nodePools = considerNodePools(view.nodePools);
  if (nodePools.length === 0) return { kind: "no-node-pools", pods: podsToSchedule, ignoredPods };
  const stateNodes = view.stateNodes.filter((it) => !it.isMarkedForDeletion);
  const size = { nodes: stateNodes.length, pods: podsToSchedule.length };
  const { took, ...bound } = runBudget(latency, size);
  const outcome = solve({
    now: view.now,
    nodePools,
    instanceTypesByNodePool: resolveInstanceTypes(nodePools, view),
    stateNodes,
    clusterStateNodes: view.stateNodes,
    daemonSetPods: view.daemonSetPods,
    cluster: view.cluster,
    podsToSchedule,
    options: { ...options, ...bound },
  });
  if (!outcome.ok) return { kind: "failed", error: outcome.error, ignoredPods };
  const results = truncateResults(outcome.results, options.minValuesPolicy);
  return { kind: "scheduled", results, took, ignoredPods };
}

/**
 * Pending pods that can be provisioned for, and those that cannot, in the order given; virtual pods
 * can, and come last.
 *
 * @see karpenter v1.14.1 pkg/controllers/provisioning/provisioner.go GetPendingPods
 */
export function considerPods({
  pendingPods,
  virtualPods = [],
  cluster,
}: Pick<ProvisioningView, "pendingPods" | "virtualPods" | "cluster">): {
  readonly pods: readonly Pod[];
  readonly ignoredPods: readonly IgnoredPod[];
} {
  const volumeTopology = createVolumeTopology(cluster);
  const ignoredPods: IgnoredPod[] = [];
  const pods = pendingPods.filter((pod) => {
    const refusal = validatePod(pod, volumeTopology);
    if (refusal !== undefined) ignoredPods.push({ pod, ...refusal });
    return refusal === undefined;
  });
  return { pods: [...pods, ...virtualPods], ignoredPods };
}

/**
 * Pods on nodes that are being deleted which will have to go elsewhere, node by node.
 *
 * @see karpenter v1.14.1 pkg/controllers/state/statenode.go StateNodes.CurrentlyReschedulablePods
 */
export function deletingNodePods({
  stateNodes,
  podDisruptionBudgets,
  now,
}: Pick<ProvisioningView, "stateNodes" | "podDisruptionBudgets" | "now">): readonly Pod[] {
  return stateNodes
    .filter((it) => it.isMarkedForDeletion && it.node !== undefined)
    .flatMap(({ pods }) =>
      pods.filter((pod) => isCurrentlyReschedulable(pod, podDisruptionBudgets, now)),
    );
}

/**
 * The NodePools that may launch for pods: dynamic, ready, not deleting; by weight descending, then
 * name descending.
 *
 * @see karpenter v1.14.1 pkg/controllers/provisioning/provisioner.go NewScheduler
 * @see karpenter v1.14.1 pkg/utils/nodepool/nodepool.go OrderByWeight
 */
export function considerNodePools(nodePools: readonly NodePool[]): readonly NodePool[] {
  return nodePools
    .filter(
      ({ spec, metadata, status }) =>
        spec.replicas === undefined &&
        metadata.deletionTimestamp === undefined &&
        status.conditions.some((it) => it.type === "Ready" && it.status === "True"),
    )
    .sort(
      (a, b) =>
        (b.spec.weight ?? 0) - (a.spec.weight ?? 0) ||
        compareStrings(b.metadata.name, a.metadata.name),
    );
}

/** Types by NodePool name; NodePools without any are left out. */
export function resolveInstanceTypes(
  nodePools: readonly NodePool[],
  { instanceTypes }: Pick<ProvisioningView, "instanceTypes">,
): ReadonlyMap<string, readonly InstanceType[]> {
  const resolved = new Map<string, readonly InstanceType[]>();
  for (const nodePool of nodePools) {
    const types = instanceTypes(nodePool);
    if (types.length > 0) resolved.set(nodePool.metadata.name, types);
  }
  return resolved;
}
