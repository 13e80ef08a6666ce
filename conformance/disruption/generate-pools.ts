import type { RandomStream } from "../../sim/engine/index.ts";
import type { Manifest } from "../cases.ts";
import { between, chance, perhaps, some } from "../dice.ts";
import { zones } from "../generate-instance-types.ts";

/** What the NodePools of a case are like. */
export interface PoolChoices {
  readonly policies: readonly ("WhenEmpty" | "WhenEmptyOrUnderutilized" | "Balanced")[];
  /** How probable it is that a NodePool has budgets of its own; the others allow everything. */
  readonly budgetChance: number;
  readonly hasMinValues: boolean;
  readonly isStatic: boolean;
}

/** The moment of every case: a Sunday, at which some windows below are open. */
export const now = "2026-03-01T00:00:00Z";
const longAgo = "2026-01-01T00:00:00Z";

/** NodePools `pool-a`, `pool-b` and so on, ready but for a few. */
export function generatePools(random: RandomStream, choices: PoolChoices): readonly Manifest[] {
  return Array.from({ length: between(random, 1, 3) }, (_, index) =>
    generatePool(random, `pool-${"abc"[index] ?? "z"}`, index, choices),
  );
}

function generatePool(
  random: RandomStream,
  name: string,
  index: number,
  choices: PoolChoices,
): Manifest {
  const isStatic = choices.isStatic && chance(random, 0.7);
  const isReady = index === 0 || chance(random, 0.95);
  return {
    apiVersion: "karpenter.sh/v1",
    kind: "NodePool",
    metadata: { name, uid: `uid-${name}`, generation: 1, creationTimestamp: longAgo },
    spec: {
      disruption: {
        consolidationPolicy: random.pick(choices.policies),
        consolidateAfter: random.pick(["0s", "0s", "0s", "30s", "15m", "Never"]),
        budgets: budgets(random, choices.budgetChance),
      },
      ...(isStatic
        ? { replicas: between(random, 0, 6), ...perhaps(random, 0.5, () => nodeLimit(random)) }
        : {
            ...perhaps(random, 0.3, () => ({ weight: random.pick([1, 10, 50]) })),
            ...perhaps(random, 0.15, () => ({
              limits: random.pick([{ cpu: "40" }, { cpu: "4" }]),
            })),
          }),
      template: {
        metadata: { labels: { ...perhaps(random, 0.3, () => ({ team: "red" })) } },
        spec: {
          expireAfter: random.pick(["720h", "Never"]),
          nodeClassRef: { group: "karpenter.k8s.aws", kind: "EC2NodeClass", name: "default" },
          requirements: requirements(random, choices),
          ...(index > 0 ? perhaps(random, 0.2, () => ({ taints: [taint] })) : {}),
        },
      },
    },
    status: {
      conditions: ["ValidationSucceeded", "NodeClassReady", "Ready"].map((type) => ({
        type,
        status: isReady || type === "ValidationSucceeded" ? "True" : "False",
        reason: type,
        message: "",
        lastTransitionTime: longAgo,
        observedGeneration: 1,
      })),
    },
  };
}

const taint = { key: "dedicated", value: "team", effect: "NoSchedule" };

function nodeLimit(random: RandomStream): Manifest {
  return { limits: { nodes: String(between(random, 1, 8)) } };
}

function requirements(random: RandomStream, { hasMinValues }: PoolChoices): readonly Manifest[] {
  const list: Manifest[] = [];
  const capacityTypes = ["on-demand", "spot", "reserved"];
  if (chance(random, 0.6)) {
    list.push(inValues("karpenter.sh/capacity-type", some(random, capacityTypes)));
  }
  if (chance(random, 0.3)) {
    list.push(inValues("topology.kubernetes.io/zone", some(random, zones, 2)));
  }
  if (chance(random, 0.2)) list.push(inValues("kubernetes.io/arch", ["amd64"]));
  if (hasMinValues && chance(random, 0.8)) {
    const key = random.pick([
      "karpenter.k8s.aws/instance-family",
      "node.kubernetes.io/instance-type",
      "karpenter.k8s.aws/instance-size",
    ]);
    list.push({ key, operator: "Exists", minValues: random.pick([1, 2, 3, 5, 16, 20]) });
  }
  return list;
}

function inValues(key: string, values: readonly string[]): Manifest {
  return { key, operator: "In", values };
}

function budgets(random: RandomStream, probability: number): readonly Manifest[] {
  if (!chance(random, probability)) return [{ nodes: "100%" }];
  return Array.from({ length: between(random, 1, 3) }, () => ({
    nodes: random.pick(["0", "1", "2", "3", "5", "0%", "5%", "10%", "34%", "50%", "100%"]),
    ...perhaps(random, 0.4, () => ({
      reasons: some(random, ["Underutilized", "Empty", "Drifted"]),
    })),
    ...(chance(random, 0.4) ? window(random) : {}),
  }));
}

/** Open at the moment of a case, shut, or just opening or shutting in the next minute. */
function window(random: RandomStream): Manifest {
  return random.pick<Manifest>([
    { schedule: "0 0 * * *", duration: "1h" },
    { schedule: "@weekly", duration: "10m" },
    { schedule: "0 9 * * mon-fri", duration: "8h" },
    { schedule: "59 23 * * *", duration: "1m" },
    { schedule: "30 23 * * 6", duration: "45m" },
    { schedule: "*/15 0-3 1 * ?", duration: "5m" },
    { schedule: "0 0 30 2 *", duration: "1h" },
    { schedule: "1 0 * * *", duration: "2h" },
  ]);
}
