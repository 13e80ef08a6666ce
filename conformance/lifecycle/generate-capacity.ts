// Machines on their way into the cluster, static capacity, and nodes that fall ill.
import type { RandomStream } from "../../sim/engine/index.ts";
import type { Manifest } from "../cases.ts";
import { between, chance, perhaps } from "../dice.ts";
import { claim, cloud, launched, nodeClass, pool, time } from "../titles/lifecycle/build.ts";
import { machine, node, nodeCondition } from "../titles/lifecycle/build-machines.ts";
import type { Answers, CaseRepairPolicy, CreateAnswer, LifecycleStep } from "./cases.ts";
import { moments, pick, type Story } from "./generate-moments.ts";
import { anyPod } from "./generate-pods.ts";

const startupTaint: Manifest = { key: "booting", effect: "NoSchedule" };
const notReady: Manifest = { key: "node.kubernetes.io/not-ready", effect: "NoSchedule" };

function createAnswer(random: RandomStream): CreateAnswer {
  return pick<CreateAnswer>(random, [
    { kind: "insufficient-capacity", message: "none left" },
    { kind: "node-class-not-ready", message: "no subnets" },
    ...Array.from({ length: 3 }, () => patientAnswer(random)),
  ]);
}

/** An answer after which the NodeClaim stays. */
function patientAnswer(random: RandomStream): CreateAnswer {
  return pick<CreateAnswer>(random, [
    launched,
    launched,
    launched,
    { ...launched, seconds: between(random, 1, 90) },
    { kind: "create-error", reason: "Denied", message: "no rights" },
    { kind: "error", message: "throttled" },
  ]);
}

/** Never at one instant: which of several NodeClaims that give up then is the last is chance. */
const claimedAt = [0.7, 1.72, 2.74, 3.76, 4.78] as const;

/** NodeClaims that launch, or don't, and whose Nodes join late, half ready, or never. */
export function livenessStory(random: RandomStream): Story {
  const until = 1300;
  const names = ["a", "b", "c", "d", "e"].slice(0, between(random, 1, 5));
  const create = (): Answers["create"] =>
    Object.fromEntries(names.map((name) => [name, createAnswer(random)]));
  const spec = {
    resources: {
      requests: { cpu: "1", ...perhaps(random, 0.3, () => ({ "nvidia.com/gpu": "1" })) },
    },
    ...perhaps(random, 0.4, () => ({ startupTaints: [startupTaint] })),
  };
  const [change = 10.5, ...times] = moments(random, between(random, 3, 8), until - 10);
  return {
    objects: [pool(), nodeClass()],
    answers: { ...cloud, create: create() ?? {} },
    steps: [
      ...names.map((name, index) => ({
        atSeconds: claimedAt[index] ?? 0,
        apply: [claim(name, { createdAt: time(index), spec })],
      })),
      { atSeconds: change, answers: { ...cloud, create: create() ?? {} } },
      ...times.map((atSeconds) => joiningStep(random, atSeconds, pick(random, names))),
    ],
    until,
  };
}

function joiningStep(random: RandomStream, atSeconds: number, name: string): LifecycleStep {
  const taints = [
    { key: "karpenter.sh/unregistered", effect: "NoExecute" },
    ...(chance(random, 0.3) ? [notReady] : []),
  ].slice(chance(random, 0.1) ? 1 : 0);
  const joined = node(`node-${name}`, {
    of: name,
    createdAt: time(Math.floor(atSeconds)),
    ready: chance(random, 0.8) ? "True" : "False",
    taints: chance(random, 0.2) ? [] : taints,
    ...perhaps(random, 0.5, () => ({
      allocatable: { cpu: "3900m", memory: "16Gi", pods: "20", "nvidia.com/gpu": "1" },
    })),
  });
  return { atSeconds, apply: [joined] };
}

