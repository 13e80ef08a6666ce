/**
 * PodTopologySpread: hard constraints filter nodes, soft ones score them.
 *
 * @see kubernetes pkg/scheduler/framework/plugins/podtopologyspread
 */
import { labelHostname, labelZone } from "../../../core/apis/index.ts";
import type { LabelSelector, Pod, TopologySpreadConstraint } from "../../../core/apis/index.ts";
import { labelSelectorMatches, toleratesAll } from "../../../core/scheduling/index.ts";
import { matchesNodeAffinity } from "../node-affinity.ts";
import type { FilterFailure } from "./node-filters.ts";
import type { NodeInfo } from "./node-info.ts";
import type { SchedulerSnapshot } from "./snapshot.ts";

interface HardConstraint {
  readonly constraint: TopologySpreadConstraint;
  readonly countsByDomain: ReadonlyMap<string, number>;
  readonly minimum: number;
  readonly selfMatch: 0 | 1;
}

const missingLabel: FilterFailure = {
  filter: "PodTopologySpread",
  reason: "node(s) didn't match pod topology spread constraints (missing required label)",
  isFinal: true,
};
const skewed: FilterFailure = {
  filter: "PodTopologySpread",
  reason: "node(s) didn't match pod topology spread constraints",
  isFinal: false,
};

/** The hard constraints of one pod, counted over the cluster as it is now. */
export class HardSpread {
  readonly #constraints: readonly HardConstraint[];

  constructor(pod: Pod, snapshot: SchedulerSnapshot) {
    const hard = pod.spec.topologySpreadConstraints.filter(
      (constraint) => constraint.whenUnsatisfiable === "DoNotSchedule",
    );
    const keys = hard.map((constraint) => constraint.topologyKey);
    this.#constraints = hard.map((constraint) => count(pod, constraint, keys, snapshot));
  }

  get isEmpty(): boolean {
    return this.#constraints.length === 0;
  }

  /** Why the pod may not go to the node; undefined when it may. */
  failure(node: NodeInfo): FilterFailure | undefined {
    const { labels } = node.node.metadata;
    for (const { constraint, countsByDomain, minimum, selfMatch } of this.#constraints) {
      const domain = labels[constraint.topologyKey];
      if (domain === undefined) return missingLabel;
      const skew = (countsByDomain.get(domain) ?? 0) + selfMatch - minimum;
      if (skew > constraint.maxSkew) return skewed;
    }
    return undefined;
  }
}

function count(
  pod: Pod,
  constraint: TopologySpreadConstraint,
  keys: readonly string[],
  snapshot: SchedulerSnapshot,
): HardConstraint {
  const selector = selectorOf(pod, constraint);
  const podsByNode = matchingPodsByNode(pod.metadata.namespace, selector, snapshot);
  const countsByDomain = new Map<string, number>();
  for (const info of snapshot.nodes()) {
    const { labels } = info.node.metadata;
    if (!keys.every((key) => labels[key] !== undefined)) continue;
    if (!isIncluded(pod, constraint, info)) continue;
    const domain = labels[constraint.topologyKey] as string;
    const pods = podsByNode.get(info.name) ?? 0;
    countsByDomain.set(domain, (countsByDomain.get(domain) ?? 0) + pods);
  }
  const isShort = countsByDomain.size < (constraint.minDomains ?? 1);
  const minimum = isShort ? 0 : Math.min(...countsByDomain.values());
  const selfMatch = labelSelectorMatches(selector, pod.metadata.labels) ? 1 : 0;
  return { constraint, countsByDomain, minimum, selfMatch };
}

/** Whether the pods of a node count for the constraint. */
function isIncluded(pod: Pod, constraint: TopologySpreadConstraint, info: NodeInfo): boolean {
  const { node } = info;
  if (constraint.nodeAffinityPolicy === "Honor" && !matchesNodeAffinity(pod.spec, node)) {
    return false;
  }
  if (constraint.nodeTaintsPolicy === "Ignore") return true;
  const hard = node.spec.taints.filter((taint) => taint.effect !== "PreferNoSchedule");
  return toleratesAll(hard, pod.spec.tolerations);
}

/** The constraint's selector with the pod's own values of matchLabelKeys. */
function selectorOf(pod: Pod, constraint: TopologySpreadConstraint): LabelSelector | undefined {
  const { labelSelector, matchLabelKeys } = constraint;
  if (labelSelector === undefined || matchLabelKeys.length === 0) return labelSelector;
  const matchLabels = { ...labelSelector.matchLabels };
  for (const key of matchLabelKeys) {
    const value = pod.metadata.labels[key];
    if (value !== undefined) matchLabels[key] = value;
  }
  return { ...labelSelector, matchLabels };
}

