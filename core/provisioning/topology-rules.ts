import type {
  LabelSelector,
  Pod,
  PodAffinityTerm,
  TopologySpreadConstraint,
} from "../apis/index.ts";
import { labelSelectorMatches } from "../scheduling/index.ts";
import { requirementsText } from "./requirement-text.ts";
import { topologyNodeFilter } from "./topology-node-filter.ts";
import {
  isValidSelector,
  topologyIdentity,
  type TopologyRule,
  unlimitedSkew,
} from "./topology-rule.ts";
import type { PreferencePolicy, TopologyReads } from "./topology-tracker.ts";

/** Rules, or the text of the error that an invalid namespace selector is. */
type TopologyRules =
  | { readonly ok: true; readonly rules: readonly TopologyRule[] }
  | { readonly ok: false; readonly error: string };

/** A rule of a pod, with the texts by which it is found. */
export interface KeyedRule {
  readonly rule: TopologyRule;
  /** Equal for rules that share a group. */
  readonly identity: string;
  /** Equal for rules that also know the same domains and count alike. */
  readonly countsKey: string;
  /** Equal for rules that see the same domains of nodes. */
  readonly nodesKey: string;
}

/** Rules, or the text of the error that an invalid namespace selector is. */
export type KeyedRules =
  | { readonly ok: true; readonly rules: readonly KeyedRule[] }
  | { readonly ok: false; readonly error: string };

const noRules: KeyedRules = { ok: true, rules: [] };
const rulesByPolicy: Readonly<Record<PreferencePolicy, WeakMap<Pod, KeyedRules>>> = {
  Respect: new WeakMap(),
  Ignore: new WeakMap(),
};
const inverseRulesByPod = new WeakMap<Pod, KeyedRules>();

/** The rules that a pod brings along; remembered by the pod's identity. */
export function rulesOf(pod: Pod, policy: PreferencePolicy, cluster: TopologyReads): KeyedRules {
  const { topologySpreadConstraints, affinity } = pod.spec;
  if (topologySpreadConstraints.length === 0 && affinity === undefined) return noRules;
  const known = rulesByPolicy[policy].get(pod);
  if (known !== undefined) return known;
  const rules = keyed(podTopologyRules(pod, policy, cluster), pod);
  if (!readsNamespaces(pod)) rulesByPolicy[policy].set(pod, rules);
  return rules;
}

/** The rules by which a pod keeps others away; remembered by the pod's identity. */
export function inverseRulesOf(pod: Pod, cluster: TopologyReads): KeyedRules {
  if ((pod.spec.affinity?.requiredPodAntiAffinity ?? []).length === 0) return noRules;
  const known = inverseRulesByPod.get(pod);
  if (known !== undefined) return known;
  const rules = keyed(inverseTopologyRules(pod, cluster), pod);
  if (!readsNamespaces(pod)) inverseRulesByPod.set(pod, rules);
  return rules;
}

/** Whether the rules depend on which namespaces there are. */
function readsNamespaces({ spec: { affinity } }: Pod): boolean {
  if (affinity === undefined) return false;
  const preferred = [...affinity.preferredPodAffinity, ...affinity.preferredPodAntiAffinity];
  return [
    ...affinity.requiredPodAffinity,
    ...affinity.requiredPodAntiAffinity,
    ...preferred.map(({ podAffinityTerm }) => podAffinityTerm),
  ].some(({ namespaceSelector }) => namespaceSelector !== undefined);
}

function keyed(rules: TopologyRules, { spec }: Pod): KeyedRules {
  if (!rules.ok) return rules;
  return {
    ok: true,
    rules: rules.rules.map((rule) => {
      const identity = topologyIdentity(rule);
      const { minDomains = null, selector = null, nodeFilter } = rule;
      const terms = nodeFilter?.terms.map(requirementsText) ?? [];
      const more = JSON.stringify([minDomains, selector, terms, spec.tolerations]);
      const { taintsPolicy, affinityPolicy, tolerations } = nodeFilter ?? {};
      const nodesKey = JSON.stringify([rule.key, taintsPolicy, affinityPolicy, terms, tolerations]);
      return { rule, identity, countsKey: `${identity} ${more}`, nodesKey };
    }),
  };
}

/**
 * The rules that a pod brings along: spread constraints, affinity and anti-affinity terms; with
 * preferences respected, the soft ones too.
 *
 * @see karpenter v1.14.1 pkg/controllers/provisioning/scheduling/topology.go newForTopologies newForAffinities
 */
