// Which taints keep a pod away. Every taint counts, PreferNoSchedule too: the scheduler treats it
// as hard first and adds a toleration only when it relaxes a pod.
import { type Pod, type Taint, type Toleration, taintUnregistered } from "../apis/index.ts";
import { parseInt64 } from "./int64.ts";

/**
 * Taints that a node carries while it starts and loses by itself, told by key and effect.
 *
 * @see karpenter v1.14.1 pkg/scheduling/taints.go KnownEphemeralTaints
 */
export const knownEphemeralTaints: readonly Taint[] = [
  { key: "node.kubernetes.io/not-ready", value: "", effect: "NoSchedule" },
  { key: "node.kubernetes.io/not-ready", value: "", effect: "NoExecute" },
  { key: "node.kubernetes.io/unreachable", value: "", effect: "NoSchedule" },
  {
    key: "node.cloudprovider.kubernetes.io/uninitialized",
    value: "true",
    effect: "NoSchedule",
  },
  { key: taintUnregistered, value: "", effect: "NoExecute" },
];

/** Prefix of the taints of the node readiness controller, ephemeral whatever their effect. */
const readinessTaintPrefix = "readiness.k8s.io/";

/**
 * Whether a starting node loses this taint by itself.
 *
 * @see karpenter v1.14.1 pkg/scheduling/taints.go IsKnownEphemeralTaint
 */
export function isKnownEphemeralTaint(taint: Taint): boolean {
  return (
    taint.key.startsWith(readinessTaintPrefix) ||
    knownEphemeralTaints.some((known) => matchTaint(known, taint))
  );
}

/**
 * Whether two taints count as the same: key and effect are equal, whatever the value.
 *
 * @see k8s.io/api core/v1/taint.go MatchTaint
 */
export function matchTaint(a: Taint, b: Taint): boolean {
  return a.key === b.key && a.effect === b.effect;
}

const decimalInteger = /^(?:0|-?[1-9][0-9]*)$/;

/**
 * Whether one toleration covers one taint; Lt and Gt compare the taint's value with the
 * toleration's, both 64-bit decimal integers in canonical form, and cover nothing otherwise.
 *
 * @see k8s.io/api core/v1/toleration.go ToleratesTaint
 */
export function toleratesTaint(toleration: Toleration, taint: Taint): boolean {
  if (toleration.effect !== undefined && toleration.effect !== taint.effect) return false;
  if (toleration.key !== "" && toleration.key !== taint.key) return false;
  switch (toleration.operator) {
    case "Exists":
      return true;
    case "Equal":
      return toleration.value === taint.value;
    case "Lt":
    case "Gt": {
      const limit = canonicalInteger(toleration.value);
      const found = canonicalInteger(taint.value);
      if (limit === undefined || found === undefined) return false;
      return toleration.operator === "Lt" ? found < limit : found > limit;
    }
  }
}

function canonicalInteger(text: string): number | bigint | undefined {
  return decimalInteger.test(text) ? parseInt64(text) : undefined;
}

/** The taints that no toleration covers, in the order of the node; at least one. */
export class UntoleratedTaints {
  readonly kind = "untolerated-taints";
  readonly taints: readonly Taint[];

  constructor(taints: readonly Taint[]) {
    this.taints = taints;
  }

  /** Upstream's sentences, joined by semicolons. */
  get message(): string {
    return this.taints
      .map((taint) => `did not tolerate taint (taint=${formatTaint(taint)})`)
      .join("; ");
  }
}

/**
 * Which taints keep the pod away; `undefined` when it tolerates them all. Allocates only refusals.
 *
 * @see karpenter v1.14.1 pkg/scheduling/taints.go Taints.ToleratesPod
 */
export function untoleratedTaints(
  taints: readonly Taint[],
  pod: Pod,
): UntoleratedTaints | undefined {
  if (toleratesAll(taints, pod.spec.tolerations)) return undefined;
  const { tolerations } = pod.spec;
  return new UntoleratedTaints(taints.filter((taint) => !isTolerated(taint, tolerations)));
}

/**
 * Whether each taint is covered by some toleration.
 *
 * @see karpenter v1.14.1 pkg/scheduling/taints.go Taints.Tolerates
 */
export function toleratesAll(
  taints: readonly Taint[],
  tolerations: readonly Toleration[],
): boolean {
  for (const taint of taints) {
    if (!isTolerated(taint, tolerations)) return false;
  }
  return true;
}

function isTolerated(taint: Taint, tolerations: readonly Toleration[]): boolean {
  for (const toleration of tolerations) {
    if (toleratesTaint(toleration, taint)) return true;
  }
  return false;
}

/**
 * The taints, then those of `additions` that match none before them by key and effect.
 *
 * @see karpenter v1.14.1 pkg/scheduling/taints.go Taints.Merge
 */
export function mergeTaints(
  taints: readonly Taint[],
  additions: readonly Taint[],
): readonly Taint[] {
  const merged = [...taints];
  for (const addition of additions) {
    if (!merged.some((taint) => matchTaint(taint, addition))) merged.push(addition);
  }
  return merged;
}

/** `key=value:Effect`, or `key:Effect` without a value. */
export function formatTaint(taint: Taint): string {
  const { key, value, effect } = taint;
  return value === "" ? `${key}:${effect}` : `${key}=${value}:${effect}`;
}
