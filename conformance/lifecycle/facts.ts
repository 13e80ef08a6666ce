import { type Condition, type ObjectMeta, objectKey } from "../../core/apis/index.ts";
import type { NodeClaim, NodePool } from "../../core/apis/index.ts";
import { formatTaint } from "../../core/scheduling/index.ts";
import type { ClusterState, CostTracker, StateNode } from "../../core/state/index.ts";
import { isNominated } from "../../core/state/index.ts";
import { elapsed, type ResourceList, type SimTime } from "../../core/units/index.ts";
import type { LifecycleCluster } from "./case-cluster.ts";
import type {
  Amounts,
  ConditionFacts,
  Facts,
  NodeClaimFacts,
  NodePoolFacts,
  StateFacts,
  StateNodeFacts,
} from "./cases.ts";

/** What is looked at. */
export interface Scene {
  readonly start: SimTime;
  readonly now: SimTime;
  readonly cluster: LifecycleCluster;
  readonly state: ClusterState;
  readonly cost: CostTracker;
}

type Log = Pick<Facts, "actions" | "atSeconds" | "events">;

/** Everything there is to see now, together with what was noted since the last look. */
export function describeFacts(scene: Scene, log: Log): Facts {
  const { cluster, start } = scene;
  return {
    ...log,
    nodeClaims: byKey(cluster.nodeClaims(), (each) => describeNodeClaim(each, start)),
    nodes: byKey(cluster.nodes(), ({ metadata, spec }) => ({
      ...describeMeta(metadata, start),
      taints: spec.taints.map(formatTaint),
    })),
    pods: byKey(cluster.pods(), ({ metadata, spec }) => ({
      nodeName: spec.nodeName ?? "",
      ...deletedAt(metadata, start),
    })),
    nodePools: byKey(cluster.nodePools(), (each) => describeNodePool(each, scene)),
    state: describeState(scene),
  };
}

function byKey<Item extends { readonly metadata: ObjectMeta }, Described>(
  items: readonly Item[],
  describe: (item: Item) => Described,
): Readonly<Record<string, Described>> {
  return Object.fromEntries(items.map((item) => [objectKey(item), describe(item)]));
}

/** Rounded down. */
function secondsSince(start: SimTime, at: SimTime): number {
  return Math.trunc(elapsed(start, at) / 1000);
}

function deletedAt({ deletionTimestamp }: ObjectMeta, start: SimTime) {
  return deletionTimestamp === undefined
    ? {}
    : { deletedAtSeconds: secondsSince(start, deletionTimestamp) };
}

function describeMeta(metadata: ObjectMeta, start: SimTime) {
  return {
    labels: metadata.labels,
    annotations: metadata.annotations,
    finalizers: metadata.finalizers,
    owners: metadata.ownerReferences.map(({ kind, name, uid }) => `${kind} ${name} ${uid}`),
    ...deletedAt(metadata, start),
  };
}

function describeNodeClaim({ metadata, status }: NodeClaim, start: SimTime): NodeClaimFacts {
  const { lastPodEventTime } = status;
  return {
    ...describeMeta(metadata, start),
    providerId: status.providerId ?? "",
    imageId: status.imageId ?? "",
    nodeName: status.nodeName ?? "",
    ...(lastPodEventTime === undefined
      ? {}
      : { lastPodEventSeconds: secondsSince(start, lastPodEventTime) }),
    capacity: amounts(status.capacity),
    allocatable: amounts(status.allocatable),
    conditions: describeConditions(status.conditions, start),
  };
}

function describeConditions(
  conditions: readonly Condition[],
  start: SimTime,
): Readonly<Record<string, ConditionFacts>> {
  return Object.fromEntries(
    conditions.map(({ type, status, reason, message, lastTransitionTime, ...rest }) => {
      const sinceSeconds = secondsSince(start, lastTransitionTime);
      const { observedGeneration = 0 } = rest;
      return [type, { status, reason, message, sinceSeconds, observedGeneration }];
    }),
  );
}

function describeNodePool({ metadata, status }: NodePool, scene: Scene): NodePoolFacts {
  const { name } = metadata;
  const { active, deleting, pendingDisruption } = scene.state.nodePoolClaims.counts(name);
  return {
    annotations: metadata.annotations,
    conditions: describeConditions(status.conditions, scene.start),
    usage: amounts(scene.state.nodePoolUsage(name)),
    counts: [active, deleting, pendingDisruption],
    costUsdPerHour: scene.cost.nodePoolCost(name),
  };
}

function describeState({ start, now, state }: Scene): StateFacts {
  return {
    isSynced: state.isSynced(),
    consolidatedAtSeconds: secondsSince(start, state.consolidationTimestamp(now)),
    nodes: Object.fromEntries(
      state.stateNodes().map((node) => [node.providerId, describeStateNode(node, now)]),
    ),
  };
}

function describeStateNode(node: StateNode, now: SimTime): StateNodeFacts {
  return {
    name: node.name,
    isRegistered: node.isRegistered,
    isInitialized: node.isInitialized,
    isMarkedForDeletion: node.isMarkedForDeletion,
    isNominated: isNominated(node, now),
    taints: node.taints.map(formatTaint),
    capacity: amounts(node.capacity),
    allocatable: amounts(node.allocatable),
    podRequests: amounts(node.podRequests),
    daemonSetRequests: amounts(node.daemonSetRequests),
  };
}

function amounts(list: ResourceList): Amounts {
  return Object.fromEntries(Object.entries(list).filter(([, amount]) => amount !== 0));
}
