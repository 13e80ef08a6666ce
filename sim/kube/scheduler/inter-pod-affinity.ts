/**
 * InterPodAffinity: required terms filter nodes, preferred ones score them.
 *
 * @see kubernetes pkg/scheduler/framework/plugins/interpodaffinity
 */
import type { LabelSelector, Pod, PodAffinityTerm } from "../../../core/apis/index.ts";
import { labelSelectorMatches } from "../../../core/scheduling/index.ts";
import type { FilterFailure } from "./node-filters.ts";
import type { NodeInfo } from "./node-info.ts";
import type { PodInfo } from "./pod-info.ts";
import type { SchedulerSnapshot } from "./snapshot.ts";

type Labels = Readonly<Record<string, string>>;
/** Counts or weights by topology key, then by domain. */
type DomainSums = Map<string, Map<string, number>>;

/** A term of one pod: what it picks of other pods, and in which domains. */
interface BoundTerm {
  readonly topologyKey: string;
  readonly picks: (namespace: string, labels: Labels) => boolean;
}

const affinityFailure: FilterFailure = {
  filter: "InterPodAffinity",
  reason: "node(s) didn't match pod affinity rules",
  // Removing pods cannot make a match.
  isFinal: true,
};
const antiAffinityFailure: FilterFailure = {
  filter: "InterPodAffinity",
  reason: "node(s) didn't match pod anti-affinity rules",
  isFinal: false,
};

/** Labels of a namespace. */
export type NamespaceLabels = (namespace: string) => Labels;

/** The required terms that concern one pod, its own and those of others, counted as of now. */
export class RequiredAffinity {
  readonly #affinity: readonly BoundTerm[];
  readonly #antiAffinity: readonly BoundTerm[];
  readonly #affinityCounts: DomainSums = new Map();
  readonly #antiAffinityCounts: DomainSums = new Map();
  readonly #existingAntiAffinityCounts: DomainSums = new Map();
  readonly #matchesItself: boolean;

  constructor(info: PodInfo, snapshot: SchedulerSnapshot, namespaceLabels: NamespaceLabels) {
    const { pod, spec } = info;
    const { namespace, labels } = pod.metadata;
    this.#affinity = spec.requiredAffinity.map((term) => bindTerm(term, pod, namespaceLabels));
    this.#antiAffinity = spec.requiredAntiAffinity.map((term) =>
      bindTerm(term, pod, namespaceLabels),
    );
    this.#matchesItself = this.#affinity.every((term) => term.picks(namespace, labels));
    this.#countGroups(snapshot);
    for (const { pod: other, spec: otherSpec } of snapshot.podsWithAffinity()) {
      const node = nodeOf(other, snapshot);
      for (const term of otherSpec.requiredAntiAffinity) {
        if (!bindTerm(term, other, namespaceLabels).picks(namespace, labels)) continue;
        addTo(this.#existingAntiAffinityCounts, term.topologyKey, node, 1);
      }
    }
  }

  get isEmpty(): boolean {
    return (
      this.#affinity.length === 0 &&
      this.#antiAffinity.length === 0 &&
      this.#existingAntiAffinityCounts.size === 0
    );
  }

