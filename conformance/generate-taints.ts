import type { RandomStream } from "../sim/engine/index.ts";
import type { Manifest } from "./cases.ts";
import { chance, perhaps, some } from "./dice.ts";

const taints: readonly Manifest[] = [
  { key: "dedicated", value: "team", effect: "NoSchedule" },
  { key: "dedicated", value: "batch", effect: "NoExecute" },
  { key: "soft", value: "yes", effect: "PreferNoSchedule" },
  { key: "spot", effect: "NoSchedule" },
];
const startupTaints: readonly Manifest[] = [
  { key: "starting", value: "network", effect: "NoSchedule" },
  { key: "starting", value: "storage", effect: "NoExecute" },
];
/** What Kubernetes and others put on a node that is not up yet, or no longer well. */
const passingTaints: readonly Manifest[] = [
  { key: "node.kubernetes.io/not-ready", effect: "NoSchedule" },
  { key: "node.kubernetes.io/not-ready", effect: "NoExecute" },
  { key: "node.kubernetes.io/unreachable", effect: "NoSchedule" },
  { key: "node.cloudprovider.kubernetes.io/uninitialized", value: "true", effect: "NoSchedule" },
  { key: "karpenter.sh/unregistered", effect: "NoExecute" },
  { key: "readiness.k8s.io/storage", effect: "NoSchedule" },
  { key: "starting", value: "other", effect: "NoSchedule" },
  { key: "soft", value: "no", effect: "PreferNoSchedule" },
  { key: "node.kubernetes.io/unschedulable", effect: "NoSchedule" },
  { key: "somebody.example.com/else", effect: "NoSchedule" },
];

/** Taints and startup taints of a NodePool's template. */
export function generateTaints(random: RandomStream): Manifest {
  return {
    ...perhaps(random, 0.5, () => ({ taints: some(random, taints).slice(0, 2) })),
    ...perhaps(random, 0.5, () => ({ startupTaints: some(random, startupTaints) })),
  };
}

/** Taints of a node beside its template's: startup taints and passing ones. */
export function generateNodeTaints(
  random: RandomStream,
  ofTemplate: readonly Manifest[],
): readonly Manifest[] {
  const kept = ofTemplate.filter(() => chance(random, 0.6));
  return [...kept, ...(chance(random, 0.5) ? some(random, passingTaints).slice(0, 2) : [])];
}

/** What the API server gives every pod that says nothing of these taints itself. */
const admitted: readonly Manifest[] = ["not-ready", "unreachable"].map((name) => ({
  key: `node.kubernetes.io/${name}`,
  operator: "Exists",
  effect: "NoExecute",
  tolerationSeconds: 300,
}));

/** Tolerations of some of these, one or two, and what the API server adds. */
export function generateTolerations(random: RandomStream): readonly Manifest[] {
  if (chance(random, 0.4)) return admitted;
  const chosen = some<Manifest>(random, [
    { key: "dedicated", operator: "Equal", value: "team", effect: "NoSchedule" },
    { key: "dedicated", operator: "Exists" },
    { key: "spot", operator: "Exists", effect: "NoSchedule" },
    { operator: "Exists", effect: "NoExecute" },
    { key: "soft", operator: "Equal", value: "yes" },
    { key: "starting", operator: "Exists" },
    { operator: "Exists" },
  ]).slice(0, 2);
  return [...chosen, ...admitted];
}
