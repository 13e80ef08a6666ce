// Soft constraints are treated as hard until a pod fails; then they are dropped one by one, in a
// fixed order. A relaxed pod is a new object that shares everything but what was dropped.
import type { Affinity, NodePool, Pod, PodSpec, Toleration } from "../apis/index.ts";

/** What one relaxation did: the pod without it, and upstream's name for what went. */
export interface Relaxation {
  readonly pod: Pod;
  readonly reason: string;
}

/** Settings of relaxation for one run. */
export interface RelaxationOptions {
  /** Whether pods may come to tolerate PreferNoSchedule taints; see `hasPreferNoScheduleTaint`. */
  readonly toleratePreferNoSchedule: boolean;
}

/**
 * The pod with its next soft constraint dropped; `undefined` when there is none left.
 *
 * In this order: all required node affinity terms but the last (they are alternatives), preferred
 * pod affinity, preferred anti-affinity and preferred node affinity from the heaviest on, soft
 * topology spread, PreferNoSchedule taints.
 *
 * @see karpenter v1.14.1 pkg/controllers/provisioning/scheduling/preferences.go Preferences.Relax
 */
export function relax(pod: Pod, options: RelaxationOptions): Relaxation | undefined {
  return (
    removeRequiredNodeAffinityTerm(pod) ??
    removePreferredTerm(pod, "preferredPodAffinity", "podAffinity") ??
    removePreferredTerm(pod, "preferredPodAntiAffinity", "podAntiAffinity") ??
    removePreferredTerm(pod, "preferredNodeTerms", "nodeAffinity") ??
    removeScheduleAnywaySpread(pod) ??
    (options.toleratePreferNoSchedule ? toleratePreferNoScheduleTaints(pod) : undefined)
  );
}

/**
 * Whether some NodePool gives its nodes a PreferNoSchedule taint. Only then may pods come to
 * tolerate such taints, those of nodes that no NodePool made included.
 *
 * @see karpenter v1.14.1 pkg/controllers/provisioning/scheduling/scheduler.go NewScheduler
 */
export function hasPreferNoScheduleTaint(nodePools: readonly NodePool[]): boolean {
  return nodePools.some(({ spec }) =>
    spec.template.spec.taints.some(({ effect }) => effect === "PreferNoSchedule"),
  );
}

/**
 * Drops the first of several required node affinity terms; the last one stays.
 *
 * @see karpenter v1.14.1 pkg/controllers/provisioning/scheduling/preferences.go removeRequiredNodeAffinityTerm
 */
export function removeRequiredNodeAffinityTerm(pod: Pod): Relaxation | undefined {
  const terms = pod.spec.affinity?.requiredNodeTerms;
  if (terms === undefined || terms.length <= 1) return undefined;
  return {
    pod: withAffinity(pod, { requiredNodeTerms: terms.slice(1) }),
    reason:
      "removing: spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution[0]=" +
      JSON.stringify(terms[0]),
  };
}

type PreferredTerms = "preferredPodAffinity" | "preferredPodAntiAffinity" | "preferredNodeTerms";

function removePreferredTerm(
  pod: Pod,
  terms: PreferredTerms,
  nameOfTerms: string,
): Relaxation | undefined {
  const sorted = pod.spec.affinity?.[terms].toSorted((a, b) => b.weight - a.weight) ?? [];
  if (sorted.length === 0) return undefined;
  return {
    pod: withAffinity(pod, { [terms]: sorted.slice(1) }),
    reason:
      `removing: spec.affinity.${nameOfTerms}.preferredDuringSchedulingIgnoredDuringExecution` +
      `[0]=${JSON.stringify(sorted[0])}`,
  };
}

/** Takes the first soft spread constraint out; the last constraint moves to its place. */
function removeScheduleAnywaySpread(pod: Pod): Relaxation | undefined {
  const constraints = [...pod.spec.topologySpreadConstraints];
  const index = constraints.findIndex((it) => it.whenUnsatisfiable === "ScheduleAnyway");
  const removed = constraints[index];
  const last = constraints.pop();
  if (removed === undefined || last === undefined) return undefined;
  if (index < constraints.length) constraints[index] = last;
  return {
    pod: withSpec(pod, { topologySpreadConstraints: constraints }),
    reason: `removing: spec.topologySpreadConstraints = ${JSON.stringify(removed)}`,
  };
}

const preferNoSchedule: Toleration = Object.freeze({
  key: "",
  operator: "Exists",
  value: "",
  effect: "PreferNoSchedule",
});

/**
 * Lets the pod tolerate every PreferNoSchedule taint; `undefined` when it says so already.
 *
 * @see karpenter v1.14.1 pkg/controllers/provisioning/scheduling/preferences.go toleratePreferNoScheduleTaints
 */
export function toleratePreferNoScheduleTaints(pod: Pod): Relaxation | undefined {
  const isThere = pod.spec.tolerations.some(
    ({ key, operator, value, effect }) =>
      key === "" && operator === "Exists" && value === "" && effect === "PreferNoSchedule",
  );
  if (isThere) return undefined;
  return {
    pod: withSpec(pod, { tolerations: [...pod.spec.tolerations, preferNoSchedule] }),
    reason: "adding: toleration for PreferNoSchedule taints",
  };
}

function withAffinity(pod: Pod, change: Partial<Affinity>): Pod {
  const { affinity } = pod.spec;
  return affinity === undefined ? pod : withSpec(pod, { affinity: { ...affinity, ...change } });
}

function withSpec(pod: Pod, change: Partial<PodSpec>): Pod {
  return { ...pod, spec: { ...pod.spec, ...change } };
}
