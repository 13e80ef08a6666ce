// Pods that run on the machines of a case, with what disruption asks of them, and their budgets.
import { parseResourceList } from "../../core/units/index.ts";
import type { RandomStream } from "../../sim/engine/index.ts";
import type { Manifest } from "../cases.ts";
import { between, chance, perhaps } from "../dice.ts";
import { type PodGroup, podManifest } from "../generate-pods.ts";
import type { GeneratedMachine } from "./generate-machines.ts";

/** How pods are spread over the machines, and what they are like. */
export interface RunningChoices {
  /** At most so many on a machine. */
  readonly perMachineMax: number;
  /** How often a machine has none. */
  readonly emptyChance: number;
  /** Of anything that makes a pod special. */
  readonly special: number;
}

/** As many pods as fit, each machine with a number of its own. */
export function generateRunningPods(
  random: RandomStream,
  machines: readonly GeneratedMachine[],
  groups: readonly PodGroup[],
  choices: RunningChoices,
): readonly Manifest[] {
  let serial = 0;
  return machines.flatMap(({ name, hasNode, allocatable }) => {
    if (!hasNode) return [];
    const left = { cpu: allocatable["cpu"] ?? 0, memory: allocatable["memory"] ?? 0 };
    const isEmpty = chance(random, choices.emptyChance);
    const count = isEmpty ? 0 : between(random, 1, choices.perMachineMax);
    const daemons = chance(random, 0.3) ? [daemonPod(name)] : [];
    const pods = Array.from({ length: count }, () => {
      const group = random.pick(groups);
      const { cpu, memory } = requestsOf(group);
      const pod = runningPod(random, group, serial++, name, choices.special);
      if (cpu > left.cpu || memory > left.memory) return [];
      left.cpu -= cpu;
      left.memory -= memory;
      return [pod];
    });
    return [...pods.flat(), ...daemons];
  });
}

function requestsOf({ spec }: PodGroup): { readonly cpu: number; readonly memory: number } {
  const [container] = spec["containers"] as readonly [
    { readonly resources: { readonly requests: Readonly<Record<string, string>> } },
  ];
  const { cpu = 0, memory = 0 } = parseResourceList(container.resources.requests);
  return { cpu, memory };
}

function runningPod(
  random: RandomStream,
  group: PodGroup,
  serial: number,
  nodeName: string,
  special: number,
): Manifest {
  const isSpecial = (probability: number): boolean => chance(random, probability * special);
  const isTerminating = isSpecial(0.06);
  const pod = podManifest(group, serial, { nodeName, isTerminating });
  const annotations = {
    ...(isSpecial(0.15)
      ? {
          "karpenter.sh/do-not-disrupt": random.pick(["true", "1h", "20m", "false", "soon", "-5m"]),
        }
      : {}),
    ...(isSpecial(0.25)
      ? {
          "controller.kubernetes.io/pod-deletion-cost": random.pick([
            "100000000",
            "-140000000",
            "-2000000000",
            "7",
            "much",
          ]),
        }
      : {}),
  };
  const phase = isSpecial(0.05) ? random.pick(["Succeeded", "Failed"]) : "Running";
  return {
    ...pod,
    metadata: {
      ...(pod["metadata"] as Manifest),
      annotations,
      ...(isSpecial(0.15) ? owner(random, nodeName) : {}),
    },
    status: {
      phase,
      ...perhaps(random, 0.85, () => ({
        startTime: random.pick(["2026-02-28T12:00:00Z", "2026-02-28T23:30:00Z"]),
      })),
      conditions: [{ type: "Ready", status: chance(random, 0.9) ? "True" : "False" }],
    },
  };
}

/** Another owner than a ReplicaSet, or none. */
function owner(random: RandomStream, nodeName: string): Manifest {
  const kinds: readonly (readonly [string, string, string])[] = [
    ["apps/v1", "StatefulSet", "stateful"],
    ["apps/v1", "DaemonSet", "daemon"],
    ["v1", "Node", nodeName],
    ["batch/v1", "Job", "job"],
  ];
  if (chance(random, 0.2)) return { ownerReferences: [] };
  const [apiVersion, kind, name] = random.pick(kinds);
  return { ownerReferences: [{ apiVersion, kind, name, uid: `uid-${name}`, controller: true }] };
}

function daemonPod(nodeName: string): Manifest {
  const name = `daemon-${nodeName}`;
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name,
      namespace: "default",
      uid: `uid-${name}`,
      labels: { daemon: "agent" },
      creationTimestamp: "2026-02-27T00:00:00Z",
      ownerReferences: [
        {
          apiVersion: "apps/v1",
          kind: "DaemonSet",
          name: "agent",
          uid: "uid-agent",
          controller: true,
        },
      ],
    },
    spec: {
      nodeName,
      tolerations: [{ operator: "Exists" }],
      containers: [
        {
          name: "main",
          image: "example/agent",
          resources: { requests: { cpu: "50m", memory: "32Mi" } },
        },
      ],
    },
    status: { phase: "Running", startTime: "2026-02-27T00:00:00Z", conditions: [] },
  };
}

/** PodDisruptionBudgets over some of the groups' labels; some pods have two. */
export function generatePodBudgets(
  random: RandomStream,
  groups: readonly PodGroup[],
  probability: number,
): readonly Manifest[] {
  return groups.flatMap((group, index) => {
    if (!chance(random, probability)) return [];
    return Array.from({ length: chance(random, 0.1) ? 2 : 1 }, (_, second) =>
      podBudget(random, group, `budget-${index}-${second}`),
    );
  });
}

function podBudget(random: RandomStream, { namespace, labels }: PodGroup, name: string): Manifest {
  const { app = "" } = labels;
  return {
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata: { name, namespace, uid: `uid-${namespace}-${name}` },
    spec: {
      selector: chance(random, 0.9) ? { matchLabels: { app } } : {},
      ...random.pick<Manifest>([
        { maxUnavailable: 1 },
        { maxUnavailable: "25%" },
        { maxUnavailable: 0 },
        { maxUnavailable: "0%" },
        { minAvailable: "100%" },
        { minAvailable: 2 },
      ]),
      ...perhaps(random, 0.3, () => ({ unhealthyPodEvictionPolicy: "AlwaysAllow" })),
    },
    status: {
      disruptionsAllowed: random.pick([0, 1, 3]),
      currentHealthy: 3,
      desiredHealthy: 2,
      expectedPods: 3,
      observedGeneration: 1,
    },
  };
}
