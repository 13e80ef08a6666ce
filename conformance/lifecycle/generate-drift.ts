// NodePools that change, clouds that change their mind.
import type { RandomStream } from "../../sim/engine/index.ts";
import type { Manifest } from "../cases.ts";
import { between, chance, perhaps, some } from "../dice.ts";
import { cloud, nodeClass, pool, template, time, untouched } from "../titles/lifecycle/build.ts";
import { machine } from "../titles/lifecycle/build-machines.ts";
import type { DriftAnswer, LifecycleStep } from "./cases.ts";
import { moments, pick, type Story } from "./generate-moments.ts";

const names = ["a", "b", "c", "d"] as const;
const cpuKey = "karpenter.k8s.aws/instance-cpu";
const capacityKey = "karpenter.sh/capacity-type";
const zoneKey = "topology.kubernetes.io/zone";
const requirements: readonly Manifest[] = [
  { key: capacityKey, operator: "In", values: ["on-demand", "spot"] },
  { key: capacityKey, operator: "In", values: ["spot"] },
  { key: capacityKey, operator: "NotIn", values: ["reserved"] },
  { key: zoneKey, operator: "In", values: ["test-zone-1", "test-zone-2"] },
  { key: zoneKey, operator: "NotIn", values: ["test-zone-2"] },
  { key: zoneKey, operator: "Exists" },
  { key: "team", operator: "DoesNotExist" },
  { key: "team", operator: "In", values: ["blue", "red"] },
  { key: cpuKey, operator: "Gt", values: ["3"] },
  { key: cpuKey, operator: "Lt", values: ["8"] },
  { key: cpuKey, operator: "Gte", values: ["8"] },
  { key: cpuKey, operator: "Lte", values: ["4"] },
];

const until = 1500;

/** Machines of one or two NodePools; templates, requirements and the cloud's answers change. */
export function driftStory(random: RandomStream): Story {
  const pools = chance(random, 0.4) ? ["default", "other"] : ["default"];
  const machines = some(random, names).flatMap((name) =>
    machine(name, {
      pool: pick(random, pools),
      annotations: untouched,
      createdAt: time(-pick(random, [60, 600, 3000, 3500, 7200, 90000])),
      labels: {
        [capacityKey]: pick(random, ["on-demand", "spot"]),
        [zoneKey]: pick(random, ["test-zone-1", "test-zone-2"]),
        [cpuKey]: pick(random, ["4", "8"]),
        "node.kubernetes.io/instance-type": pick(random, ["m1.large", "m1.large", "m9.large"]),
        ...perhaps(random, 0.3, () => ({ team: pick(random, ["blue", "green"]) })),
      },
    }),
  );
  const templates = new Map(pools.map((name) => [name, new ChangingTemplate(random)]));
  return {
    objects: [
      ...pools.map((name) => pool({ name, metadata: { annotations: untouched } })),
      nodeClass(),
      ...machines,
    ],
    steps: driftSteps(random, templates),
    until,
  };
}

/**
 * While the cloud fails, NodePools stay: how often upstream looks at their NodeClaims when one
 * changes is chance, and decides how long it waits after so many failures.
 */
function driftSteps(
  random: RandomStream,
  templates: ReadonlyMap<string, ChangingTemplate>,
): readonly LifecycleStep[] {
  const steps: LifecycleStep[] = [];
  let isFailing = false;
  for (const atSeconds of moments(random, between(random, 3, 7), until - 5)) {
    if (isFailing || chance(random, 0.35)) {
      const step = cloudStep(random, atSeconds);
      const { drift = {}, hasNoInstanceTypes = false } = step.answers ?? {};
      isFailing =
        hasNoInstanceTypes || Object.values(drift).some(({ error }) => error !== undefined);
      steps.push(step);
    } else {
      steps.push(poolStep(random, atSeconds, pick(random, [...templates])));
    }
  }
  return steps;
}

/** The cloud's answer counts at once where the NodeClass shows that something has changed. */
function cloudStep(random: RandomStream, atSeconds: number): LifecycleStep {
  const labels = { version: String(Math.floor(atSeconds)) };
  return {
    atSeconds,
    answers: {
      ...cloud,
      drift: Object.fromEntries(some(random, names).map((name) => [name, answer(random)])),
      hasNoInstanceTypes: chance(random, 0.1),
    },
    change: [{ kind: "EC2NodeClass", name: "default", labels }],
  };
}

function poolStep(
  random: RandomStream,
  atSeconds: number,
  [name, changing]: readonly [string, ChangingTemplate],
): LifecycleStep {
  const spec = chance(random, 0.8) ? { template: changing.next() } : behaviour(random);
  return { atSeconds, change: [{ kind: "NodePool", name, spec }] };
}

function answer(random: RandomStream): DriftAnswer {
  return pick<DriftAnswer>(random, [
    { reason: "AMIDrift" },
    { reason: "NodeClassDrift" },
    { isNotFound: true },
    { error: "throttled" },
    {},
  ]);
}

/**
 * A template that changes step by step: either its requirements or what its hash is made of. Where
 * both change, it is chance whether upstream sees the requirements kept before it sees another hash.
 */
class ChangingTemplate {
  readonly #random: RandomStream;
  #requirements: Manifest = {};
  #labels: Readonly<Record<string, string>> = {};
  #hashed: Manifest = {};

  constructor(random: RandomStream) {
    this.#random = random;
  }

  next(): Manifest {
    const random = this.#random;
    const isUndone = chance(random, 0.3);
    if (chance(random, 0.6)) {
      this.#requirements = isUndone ? {} : { requirements: some(random, requirements).slice(0, 2) };
    } else {
      this.#labels = isUndone ? {} : { ...perhaps(random, 0.3, () => ({ team: "blue" })) };
      this.#hashed = isUndone ? {} : anyHashed(random);
    }
    return template({
      labels: this.#labels,
      template: { ...this.#requirements, ...this.#hashed },
    });
  }
}

function anyHashed(random: RandomStream): Manifest {
  return {
    ...perhaps(random, 0.3, () => ({ taints: [{ key: "dedicated", effect: "NoSchedule" }] })),
    ...perhaps(random, 0.3, () => ({ expireAfter: "720h" })),
    ...perhaps(random, 0.2, () => ({ terminationGracePeriod: "10m" })),
  };
}

function behaviour(random: RandomStream): Manifest {
  return {
    weight: between(random, 1, 100),
    disruption: { consolidateAfter: pick(random, ["0s", "30s", "5m", "Never"]) },
  };
}
