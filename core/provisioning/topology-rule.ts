// What a topology rule says: a spread constraint, a pod affinity or a pod anti-affinity term.
import type { LabelSelector, LabelSelectorRequirement } from "../apis/index.ts";
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
