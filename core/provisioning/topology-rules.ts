import type {
  LabelSelector,
  Pod,
  PodAffinityTerm,
  TopologySpreadConstraint,
} from "../apis/index.ts";
import { labelSelectorMatches } from "../scheduling/index.ts";
import { isValidSelector, type TopologyRule, unlimitedSkew } from "./topology-group.ts";
import { topologyNodeFilter } from "./topology-node-filter.ts";
import type { PreferencePolicy, TopologyReads } from "./topology-tracker.ts";

/** Rules, or the text of the error that an invalid namespace selector is. */
export type TopologyRules =
  | { readonly ok: true; readonly rules: readonly TopologyRule[] }
  | { readonly ok: false; readonly error: string };

/**
 * The rules that a pod brings along: spread constraints, affinity and anti-affinity terms; with
 * preferences respected, the soft ones too.
 *
 * @see karpenter v1.14.1 pkg/controllers/provisioning/scheduling/topology.go newForTopologies newForAffinities
 */
export function podTopologyRules(
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
export function inverseTopologyRules(pod: Pod, cluster: TopologyReads): TopologyRules {
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