/**
 * A static NodePool that grows, shrinks and meets its limit. No NodeClaim fails for good, and under a
 * limit no two go at one instant: how many such ones are counted while they go is chance, and a
 * NodePool that seems full is looked at again only after a minute.
 */
export function staticStory(random: RandomStream): Story {
  const until = 300;
  const count = between(random, 0, 5);
  const names = ["a", "b", "c", "d", "e"].slice(0, count);
  const isLimited = chance(random, 0.4);
  const limit = isLimited ? { limits: { nodes: String(between(random, 2, 7)) } } : {};
  const answers = isLimited ? [launched] : [launched, patientAnswer(random)];
  let replicas = count;
  const scale = (): Manifest => {
    const drawn = between(random, 0, 7);
    replicas = isLimited ? Math.max(drawn, replicas - 1) : drawn;
    return { replicas };
  };
  const pods = names.flatMap((name) =>
    Array.from({ length: between(random, 0, 3) }, (_, index) =>
      anyPod(random, `${name}-${index}`, `node-${name}`),
    ),
  );
  return {
    objects: [
      pool({ spec: { replicas: count, ...limit } }),
      nodeClass(),
      ...names.flatMap((name, index) =>
        machine(name, {
          createdAt: time(-1000 - 100 * index),
          claim: { expireAfter: pick(random, ["Never", "3000s", "10000s"]) },
        }),
      ),
      ...pods,
    ],
    featureGates: { staticCapacity: true },
    answers: { ...cloud, create: { "*": pick(random, answers) } },
    steps: moments(random, between(random, 2, 6), until - 5).map((atSeconds) =>
      chance(random, 0.2)
        ? { atSeconds, answers: cloud }
        : { atSeconds, change: [{ kind: "NodePool", name: "default", spec: scale() }] },
    ),
    until,
  };
}

const policies: readonly CaseRepairPolicy[] = [
  { conditionType: "Ready", conditionStatus: "False", tolerationSeconds: 1800 },
  { conditionType: "Ready", conditionStatus: "Unknown", tolerationSeconds: 1800 },
  { conditionType: "AcceleratedHardwareReady", conditionStatus: "False", tolerationSeconds: 600 },
  { conditionType: "StorageReady", conditionStatus: "False", tolerationSeconds: 1800 },
];

/** Up to twelve nodes of two NodePools, some of which fall ill and recover. */
export function repairStory(random: RandomStream): Story {
  const until = 1100;
  const names = Array.from({ length: between(random, 1, 12) }, (_, index) => `n${index}`);
  const machines = names.flatMap((name) =>
    machine(name, {
      pool: chance(random, 0.8) ? "default" : "other",
      node: { conditions: chance(random, 0.2) ? [illness(random, -between(random, 1, 590))] : [] },
    }),
  );
  const pods = names.slice(0, 3).map((name) => anyPod(random, `pod-${name}`, `node-${name}`));
  return {
    objects: [pool(), pool({ name: "other" }), nodeClass(), ...machines, ...pods],
    featureGates: { nodeRepair: true },
    repairPolicies: policies,
    steps: moments(random, between(random, 1, 5), 400).map((atSeconds, index) =>
      illStep(random, atSeconds, names[index]),
    ),
    until,
  };
}

function illness(random: RandomStream, since: number): Manifest {
  const { conditionType, conditionStatus } = pick(random, policies.slice(2));
  return nodeCondition(conditionType, conditionStatus, time(since));
}

function illStep(random: RandomStream, atSeconds: number, name: string | undefined): LifecycleStep {
  if (name === undefined) return { atSeconds };
  const since = Math.floor(atSeconds);
  const ready = nodeCondition("Ready", pick(random, ["True", "True", "False"]), time(since));
  const conditions = [ready, ...(chance(random, 0.6) ? [illness(random, since)] : [])];
  return { atSeconds, change: [{ kind: "Node", name: `node-${name}`, status: { conditions } }] };
}
