// Pods that come and go, and what that does to the time a node has been left alone.
import type { RandomStream } from "../../sim/engine/index.ts";
import type { Manifest } from "../cases.ts";
import { between, chance, perhaps } from "../dice.ts";
import { nodeClass, pool, time } from "../titles/lifecycle/build.ts";
import { machine } from "../titles/lifecycle/build-machines.ts";
import { budget, pod, stopsAfter } from "../titles/lifecycle/build-pods.ts";
import type { LifecycleStep } from "./cases.ts";
import { moments, pick, type Story } from "./generate-moments.ts";

const apps = ["web", "db", "job"] as const;
const owners = ["ReplicaSet", "ReplicaSet", "StatefulSet", "DaemonSet", "none"] as const;
const waits = ["0s", "15s", "30s", "2m", "Never"] as const;

/** Between two whole seconds as pods stop, or never. */
export function stopping(random: RandomStream): Readonly<Record<string, string>> {
  return stopsAfter(chance(random, 0.15) ? "never" : `${between(random, 0, 40)}.27s`);
}

/** A pod of any kind on the node. */
export function anyPod(random: RandomStream, name: string, on: string | undefined): Manifest {
  const owner = pick(random, owners);
  const app = pick(random, apps);
  return pod(name, on, {
    owner,
    labels: { app },
    cpu: pick(random, ["100m", "250m", "1"]),
    annotations: { ...stopping(random), ...protection(random) },
    spec: {
      terminationGracePeriodSeconds: pick(random, [0, 5, 30, 30, 60, 300]),
      ...perhaps(random, 0.2, () => ({
        priorityClassName: pick(random, ["system-cluster-critical", "system-node-critical"]),
      })),
      ...perhaps(random, 0.1, () => ({
        tolerations: [{ key: "karpenter.sh/disrupted", operator: "Exists" }],
      })),
    },
    status: {
      startTime: time(-between(random, 0, 600)),
      ...perhaps(random, 0.1, () => ({ phase: pick(random, ["Succeeded", "Failed"]) })),
    },
  });
}

function protection(random: RandomStream): Readonly<Record<string, string>> {
  if (!chance(random, 0.15)) return {};
  const value = pick(random, ["true", "true", "2m", "10m", "soon"]);
  return { "karpenter.sh/do-not-disrupt": value };
}

/** Budgets of some apps. */
export function anyBudgets(random: RandomStream): readonly Manifest[] {
  return apps.flatMap((app) =>
    chance(random, 0.5) ? [budget(`budget-${app}`, app, between(random, 0, 3))] : [],
  );
}

const until = 400;

/** Pods are bound, end, are deleted and vanish; the NodePool's patience changes. */
export function consolidatableStory(random: RandomStream): Story {
  const machines = ["a", "b"].flatMap((name) =>
    machine(name, {
      createdAt: time(-between(random, 5, 500)),
      ...perhaps(random, 0.6, () => ({ lastPodEventTime: time(-between(random, 1, 120)) })),
    }),
  );
  const bound = Array.from({ length: between(random, 0, 4) }, (_, index) =>
    anyPod(random, `bound-${index}`, pick(random, ["node-a", "node-b"])),
  );
  const waiting = Array.from({ length: 4 }, (_, index) =>
    anyPod(random, `waiting-${index}`, undefined),
  );
  const consolidateAfter = pick(random, waits);
  const names = bound.map(({ metadata }) => (metadata as { readonly name: string }).name);
  return {
    objects: [
      pool({ disruption: { consolidateAfter } }),
      nodeClass(),
      ...machines,
      ...bound,
      ...waiting,
    ],
    steps: moments(random, between(random, 4, 9), until - 5).map((atSeconds, index) =>
      podStep(random, atSeconds, names, index),
    ),
    until,
  };
}

function podStep(
  random: RandomStream,
  atSeconds: number,
  names: readonly string[],
  index: number,
): LifecycleStep {
  const [kind, namespace] = ["Pod", "default"] as const;
  if (chance(random, 0.3)) {
    const spec = { disruption: { consolidateAfter: pick(random, waits) } };
    return { atSeconds, change: [{ kind: "NodePool", name: "default", spec }] };
  }
  const name = names[index];
  if (name === undefined || chance(random, 0.5)) {
    const spec = { nodeName: pick(random, ["node-a", "node-b"]) };
    return index < 4
      ? { atSeconds, change: [{ kind, namespace, name: `waiting-${index}`, spec }] }
      : { atSeconds, apply: [anyPod(random, `late-${index}`, spec.nodeName)] };
  }
  const status = { phase: "Succeeded" };
  return pick<LifecycleStep>(random, [
    { atSeconds, change: [{ kind, namespace, name, status }] },
    { atSeconds, delete: [{ kind, namespace, name }] },
    { atSeconds, remove: [{ kind, namespace, name }] },
    { atSeconds, change: [{ kind, namespace, name, labels: { seen: "yes" } }] },
  ]);
}
