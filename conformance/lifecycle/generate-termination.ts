// Nodes that end: by deletion or by age, with pods of every kind, budgets, volumes and time limits.
import { parseDuration, seconds } from "../../core/units/index.ts";
import type { RandomStream } from "../../sim/engine/index.ts";
import type { Manifest } from "../cases.ts";
import { between, chance, perhaps } from "../dice.ts";
import { cloud, nodeClass, pool, time } from "../titles/lifecycle/build.ts";
import { machine, nodeCondition } from "../titles/lifecycle/build-machines.ts";
import type { LifecycleStep } from "./cases.ts";
import { moments, pick, type Story } from "./generate-moments.ts";
import { anyBudgets, anyPod } from "./generate-pods.ts";

const limits = ["20s", "60s", "150s", "10m"] as const;

function somePods(random: RandomStream, name: string, count: number): readonly Manifest[] {
  return Array.from({ length: count }, (_, index) =>
    anyPod(random, `${name}-pod-${String(index).padStart(2, "0")}`, `node-${name}`),
  );
}

/** One node drains. */
export function terminationStory(random: RandomStream): Story {
  const until = 420;
  const spec = perhaps(random, 0.6, () => ({ terminationGracePeriod: pick(random, limits) }));
  const [first = 1.5, ...later] = moments(random, between(random, 2, 6), 200);
  const deleted = chance(random, 0.5)
    ? ({ kind: "NodeClaim", name: "a" } as const)
    : ({ kind: "Node", name: "node-a" } as const);
  return {
    objects: [
      pool(),
      nodeClass(),
      ...machine("a", { claim: spec }),
      ...somePods(random, "a", between(random, 0, 12)),
      ...anyBudgets(random),
      ...(chance(random, 0.25) ? attachments(between(random, 1, 7)) : []),
    ],
    answers: { ...cloud, terminationSeconds: between(random, 0, 20), ...failures(random) },
    steps: [
      { atSeconds: first, delete: [deleted] },
      ...later.map((atSeconds) =>
        terminationStep(random, Number((Math.floor(first) + atSeconds).toFixed(3))),
      ),
    ],
    until,
  };
}

function failures(random: RandomStream): object {
  return perhaps(random, 0.1, () => ({ delete: { "*": "throttled" } }));
}

function terminationStep(random: RandomStream, atSeconds: number): LifecycleStep {
  return pick<() => LifecycleStep>(random, [
    () => ({ atSeconds, apply: [anyPod(random, `late-${Math.floor(atSeconds)}`, "node-a")] }),
    () => ({ atSeconds, apply: anyBudgets(random) }),
    () => ({ atSeconds, apply: anyBudgets(random) }),
    () => ({ atSeconds, answers: { ...cloud, terminationSeconds: between(random, 0, 20) } }),
    () => ({ atSeconds, remove: [{ kind: "VolumeAttachment", name: "va-0" }] }),
    () => ({ atSeconds, remove: [{ kind: "VolumeAttachment", name: "va-1" }] }),
  ])();
}

function attachments(count: number): readonly Manifest[] {
  return Array.from({ length: count }, (_, index) => ({
    apiVersion: "storage.k8s.io/v1",
    kind: "VolumeAttachment",
    metadata: { name: `va-${index}`, uid: `uid-va-${index}` },
    spec: {
      attacher: "ebs.csi.aws.com",
      nodeName: "node-a",
      source: { persistentVolumeName: `pv-${index}` },
    },
    status: { attached: true },
  }));
}

const ages = ["1000s", "2500s", "3100s", "50m7s"] as const;

/**
 * Several machines expire, whatever runs on them; some lose their instance. One at most has expired
 * when the case begins: which of several upstream sees first is chance.
 */
export function expirationStory(random: RandomStream): Story {
  const until = 700;
  const names = ["a", "b", "c", "d"].slice(0, between(random, 1, 4));
  const expired: string[] = [];
  const machines = names.flatMap((name, index) => {
    const age = between(random, 10, 3000) + index;
    const drawn = chance(random, 0.2) ? "Never" : pick(random, ages);
    const isExpired = drawn !== "Never" && parseDuration(drawn) <= seconds(age);
    const expireAfter = isExpired && expired.length > 0 ? "Never" : drawn;
    if (isExpired) expired.push(name);
    return machine(name, {
      createdAt: time(-age),
      claim: {
        expireAfter,
        ...perhaps(random, 0.5, () => ({ terminationGracePeriod: pick(random, limits) })),
      },
    });
  });
  const pods = names.flatMap((name) => somePods(random, name, between(random, 0, 4)));
  return {
    objects: [pool(), nodeClass(), ...machines, ...pods, ...anyBudgets(random)],
    answers: { ...cloud, terminationSeconds: between(random, 0, 60) },
    steps: moments(random, between(random, 1, 5), until - 5).map((atSeconds, index) =>
      index === 1 ? loss(random, atSeconds, pick(random, names)) : { atSeconds },
    ),
    until,
  };
}

/** The instance vanishes; its Node may notice. Only a Node that is there can. */
function loss(random: RandomStream, atSeconds: number, name: string): LifecycleStep {
  const since = time(Math.floor(atSeconds));
  const status = pick(random, ["True", "Unknown"] as const);
  return {
    atSeconds,
    loseInstances: [`fake:///test-zone-1/${name}`],
    change: [
      {
        kind: "Node",
        name: `node-${name}`,
        status: { conditions: [nodeCondition("Ready", status, since)] },
      },
    ],
  };
}