  /** Why the pod may not go to the node; undefined when it may. */
  failure(node: NodeInfo): FilterFailure | undefined {
    const { labels } = node.node.metadata;
    if (!this.#isAffinityMet(labels)) return affinityFailure;
    for (const { topologyKey } of this.#antiAffinity) {
      if (sumAt(this.#antiAffinityCounts, topologyKey, labels) > 0) return antiAffinityFailure;
    }
    for (const topologyKey of this.#existingAntiAffinityCounts.keys()) {
      if (sumAt(this.#existingAntiAffinityCounts, topologyKey, labels) > 0) {
        return antiAffinityFailure;
      }
    }
    return undefined;
  }

  #isAffinityMet(labels: Labels): boolean {
    let isMet = true;
    for (const { topologyKey } of this.#affinity) {
      if (labels[topologyKey] === undefined) return false;
      if (sumAt(this.#affinityCounts, topologyKey, labels) === 0) isMet = false;
    }
    // The first pod of a group that wants to be together has nobody to join.
    return isMet || (this.#affinityCounts.size === 0 && this.#matchesItself);
  }

  #countGroups(snapshot: SchedulerSnapshot): void {
    if (this.#affinity.length === 0 && this.#antiAffinity.length === 0) return;
    for (const { namespace, labels, podsByNode } of snapshot.labelGroups.groups()) {
      const hasAll =
        this.#affinity.length > 0 && this.#affinity.every((term) => term.picks(namespace, labels));
      const anti = this.#antiAffinity.filter((term) => term.picks(namespace, labels));
      if (!hasAll && anti.length === 0) continue;
      for (const [nodeName, pods] of podsByNode) {
        const node = snapshot.node(nodeName);
        if (hasAll) {
          for (const { topologyKey } of this.#affinity) {
            addTo(this.#affinityCounts, topologyKey, node, pods);
          }
        }
        for (const { topologyKey } of anti) {
          addTo(this.#antiAffinityCounts, topologyKey, node, pods);
        }
      }
    }
  }
}

/**
 * Scores of the nodes from 0 to 100 by preferred terms, of the pod and of those that are there; in
 * the order of `nodes`. All 0 when nothing is preferred.
 */
export function preferredAffinityScores(
  info: PodInfo,
  nodes: readonly NodeInfo[],
  snapshot: SchedulerSnapshot,
  namespaceLabels: NamespaceLabels,
): readonly number[] {
  const sums: DomainSums = new Map();
  addOwnPreferences(sums, info.pod, snapshot, namespaceLabels);
  const { namespace, labels } = info.pod.metadata;
  for (const { pod: other } of snapshot.podsWithAffinity()) {
    const node = nodeOf(other, snapshot);
    for (const [term, weight] of weightedTerms(other, 1)) {
      if (!bindTerm(term, other, namespaceLabels).picks(namespace, labels)) continue;
      addTo(sums, term.topologyKey, node, weight);
    }
  }
  const raw = nodes.map(({ node }) => {
    let score = 0;
    for (const topologyKey of sums.keys()) score += sumAt(sums, topologyKey, node.metadata.labels);
    return score;
  });
  const min = Math.min(...raw);
  const range = Math.max(...raw) - min;
  return raw.map((score) => (range > 0 ? Math.trunc((100 * (score - min)) / range) : 0));
}

function addOwnPreferences(
  sums: DomainSums,
  pod: Pod,
  snapshot: SchedulerSnapshot,
  namespaceLabels: NamespaceLabels,
): void {
  const own = weightedTerms(pod, 0).map(
    ([term, weight]) => [bindTerm(term, pod, namespaceLabels), weight] as const,
  );
  if (own.length === 0) return;
  for (const { namespace, labels, podsByNode } of snapshot.labelGroups.groups()) {
    for (const [term, weight] of own) {
      if (!term.picks(namespace, labels)) continue;
      for (const [nodeName, pods] of podsByNode) {
        addTo(sums, term.topologyKey, snapshot.node(nodeName), weight * pods);
      }
    }
  }
}

/** Preferred terms with their signed weights; required affinity counts with `requiredWeight`. */
function weightedTerms(
  pod: Pod,
  requiredWeight: 0 | 1,
): readonly (readonly [PodAffinityTerm, number])[] {
  const { affinity } = pod.spec;
  if (affinity === undefined) return [];
  return [
    ...affinity.preferredPodAffinity.map((it) => [it.podAffinityTerm, it.weight] as const),
    ...affinity.preferredPodAntiAffinity.map((it) => [it.podAffinityTerm, -it.weight] as const),
    ...(requiredWeight === 1
      ? affinity.requiredPodAffinity.map((it) => [it, requiredWeight] as const)
      : []),
  ];
}

function bindTerm(term: PodAffinityTerm, pod: Pod, namespaceLabels: NamespaceLabels): BoundTerm {
  const { namespaces, namespaceSelector } = term;
  const selector = withLabelKeys(term, pod.metadata.labels);
  const isOwnOnly = namespaces.length === 0 && namespaceSelector === undefined;
  const picksNamespace = (namespace: string): boolean =>
    isOwnOnly
      ? namespace === pod.metadata.namespace
      : namespaces.includes(namespace) ||
        (namespaceSelector !== undefined &&
          labelSelectorMatches(namespaceSelector, namespaceLabels(namespace)));
  return {
    topologyKey: term.topologyKey,
    picks: (namespace, labels) =>
      picksNamespace(namespace) && labelSelectorMatches(selector, labels),
  };
}

/** The term's selector with the pod's own values of matchLabelKeys and mismatchLabelKeys. */
function withLabelKeys(term: PodAffinityTerm, labels: Labels): LabelSelector | undefined {
  const { labelSelector, matchLabelKeys, mismatchLabelKeys } = term;
  if (labelSelector === undefined || matchLabelKeys.length + mismatchLabelKeys.length === 0) {
    return labelSelector;
  }
  const added = (keys: readonly string[], operator: "In" | "NotIn") =>
    keys.flatMap((key) => {
      const value = labels[key];
      return value === undefined ? [] : [{ key, operator, values: [value] }];
    });
  return {
    ...labelSelector,
    matchExpressions: [
      ...labelSelector.matchExpressions,
      ...added(matchLabelKeys, "In"),
      ...added(mismatchLabelKeys, "NotIn"),
    ],
  };
}

function nodeOf(pod: Pod, snapshot: SchedulerSnapshot): NodeInfo | undefined {
  return pod.spec.nodeName === undefined ? undefined : snapshot.node(pod.spec.nodeName);
}

function addTo(sums: DomainSums, key: string, node: NodeInfo | undefined, amount: number): void {
  const domain = node?.node.metadata.labels[key];
  if (domain === undefined) return;
  let byDomain = sums.get(key);
  if (byDomain === undefined) {
    byDomain = new Map();
    sums.set(key, byDomain);
  }
  byDomain.set(domain, (byDomain.get(domain) ?? 0) + amount);
}

function sumAt(sums: DomainSums, key: string, labels: Labels): number {
  const domain = labels[key];
  return domain === undefined ? 0 : (sums.get(key)?.get(domain) ?? 0);
}