/** Matching pods that are not terminating, per node. */
function matchingPodsByNode(
  namespace: string,
  selector: LabelSelector | undefined,
  snapshot: SchedulerSnapshot,
): ReadonlyMap<string, number> {
  const podsByNode = new Map<string, number>();
  for (const group of snapshot.labelGroups.groups()) {
    if (group.namespace !== namespace || !labelSelectorMatches(selector, group.labels)) continue;
    for (const [nodeName, pods] of group.stayingPodsByNode) {
      podsByNode.set(nodeName, (podsByNode.get(nodeName) ?? 0) + pods);
    }
  }
  return podsByNode;
}

/** Soft constraints that the scheduler gives to pods of a workload that have none of their own. */
export function systemDefaultConstraints(
  labelSelector: LabelSelector,
): readonly TopologySpreadConstraint[] {
  const soft = {
    whenUnsatisfiable: "ScheduleAnyway",
    labelSelector,
    nodeAffinityPolicy: "Honor",
    nodeTaintsPolicy: "Ignore",
    matchLabelKeys: [],
  } as const;
  return [
    { maxSkew: 3, topologyKey: labelHostname, ...soft },
    { maxSkew: 5, topologyKey: labelZone, ...soft },
  ];
}

/** What the soft constraints of a pod are and where they come from. */
export interface SoftSpread {
  readonly constraints: readonly TopologySpreadConstraint[];
  /** System defaults also score nodes without the zone label. */
  readonly isSystemDefault: boolean;
}

/**
 * Scores of the nodes from 0 to 100, higher where fewer matching pods are; in the order of `nodes`.
 *
 * @see kubernetes pkg/scheduler/framework/plugins/podtopologyspread/scoring.go
 */
export function softSpreadScores(
  pod: Pod,
  soft: SoftSpread,
  nodes: readonly NodeInfo[],
  snapshot: SchedulerSnapshot,
): readonly number[] {
  const { constraints } = soft;
  const isIgnored = nodes.map((info) => isLeftOut(soft, info));
  const eligible = nodes.filter((_, index) => isIgnored[index] !== true);
  const raw = nodes.map(() => 0);
  for (const constraint of constraints) {
    const { topologyKey, maxSkew } = constraint;
    const podsByNode = matchingPodsByNode(
      pod.metadata.namespace,
      selectorOf(pod, constraint),
      snapshot,
    );
    const isHostname = topologyKey === labelHostname;
    const countsByDomain = isHostname
      ? undefined
      : countDomains(pod, constraint, soft, eligible, podsByNode, snapshot);
    const weight = Math.log((countsByDomain?.size ?? eligible.length) + 2);
    nodes.forEach((info, index) => {
      const domain = info.node.metadata.labels[topologyKey];
      if (isIgnored[index] === true || domain === undefined) return;
      const pods = countsByDomain?.get(domain) ?? (isHostname ? podsByNode.get(info.name) : 0) ?? 0;
      raw[index] = (raw[index] ?? 0) + pods * weight + (maxSkew - 1);
    });
  }
  return normalizeSpread(raw.map(Math.round), isIgnored);
}

/** A node without one of the keys takes no part, unless the constraints are system defaults. */
function isLeftOut(soft: SoftSpread, { node }: NodeInfo): boolean {
  if (soft.isSystemDefault) return false;
  return soft.constraints.some(
    ({ topologyKey }) => node.metadata.labels[topologyKey] === undefined,
  );
}

function countDomains(
  pod: Pod,
  constraint: TopologySpreadConstraint,
  soft: SoftSpread,
  eligible: readonly NodeInfo[],
  podsByNode: ReadonlyMap<string, number>,
  snapshot: SchedulerSnapshot,
): ReadonlyMap<string, number> {
  const countsByDomain = new Map<string, number>();
  for (const { node } of eligible) {
    const domain = node.metadata.labels[constraint.topologyKey];
    if (domain !== undefined) countsByDomain.set(domain, 0);
  }
  for (const [nodeName, pods] of podsByNode) {
    const info = snapshot.node(nodeName);
    const domain = info?.node.metadata.labels[constraint.topologyKey];
    if (info === undefined || domain === undefined || isLeftOut(soft, info)) continue;
    if (!isIncluded(pod, constraint, info)) continue;
    const counted = countsByDomain.get(domain);
    if (counted !== undefined) countsByDomain.set(domain, counted + pods);
  }
  return countsByDomain;
}

function normalizeSpread(raw: readonly number[], isIgnored: readonly boolean[]): readonly number[] {
  let min = Infinity;
  let max = -Infinity;
  raw.forEach((score, index) => {
    if (isIgnored[index] === true) return;
    min = Math.min(min, score);
    max = Math.max(max, score);
  });
  return raw.map((score, index) => {
    if (isIgnored[index] === true) return 0;
    return max === 0 ? 100 : Math.trunc((100 * (max + min - score)) / max);
  });
}
