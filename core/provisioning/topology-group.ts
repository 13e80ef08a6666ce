/**
 * One topology rule with its counts: a spread constraint, a pod affinity or a pod anti-affinity term,
 * shared by all pods for which it reads the same.
 *
 * @see karpenter v1.14.1 pkg/controllers/provisioning/scheduling/topologygroup.go TopologyGroup
 */
import type { LabelSelector, LabelSelectorRequirement, Pod } from "../apis/index.ts";
import { labelSelectorMatches } from "../scheduling/index.ts";
import { compareStrings, sortedEntries } from "../units/index.ts";
import type { TopologyNodeFilter } from "./topology-node-filter.ts";

export const topologyTypes = ["topology spread", "pod affinity", "pod anti-affinity"] as const;
export type TopologyType = (typeof topologyTypes)[number];

/** What a group is made of. */
export interface TopologyRule {
  readonly type: TopologyType;
  readonly key: string;
  readonly namespaces: ReadonlySet<string>;
  /** Absent: selects no pod, though upstream's first count takes it for every pod. */
  readonly selector: LabelSelector | undefined;
  readonly maxSkew: number;
  readonly minDomains: number | undefined;
  /** Only spread constraints have one. */
  readonly nodeFilter: TopologyNodeFilter | undefined;
}

/** The largest skew there is: affinity rules don't limit it. */
export const unlimitedSkew = 2 ** 31 - 1;

/** See the head of this file. */
export class TopologyGroup {
  readonly rule: TopologyRule;
  /** Its number within the run. */
  readonly serial: number;
  /** How many pods count in each domain. */
  readonly counts = new Map<string, number>();
  /** Domains whose count has never been raised. */
  readonly emptyDomains = new Set<string>();
  readonly owners = new Set<string>();
  readonly #selectedByShape = new Map<string, boolean>();
  #sorted: readonly string[] | undefined;

  constructor(rule: TopologyRule, domains: readonly string[], serial: number) {
    this.rule = rule;
    this.serial = serial;
    for (const domain of domains) this.register(domain);
  }

  /** All known domains, sorted. */
  domains(): readonly string[] {
    this.#sorted ??= [...this.counts.keys()].sort(compareStrings);
    return this.#sorted;
  }

  count(domain: string): number {
    return this.counts.get(domain) ?? 0;
  }

  record(domain: string): void {
    if (!this.counts.has(domain)) this.#sorted = undefined;
    this.counts.set(domain, this.count(domain) + 1);
    this.emptyDomains.delete(domain);
  }

  register(domain: string): void {
    if (this.counts.has(domain)) return;
    this.counts.set(domain, 0);
    this.emptyDomains.add(domain);
    this.#sorted = undefined;
  }

  unregister(domain: string): void {
    this.counts.delete(domain);
    this.emptyDomains.delete(domain);
    this.#sorted = undefined;
  }

  /** Whether the pod counts for the rule, by namespace and labels. */
  selects(pod: Pod): boolean {
    const shape = selectionShape(pod);
    let isSelected = this.#selectedByShape.get(shape);
    if (isSelected === undefined) {
      const { namespaces, selector } = this.rule;
      isSelected =
        namespaces.has(pod.metadata.namespace) &&
        isValidSelector(selector) &&
        labelSelectorMatches(selector, pod.metadata.labels);
      this.#selectedByShape.set(shape, isSelected);
    }
    return isSelected;
  }
}

const shapes = new WeakMap<Pod["metadata"], string>();

/** Equal for pods that every selector treats alike. */
function selectionShape({ metadata }: Pod): string {
  let shape = shapes.get(metadata);
  if (shape === undefined) {
    shape = JSON.stringify([metadata.namespace, sortedEntries(metadata.labels)]);
    shapes.set(metadata, shape);
  }
  return shape;
}

/**
 * Whether the API's rules hold: In and NotIn list values, Exists and DoesNotExist don't.
 *
 * @see k8s.io/apimachinery pkg/apis/meta/v1/helpers.go LabelSelectorAsSelector
 */
export function isValidSelector(selector: LabelSelector | undefined): boolean {
  return (selector?.matchExpressions ?? []).every(
    ({ operator, values }) => (operator === "In" || operator === "NotIn") === values.length > 0,
  );
}

/**
 * Equal for rules that share a group. As upstream's hash: node filter terms are told apart by their
 * label keys alone, equal elements of a list cancel out in pairs, and minDomains doesn't count.
 *
 * @see karpenter v1.14.1 pkg/controllers/provisioning/scheduling/topologygroup.go TopologyGroup.Hash
 */
export function topologyIdentity(rule: TopologyRule): string {
  const { type, key, namespaces, maxSkew, selector, nodeFilter } = rule;
  return JSON.stringify([
    type,
    key,
    [...namespaces].sort(compareStrings),
    maxSkew,
    selector === undefined ? null : selectorIdentity(selector),
    nodeFilter === undefined
      ? null
      : [
          nodeFilter.taintsPolicy,
          nodeFilter.affinityPolicy,
          unpaired(nodeFilter.tolerations.map((it) => JSON.stringify(sortedEntries({ ...it })))),
          unpaired(nodeFilter.terms.map((term) => JSON.stringify(term.keys()))),
        ],
  ]);
}

function selectorIdentity({ matchLabels, matchExpressions }: LabelSelector): unknown {
  const spelled = matchExpressions.map(({ key, operator, values }: LabelSelectorRequirement) =>
    JSON.stringify([key, operator, unpaired(values)]),
  );
  return [sortedEntries(matchLabels), [...new Set(spelled)].sort(compareStrings)];
}

/** The elements that occur an odd number of times, sorted. */
function unpaired(elements: readonly string[]): readonly string[] {
  const odd = new Set<string>();
  for (const element of elements) {
    if (!odd.delete(element)) odd.add(element);
  }
  return [...odd].sort(compareStrings);
}
