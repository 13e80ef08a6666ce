/**
 * PodTopologySpread: hard constraints filter nodes, soft ones score them.
 *
 * @see kubernetes pkg/scheduler/framework/plugins/podtopologyspread
 */
import { labelHostname, labelZone } from "../../../core/apis/index.ts";
import type { LabelSelector, Pod, TopologySpreadConstraint } from "../../../core/apis/index.ts";
import { labelSelectorMatches } from "../../../core/scheduling/index.ts";
import type { FilterFailure } from "./node-filters.ts";
import type { NodeInfo } from "./node-info.ts";
import type { SchedulerSnapshot } from "./snapshot.ts";
import { isIncluded, type SpreadCounts } from "./spread-counts.ts";
import { selectorOf } from "./spread-selector.ts";

interface HardConstraint {
  readonly constraint: TopologySpreadConstraint;
  readonly counts: SpreadCounts;
  /** How many pods a domain may have for one more. */
  readonly countMax: number;
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
    this.#constraints = hard.map((constraint) => {
      const counts = snapshot.spreadCounts({ pod, constraint, keys });
      const isOwn = labelSelectorMatches(selectorOf(pod, constraint), pod.metadata.labels);
      const minimum = counts.minimum(constraint.minDomains ?? 1);
      return { constraint, counts, countMax: minimum + constraint.maxSkew - (isOwn ? 1 : 0) };
    });
  }

  get isEmpty(): boolean {
    return this.#constraints.length === 0;
  }

  /** Why the pod may not go to the node; undefined when it may. */
  failure(node: NodeInfo): FilterFailure | undefined {
    const { labels } = node.node.metadata;
    for (const { constraint, counts, countMax } of this.#constraints) {
      const domain = labels[constraint.topologyKey];
      if (domain === undefined) return missingLabel;
      if (counts.count(domain) > countMax) return skewed;
    }
    return undefined;
  }
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