function podTopologyRules(
  pod: Pod,
  policy: PreferencePolicy,
  cluster: TopologyReads,
): TopologyRules {
  const { topologySpreadConstraints, affinity } = pod.spec;
  const isRespected = policy === "Respect";
  const rules = topologySpreadConstraints
    .filter(({ whenUnsatisfiable }) => isRespected || whenUnsatisfiable === "DoNotSchedule")
    .map((constraint) => spreadRule(pod, constraint));
  const terms = [
    ...(affinity?.requiredPodAffinity ?? []).map((term) => ["pod affinity", term] as const),
    ...(isRespected ? (affinity?.preferredPodAffinity ?? []) : []).map(
      ({ podAffinityTerm }) => ["pod affinity", podAffinityTerm] as const,
    ),
    ...(affinity?.requiredPodAntiAffinity ?? []).map(
      (term) => ["pod anti-affinity", term] as const,
    ),
    ...(isRespected ? (affinity?.preferredPodAntiAffinity ?? []) : []).map(
      ({ podAffinityTerm }) => ["pod anti-affinity", podAffinityTerm] as const,
    ),
  ];
  for (const [type, term] of terms) {
    const rule = affinityRule(type, pod, term, cluster);
    if (typeof rule === "string") return { ok: false, error: `updating affinities, ${rule}` };
    rules.push(rule);
  }
  return { ok: true, rules };
}

/**
 * The rules by which a pod keeps others away: its required anti-affinity terms.
 *
 * @see karpenter v1.14.1 pkg/controllers/provisioning/scheduling/topology.go updateInverseAntiAffinity
 */
function inverseTopologyRules(pod: Pod, cluster: TopologyReads): TopologyRules {
  const rules: TopologyRule[] = [];
  for (const term of pod.spec.affinity?.requiredPodAntiAffinity ?? []) {
    const rule = affinityRule("pod anti-affinity", pod, term, cluster);
    if (typeof rule === "string") return { ok: false, error: rule };
    rules.push(rule);
  }
  return { ok: true, rules };
}

function spreadRule(pod: Pod, constraint: TopologySpreadConstraint): TopologyRule {
  const { topologyKey, maxSkew, minDomains, nodeTaintsPolicy, nodeAffinityPolicy } = constraint;
  return {
    type: "topology spread",
    key: topologyKey,
    namespaces: new Set([pod.metadata.namespace]),
    selector: withMatchLabelKeys(pod, constraint),
    maxSkew,
    minDomains,
    nodeFilter: topologyNodeFilter(pod, {
      taintsPolicy: nodeTaintsPolicy,
      affinityPolicy: nodeAffinityPolicy,
    }),
  };
}

/** The selector, narrowed to the pod's own values of `matchLabelKeys`. */
function withMatchLabelKeys(
  pod: Pod,
  { labelSelector, matchLabelKeys }: TopologySpreadConstraint,
): LabelSelector | undefined {
  if (labelSelector === undefined) return undefined;
  const { labels } = pod.metadata;
  const narrowed = matchLabelKeys.flatMap((key) => {
    const value = labels[key];
    return value === undefined ? [] : [{ key, operator: "In" as const, values: [value] }];
  });
  if (narrowed.length === 0) return labelSelector;
  return {
    ...labelSelector,
    matchExpressions: [...labelSelector.matchExpressions, ...narrowed],
  };
}

function affinityRule(
  type: "pod affinity" | "pod anti-affinity",
  pod: Pod,
  term: PodAffinityTerm,
  cluster: TopologyReads,
): TopologyRule | string {
  const namespaces = affinityNamespaces(pod, term, cluster);
  if (typeof namespaces === "string") return namespaces;
  return {
    type,
    key: term.topologyKey,
    namespaces,
    selector: term.labelSelector,
    maxSkew: unlimitedSkew,
    minDomains: undefined,
    nodeFilter: undefined,
  };
}

/** @see karpenter v1.14.1 pkg/controllers/provisioning/scheduling/topology.go buildNamespaceList */
function affinityNamespaces(
  pod: Pod,
  { namespaces, namespaceSelector }: PodAffinityTerm,
  cluster: TopologyReads,
): ReadonlySet<string> | string {
  if (namespaceSelector === undefined) {
    return new Set(namespaces.length === 0 ? [pod.metadata.namespace] : namespaces);
  }
  if (!isValidSelector(namespaceSelector)) return "parsing selector, invalid label selector";
  const selected = cluster
    .namespaces()
    .filter((name) => labelSelectorMatches(namespaceSelector, cluster.namespaceLabels(name)));
  return new Set([...selected, ...namespaces]);
}
