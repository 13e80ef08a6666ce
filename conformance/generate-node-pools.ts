import type { RandomStream } from "../sim/engine/index.ts";
import type { Manifest } from "./cases.ts";
import { between, chance, perhaps, some } from "./dice.ts";
import { zones } from "./generate-instance-types.ts";
import { generateTaints } from "./generate-taints.ts";

const conditionTime = "2026-02-28T00:00:00Z";
const taintTeam = { key: "dedicated", value: "team", effect: "NoSchedule" };
const taintSoft = { key: "soft", value: "yes", effect: "PreferNoSchedule" };

/** What the NodePools of a case shall show. */
export interface NodePoolChoices {
  readonly count: number;
  /** `every`: of any resource, on most NodePools. */
  readonly limits: "none" | "some" | "every";
  readonly withMinValues: boolean;
  /** With a label of the user's own that NodePools leave open: `rack`. */
  readonly withRacks: boolean;
  /** With startup taints, several taints, and softer ones. */
  readonly withTaints: boolean;
  /** Some are static, not ready, being deleted, or lack their EC2NodeClass. */
  readonly withIdle: boolean;
}

/** NodePools `pool-a`, `pool-b` and so on, with weights, taints, labels and requirements at random. */
export function generateNodePools(
  random: RandomStream,
  choices: NodePoolChoices,
): readonly Manifest[] {
  return Array.from({ length: choices.count }, (_, index) => {
    const idle = choices.withIdle && chance(random, 0.3) ? random.pick(idleReasons) : undefined;
    const isStatic = idle === "static";
    return {
      apiVersion: "karpenter.sh/v1",
      kind: "NodePool",
      metadata: {
        name: `pool-${"abcdef"[index] ?? "z"}`,
        uid: `uid-pool-${index}`,
        generation: 1,
        ...(idle === "deleting" ? deleting : {}),
      },
      spec: {
        ...(isStatic ? { replicas: between(random, 0, 2) } : weightAndLimits(random, choices)),
        template: template(random, index, choices, idle === "without-class" ? "gone" : "default"),
      },
      status: { conditions: readyConditions(idle !== "not-ready") },
    };
  });
}

const idleReasons = ["static", "not-ready", "deleting", "without-class"] as const;
const deleting = { deletionTimestamp: "2026-02-28T23:00:00Z", finalizers: ["example.com/slow"] };

function weightAndLimits(random: RandomStream, { limits }: NodePoolChoices): Manifest {
  return {
    ...perhaps(random, 0.4, () => ({ weight: random.pick([1, 10, 50]) })),
    ...(limits === "some" ? perhaps(random, 0.6, () => ({ limits: someLimits(random) })) : {}),
    ...(limits === "every" ? perhaps(random, 0.8, () => ({ limits: everyLimit(random) })) : {}),
  };
}

function template(
  random: RandomStream,
  index: number,
  choices: NodePoolChoices,
  nodeClass: string,
): Manifest {
  return {
    metadata: {
      labels: { ...perhaps(random, 0.4, () => ({ team: random.pick(["red", "blue"]) })) },
    },
    spec: {
      nodeClassRef: { group: "karpenter.k8s.aws", kind: "EC2NodeClass", name: nodeClass },
      requirements: poolRequirements(random, choices),
      ...(index > 0 ? perhaps(random, 0.4, () => ({ taints: [taintTeam] })) : {}),
      ...(index === 0 ? perhaps(random, 0.1, () => ({ taints: [taintSoft] })) : {}),
      ...(choices.withTaints ? generateTaints(random) : {}),
      expireAfter: "720h",
    },
  };
}

/** Ready is worked out anew from the other two. */
function readyConditions(isReady: boolean): readonly Manifest[] {
  return ["ValidationSucceeded", "NodeClassReady", "Ready"].map((type) => ({
    type,
    status: isReady || type === "ValidationSucceeded" ? "True" : "False",
    reason: type,
    message: "",
    lastTransitionTime: conditionTime,
    observedGeneration: 1,
  }));
}

function someLimits(random: RandomStream): Manifest {
  return random.pick<Manifest>([
    { cpu: "16" },
    { cpu: "64", memory: "256Gi" },
    { cpu: "400" },
    { nodes: "2" },
    { memory: "100Gi" },
  ]);
}

const amountsByResource: readonly (readonly [string, readonly string[]])[] = [
  ["cpu", ["8", "16500m", "64", "1000"]],
  ["memory", ["16Gi", "100G", "1Ti"]],
  ["pods", ["20", "200"]],
  ["nodes", ["0", "1", "3"]],
  ["nvidia.com/gpu", ["0", "2"]],
  ["ephemeral-storage", ["100Gi"]],
  ["example.com/slots", ["5"]],
];

/** One to three limits of any resource. */
function everyLimit(random: RandomStream): Manifest {
  const chosen = some(random, amountsByResource).slice(0, between(random, 1, 3));
  return Object.fromEntries(chosen.map(([name, amounts]) => [name, random.pick(amounts)]));
}

function poolRequirements(
  random: RandomStream,
  { withMinValues, withRacks }: Pick<NodePoolChoices, "withMinValues" | "withRacks">,
): readonly Manifest[] {
  const requirements: Manifest[] = withRacks ? rackRequirement(random) : [];
  if (chance(random, 0.3)) {
    requirements.push(inValues("topology.kubernetes.io/zone", some(random, zones)));
  }
  if (chance(random, 0.4)) {
    const values = some(random, ["on-demand", "spot"]);
    requirements.push(inValues("karpenter.sh/capacity-type", values));
  }
  if (chance(random, 0.3)) requirements.push(inValues("kubernetes.io/arch", ["amd64"]));
  if (chance(random, 0.2)) {
    const key = "karpenter.k8s.aws/instance-cpu";
    requirements.push({ key, operator: "Gt", values: [random.pick(["1", "3"])] });
  }
  if (chance(random, 0.2)) {
    const key = "karpenter.k8s.aws/instance-category";
    requirements.push({ key, operator: "NotIn", values: [random.pick(["c", "m", "r"])] });
  }
  if (withMinValues && chance(random, 0.7)) {
    const key = random.pick([
      "karpenter.k8s.aws/instance-family",
      "node.kubernetes.io/instance-type",
    ]);
    requirements.push({ key, operator: "Exists", minValues: random.pick([2, 5, 12]) });
  }
  return requirements;
}

function rackRequirement(random: RandomStream): Manifest[] {
  return random.pick<Manifest[]>([
    [{ key: "rack", operator: "In", values: some(random, ["1", "2", "3"]) }],
    [{ key: "rack", operator: "In", values: some(random, ["3", "4", "5"]) }],
    [{ key: "rack", operator: "NotIn", values: ["2"] }],
    [{ key: "rack", operator: "Exists" }],
    [],
  ]);
}

function inValues(key: string, values: readonly string[]): Manifest {
  return { key, operator: "In", values };
}
