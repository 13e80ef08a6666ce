/**
 * Preemption: which node would take a pod if pods of lower priority left it, and which those are.
 *
 * @see kubernetes pkg/scheduler/framework/preemption/preemption.go
 * @see kubernetes pkg/scheduler/framework/plugins/defaultpreemption/default_preemption.go
 */
import type { PodDisruptionBudget } from "../../../core/apis/index.ts";
import { compareStrings } from "../../../core/units/index.ts";
import type { KubeApiServer } from "../api-server.ts";
import { matchingBudgets } from "../eviction.ts";
import type { NodeInfo } from "./node-info.ts";
import { PodFilter } from "./pod-filter.ts";
import type { PodInfo } from "./pod-info.ts";
import type { SchedulerSnapshot } from "./snapshot.ts";

const minCandidates = 100;
const candidateShare = 0.1;

/** A node and the pods that would have to leave it, most important first. */
export interface PreemptionCandidate {
  readonly node: NodeInfo;
  readonly victims: readonly PodInfo[];
  readonly budgetViolations: number;
}

/** What preemption looks at. */
export interface PreemptionView {
  readonly snapshot: SchedulerSnapshot;
  readonly api: KubeApiServer;
  /** Pods of equal or higher priority that are nominated to a node, without the pod itself. */
  readonly nominatedTo: (nodeName: string) => readonly PodInfo[];
}

/**
 * The node to preempt on; undefined when no preemption helps. `nodes` are those that failed for a
 * reason that removing pods can mend, in the order of the search; a tenth of the cluster, and no
 * fewer than 100 of them, are looked at.
 */
export function findPreemption(
  info: PodInfo,
  nodes: readonly NodeInfo[],
  view: PreemptionView,
): PreemptionCandidate | undefined {
  const enough = Math.max(minCandidates, Math.trunc(view.snapshot.nodeCount * candidateShare));
  const candidates: PreemptionCandidate[] = [];
  for (const node of nodes) {
    const candidate = victimsOn(info, node, view);
    if (candidate !== undefined) candidates.push(candidate);
    if (candidates.length >= enough) break;
  }
  return bestCandidate(candidates);
}

/** The fewest important pods whose removal makes room for the pod; undefined when none suffice. */
function victimsOn(
  info: PodInfo,
  node: NodeInfo,
  view: PreemptionView,
): PreemptionCandidate | undefined {
  const { snapshot } = view;
  const { priority } = info.pod.spec;
  const lower = [...node.pods()]
    .filter(({ pod }) => pod.spec.priority < priority)
    .sort(byImportance);
  if (lower.length === 0) return undefined;
  const isFitting = (): boolean =>
    new PodFilter(info, snapshot, view.api).failure(node, view.nominatedTo(node.name)) ===
    undefined;
  for (const { pod } of lower) snapshot.removePod(pod);
  const victims: PodInfo[] = [];
  let budgetViolations = 0;
  const isPossible = isFitting();
  if (isPossible) {
    const { violating, others } = splitByBudgets(lower, view.api.podDisruptionBudgets());
    for (const spared of [...violating, ...others]) {
      snapshot.setPod(spared.pod);
      if (isFitting()) continue;
      snapshot.removePod(spared.pod);
      victims.push(spared);
      if (violating.includes(spared)) budgetViolations += 1;
    }
  }
  // Whatever was tried, the snapshot has to show the cluster as it is.
  for (const { pod } of lower) snapshot.removePod(pod);
  for (const { pod } of lower) snapshot.setPod(pod);
  if (!isPossible || victims.length === 0) return undefined;
  return { node, victims: victims.sort(byImportance), budgetViolations };
}

/** Pods whose removal would break a budget, given that those before them are removed too. */
function splitByBudgets(
  pods: readonly PodInfo[],
  budgets: readonly PodDisruptionBudget[],
): { readonly violating: readonly PodInfo[]; readonly others: readonly PodInfo[] } {
  const allowed = new Map(budgets.map((it) => [it, it.status.disruptionsAllowed]));
  const violating: PodInfo[] = [];
  const others: PodInfo[] = [];
  for (const info of pods) {
    let isViolating = false;
    for (const budget of matchingBudgets(info.pod, budgets)) {
      if (info.pod.metadata.name in budget.status.disruptedPods) continue;
      const rest = (allowed.get(budget) ?? 0) - 1;
      allowed.set(budget, rest);
      if (rest < 0) isViolating = true;
    }
    (isViolating ? violating : others).push(info);
  }
  return { violating, others };
}

/** Higher priority first, then the one that has been running longer, then by key. */
function byImportance(a: PodInfo, b: PodInfo): number {
  return (
    b.pod.spec.priority - a.pod.spec.priority ||
    startOf(a) - startOf(b) ||
    compareStrings(a.key, b.key)
  );
}

function startOf({ pod }: PodInfo): number {
  return pod.status.startTime ?? pod.metadata.creationTimestamp;
}

/** @see kubernetes pkg/scheduler/framework/preemption/preemption.go pickOneNodeForPreemption */
function bestCandidate(
  candidates: readonly PreemptionCandidate[],
): PreemptionCandidate | undefined {
  let best = candidates;
  const scores: readonly ((candidate: PreemptionCandidate) => number)[] = [
    (it) => it.budgetViolations,
    (it) => it.victims[0]?.pod.spec.priority ?? 0,
    // Upstream shifts priorities so that none is negative: more victims never look better.
    (it) => it.victims.reduce((sum, { pod }) => sum + pod.spec.priority + 2 ** 31, 0),
    (it) => it.victims.length,
    (it) => -latestStart(it),
  ];
  for (const score of scores) {
    const lowest = Math.min(...best.map(score));
    best = best.filter((candidate) => score(candidate) === lowest);
  }
  return best[0];
}

/** The earliest start among the victims of the highest priority. */
function latestStart({ victims }: PreemptionCandidate): number {
  const top = victims[0]?.pod.spec.priority;
  return Math.min(...victims.filter(({ pod }) => pod.spec.priority === top).map(startOf));
}
