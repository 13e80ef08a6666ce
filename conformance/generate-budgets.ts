import type { RandomStream } from "../sim/engine/index.ts";
import type { Manifest } from "./cases.ts";
import { between, chance, perhaps } from "./dice.ts";

/** Budgets for some of the applications, some of which let nothing go. */
export function generateBudgets(
  random: RandomStream,
  apps: readonly string[],
): readonly Manifest[] {
  return Array.from({ length: between(random, 1, 4) }, (_, index) => ({
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata: { name: `budget-${index}`, namespace: "default", uid: `uid-budget-${index}` },
    spec: {
      selector: random.pick<Manifest>([{ matchLabels: { app: random.pick(apps) } }, {}]),
      ...random.pick<Manifest>([
        { maxUnavailable: 0 },
        { maxUnavailable: "0%" },
        { minAvailable: "100%" },
        { maxUnavailable: 1 },
        { minAvailable: 1 },
      ]),
      ...perhaps(random, 0.3, () => ({ unhealthyPodEvictionPolicy: "AlwaysAllow" })),
    },
    status: {
      disruptionsAllowed: 1,
      currentHealthy: 1,
      desiredHealthy: 1,
      expectedPods: 1,
      observedGeneration: 1,
    },
  }));
}

/** What keeps a running pod where it is, or makes Karpenter leave it there. */
export function generateProtection(random: RandomStream): {
  readonly annotations?: Readonly<Record<string, string>>;
  readonly ownerKind: string;
  readonly phase: string;
  readonly isReady: boolean;
} {
  const value = random.pick(["true", "false", "1h", "48h", "soon"]);
  return {
    ...perhaps(random, 0.3, () => ({ annotations: { "karpenter.sh/do-not-disrupt": value } })),
    ownerKind: random.pick(["ReplicaSet", "ReplicaSet", "StatefulSet", "DaemonSet"]),
    phase: random.pick(["Running", "Running", "Running", "Succeeded", "Failed"]),
    isReady: chance(random, 0.8),
  };
}
