/**
 * The scores of single plug-ins. All arithmetic truncates to whole numbers, as upstream's does.
 */
import { nodeSelectorTermMatches, toleratesTaint } from "../../../core/scheduling/index.ts";
import type { SchedulerSettings } from "../settings.ts";
import type { NodeInfo } from "./node-info.ts";
import type { PodInfo } from "./pod-info.ts";

/**
 * NodeResourcesFit: the mean over cpu and memory of what is left (LeastAllocated) or taken
 * (MostAllocated) with the pod on the node, from 0 to 100. A resource that the node lacks is left
 * out; containers that ask for nothing count 100 milli-CPU and 200 MiB.
 *
 * @see kubernetes pkg/scheduler/framework/plugins/noderesources/least_allocated.go most_allocated.go
 */
export function resourceScore(
  info: PodInfo,
  node: NodeInfo,
  strategy: SchedulerSettings["scoringStrategy"],
): number {
  const { spec } = info;
  const cpu = node.scoredCpuMillicores + spec.scoredCpuMillicores;
  const memory = node.scoredMemoryBytes + spec.scoredMemoryBytes;
  const score = strategy === "LeastAllocated" ? leastAllocated : mostAllocated;
  let sum = 0;
  let resources = 0;
  for (const [requested, allocatable] of [
    [cpu, node.allocatableCpuMillicores],
    [memory, node.allocatableMemoryBytes],
  ] as const) {
    if (allocatable === 0) continue;
    sum += score(requested, allocatable);
    resources += 1;
  }
  return resources === 0 ? 0 : Math.trunc(sum / resources);
}

function leastAllocated(requested: number, allocatable: number): number {
  if (requested > allocatable) return 0;
  return Math.trunc(((allocatable - requested) * 100) / allocatable);
}

function mostAllocated(requested: number, allocatable: number): number {
  return Math.trunc((Math.min(requested, allocatable) * 100) / allocatable);
}

/**
 * NodeResourcesBalancedAllocation: 100 when cpu and memory are taken to equal shares, less half the
 * difference of the shares. Real requests, capped at the whole; pods without requests score 0
 * everywhere.
 *
 * @see kubernetes pkg/scheduler/framework/plugins/noderesources/balanced_allocation.go
 */
export function balancedAllocationScore(info: PodInfo, node: NodeInfo): number {
  const { spec } = info;
  if (!spec.hasRequests) return 0;
  const cpu = share(node.usedCpuMillicores + spec.cpuMillicores, node.allocatableCpuMillicores);
  const memory = share(node.usedMemoryBytes + spec.memoryBytes, node.allocatableMemoryBytes);
  // One resource alone is in balance.
  if (cpu === undefined || memory === undefined) return 100;
  return Math.trunc((1 - Math.abs(cpu - memory) / 2) * 100);
}

function share(requested: number, allocatable: number): number | undefined {
  return allocatable === 0 ? undefined : Math.min(1, requested / allocatable);
}

/**
 * TaintToleration: 100 less the share of PreferNoSchedule taints that the pod does not tolerate,
 * compared with the node that has most of them; in the order of `nodes`.
 *
 * @see kubernetes pkg/scheduler/framework/plugins/tainttoleration/taint_toleration.go
 */
export function taintScores(info: PodInfo, nodes: readonly NodeInfo[]): readonly number[] {
  const tolerations = info.pod.spec.tolerations.filter(
    ({ effect }) => effect === undefined || effect === "PreferNoSchedule",
  );
  const counts = nodes.map(
    ({ node }) =>
      node.spec.taints.filter(
        (taint) =>
          taint.effect === "PreferNoSchedule" &&
          !tolerations.some((toleration) => toleratesTaint(toleration, taint)),
      ).length,
  );
  const max = Math.max(0, ...counts);
  return counts.map((count) => (max === 0 ? 100 : 100 - Math.trunc((100 * count) / max)));
}

/**
 * NodeAffinity: the weights of the preferred terms that a node meets, scaled so that the best node
 * has 100; in the order of `nodes`.
 *
 * @see kubernetes pkg/scheduler/framework/plugins/nodeaffinity/node_affinity.go Score
 */
export function nodeAffinityScores(info: PodInfo, nodes: readonly NodeInfo[]): readonly number[] {
  const terms = info.pod.spec.affinity?.preferredNodeTerms ?? [];
  if (terms.length === 0) return nodes.map(() => 0);
  const sums = nodes.map(({ node }) => {
    let sum = 0;
    for (const { preference, weight } of terms) {
      const { labels, name } = node.metadata;
      if (nodeSelectorTermMatches(preference, labels, name)) sum += weight;
    }
    return sum;
  });
  const max = Math.max(0, ...sums);
  return sums.map((sum) => (max === 0 ? 0 : Math.trunc((100 * sum) / max)));
}

/** Weights of the plug-ins' scores. @see kubernetes pkg/scheduler/apis/config/v1/default_plugins.go */
export const scoreWeights = {
  taintToleration: 3,
  nodeAffinity: 2,
  nodeResourcesFit: 1,
  podTopologySpread: 2,
  interPodAffinity: 2,
  balancedAllocation: 1,
} as const;
