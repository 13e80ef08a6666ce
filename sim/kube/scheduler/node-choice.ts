import { controllerOf } from "../../../core/apis/index.ts";
import type { LabelSelector, Pod } from "../../../core/apis/index.ts";
import type { KubeApiServer } from "../api-server.ts";
import type { SchedulerSettings } from "../settings.ts";
import { preferredAffinityScores } from "./inter-pod-affinity.ts";
import type { NodeInfo } from "./node-info.ts";
import type { PodInfo } from "./pod-info.ts";
import {
  balancedAllocationScore,
  nodeAffinityScores,
  resourceScore,
  scoreWeights,
  taintScores,
} from "./scores.ts";
import type { SchedulerSnapshot } from "./snapshot.ts";
import { softSpreadScores, systemDefaultConstraints } from "./topology-spread.ts";
import type { SoftSpread } from "./topology-spread.ts";

const minFeasibleNodes = 100;
const minPercentage = 5;

/**
 * After how many feasible nodes the search of a cluster stops: all of a small one, a falling share
 * of a large one, never fewer than 100. A configured percentage (not 0) replaces the share.
 *
 * @see kubernetes pkg/scheduler/schedule_one.go numFeasibleNodesToFind
 */
export function feasibleNodesToFind(nodes: number, configuredPercentage: number): number {
  if (nodes < minFeasibleNodes) return nodes;
  const adaptive = Math.max(minPercentage, 50 - Math.trunc(nodes / 125));
  const percentage = configuredPercentage === 0 ? adaptive : configuredPercentage;
  return Math.max(minFeasibleNodes, Math.trunc((nodes * percentage) / 100));
}

/** What scoring looks at. */
export interface ScoringView {
  readonly snapshot: SchedulerSnapshot;
  readonly api: KubeApiServer;
  readonly settings: SchedulerSettings;
}

/**
 * The weighted sum of all plug-ins' scores, in the order of `nodes`.
 *
 * Differs: ImageLocality is left out; new nodes have no images, and old ones mostly the same.
 *
 * @see kubernetes pkg/scheduler/schedule_one.go prioritizeNodes
 */
export function totalScores(
  info: PodInfo,
  nodes: readonly NodeInfo[],
  view: ScoringView,
): readonly number[] {
  const { snapshot, api, settings } = view;
  const taints = taintScores(info, nodes);
  const affinity = nodeAffinityScores(info, nodes);
  const podAffinity = preferredAffinityScores(info, nodes, snapshot, (name) =>
    api.namespaceLabels(name),
  );
  const soft = softSpreadOf(info.pod, view);
  const spread = soft === undefined ? [] : softSpreadScores(info.pod, soft, nodes, snapshot);
  return nodes.map(
    (node, index) =>
      (taints[index] ?? 0) * scoreWeights.taintToleration +
      (affinity[index] ?? 0) * scoreWeights.nodeAffinity +
      (podAffinity[index] ?? 0) * scoreWeights.interPodAffinity +
      (spread[index] ?? 0) * scoreWeights.podTopologySpread +
      resourceScore(info, node, settings.scoringStrategy) * scoreWeights.nodeResourcesFit +
      balancedAllocationScore(info, node) * scoreWeights.balancedAllocation,
  );
}

/** The pod's soft constraints, or the system's; undefined when there are none. */
function softSpreadOf(pod: Pod, view: ScoringView): SoftSpread | undefined {
  const own = pod.spec.topologySpreadConstraints;
  if (own.length > 0) {
    const constraints = own.filter((it) => it.whenUnsatisfiable === "ScheduleAnyway");
    return constraints.length === 0 ? undefined : { constraints, isSystemDefault: false };
  }
  if (!view.settings.hasSystemDefaultSpread) return undefined;
  const selector = ownerSelector(pod, view.api);
  if (selector === undefined) return undefined;
  return { constraints: systemDefaultConstraints(selector), isSystemDefault: true };
}

/**
 * The selector of the pod's ReplicaSet or StatefulSet. Differs: Services are not simulated.
 *
 * @see kubernetes pkg/scheduler/framework/plugins/helper/spread.go DefaultSelector
 */
function ownerSelector(pod: Pod, api: KubeApiServer): LabelSelector | undefined {
  const owner = controllerOf(pod);
  if (owner?.kind !== "ReplicaSet" && owner?.kind !== "StatefulSet") return undefined;
  return api.get(owner.kind, `${pod.metadata.namespace}/${owner.name}`)?.spec.selector;
}
