/**
 * Small worlds of every kind, one for each seed: NodePools under drawn policies, workloads with drawn
 * constraints, pods that come and finish, and a Spot market that is mostly rough.
 */
import { after, durationMs, hours, invariant, minutes } from "../../core/units/index.ts";
import type { SimTime } from "../../core/units/index.ts";
import { defaultKarpenterOptions } from "../../sim/world-plan.ts";
import type { PodArrival, ReplicaPlan, WorldPlan } from "../../sim/world-plan.ts";
import { swarmBuffer, swarmStaticNodePool } from "./swarm-capacity.ts";
import { SwarmDice } from "./swarm-dice.ts";
import {
  type Manifest,
  swarmDaemonSet,
  swarmNodePool,
  swarmPodTemplate,
  swarmWorkload,
  urgentPriority,
} from "./swarm-manifests.ts";
import { swarmFaults, swarmRollout } from "./swarm-changes.ts";
import { objectsOf, worldPlan, worldStart } from "./worlds.ts";

/** The world of a seed: the same one at every call, in objects of its own. */
export function swarmPlan(seed: number): WorldPlan {
  const dice = new SwarmDice(seed);
  const lastsHours = dice.whole("hours", 3, 8);
  const instant = (name: string): SimTime =>
    after(worldStart, durationMs(dice.whole(name, 0, hours(lastsHours) - 1)));
  const nodePools = Array.from({ length: dice.whole("node pools", 1, 3) }, (_, index) =>
    swarmNodePool(dice, `pool-${index}`),
  );
  const workloads = Array.from({ length: dice.whole("workloads", 1, 4) }, (_, index) =>
    swarmWorkload(dice, `app-${index}`),
  );
  // Small worlds with the pace of large ones.
  const decisionLatency = {
    baseMs: dice.pick("a decision takes", [0, 500, 9000, 40_000]),
    perNodeMs: 40,
    perPodMs: 90,
  };
  const spotToSpotConsolidation = dice.chance("spot to spot", 0.5);
  const { featureGates } = defaultKarpenterOptions;
  const gates = { nodeRepair: true, staticCapacity: true, capacityBuffer: true };
  return worldPlan({
    seed,
    lasts: hours(lastsHours),
    interruptionScale: dice.pick("interruptions", [1, 1000, 2000, 2000]),
    capacity: { vcpusPerPool: dice.pick("vCPUs per pool", [4000, 4000, 4]) },
    manifests: [
      urgentPriority,
      ...nodePools,
      ...swarmStaticNodePool(dice),
      ...workloads.flat(),
      ...workloads
        .slice(0, 1)
        .flatMap(([first]) => (first === undefined ? [] : swarmBuffer(dice, first))),
      ...(dice.chance("daemons", 0.7) ? [swarmDaemonSet] : []),
    ],
    overrides: {
      karpenter: {
        ...defaultKarpenterOptions,
        featureGates: { ...featureGates, spotToSpotConsolidation, ...gates },
        ...(dice.chance("decisions take time", 0.25) ? { decisionLatency } : {}),
      },
      replicaPlans: workloads.flatMap(([workload]) =>
        workload === undefined ? [] : replicaPlan(dice, workload, instant),
      ),
      podArrivals: arrivals(dice, instant),
      ...swarmRollout(dice, nodePools, instant),
      faults: swarmFaults(dice, instant),
    },
  });
}

function replicaPlan(
  dice: SwarmDice,
  workload: Manifest,
  instant: (name: string) => SimTime,
): ReplicaPlan {
  const { kind } = workload;
  const { name, namespace } = workload["metadata"] as Readonly<Record<string, string>>;
  invariant(kind === "Deployment" || kind === "StatefulSet", "the first manifest has replicas");
  invariant(name !== undefined && namespace !== undefined, "a workload has a name");
  const changes = Array.from({ length: dice.whole(`${name} changes`, 0, 5) }, (_, index) => ({
    at: instant(`${name} change ${index}`),
    replicas: dice.whole(`${name} change ${index} to`, 0, 14),
  }));
  return { kind, namespace, name, changes: changes.toSorted((a, b) => a.at - b.at) };
}

/** Pods of two batches, of which one may be protected; they run for minutes, and finish. */
function arrivals(dice: SwarmDice, instant: (name: string) => SimTime): readonly PodArrival[] {
  const batches = ["batch-0", "batch-1"].map((name) => {
    const [pod] = objectsOf([
      { apiVersion: "v1", kind: "Pod", ...named(swarmPodTemplate(dice, name), name) },
    ]);
    invariant(pod?.kind === "Pod", "a pod's manifest gives a pod");
    const { labels, annotations } = pod.metadata;
    return { name, template: { labels, annotations, spec: pod.spec } };
  });
  const list = Array.from({ length: dice.whole("arrivals", 0, 25) }, (_, index): PodArrival => {
    const { name, template } = dice.pick(`arrival ${index} of`, batches);
    return {
      at: instant(`arrival ${index}`),
      namespace: "default",
      name: `${name}-${index}`,
      workload: { kind: "Job", namespace: "default", name },
      template,
      runsFor: minutes(dice.whole(`arrival ${index} runs for`, 2, 90)),
      isReplaced: dice.chance(`arrival ${index} is replaced`, 0.7),
    };
  });
  return list.toSorted((a, b) => a.at - b.at);
}

function named(template: Manifest, name: string): Manifest {
  const metadata = template["metadata"] as Manifest;
  return { ...template, metadata: { ...metadata, name, namespace: "default" } };
}
