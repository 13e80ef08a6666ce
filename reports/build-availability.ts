import { compareStrings } from "../core/units/index.ts";
import type { DurationQuantiles, RunFacts, WorkloadFacts } from "../sim/ledger/index.ts";
import { percent } from "./build-cost.ts";
import { figureOf, figureOrNone } from "./figure.ts";
import type { PolicyReport } from "./report-schema.ts";
import { round } from "./round.ts";

type Availability = PolicyReport["availability"];

/** How a policy's pods fared, one run for each seed. */
export function buildAvailability(
  runs: readonly RunFacts[],
  seeds: readonly number[],
): Availability {
  return {
    podReadyPercent: figureOrNone(runs.map(({ pods }) => readyPercent(pods.workloads))),
    workloads: workloads(runs),
    podStartupSeconds: quantiles(runs.map(({ pods }) => pods.startup)),
    podPendingSeconds: quantiles(runs.map(({ pods }) => pods.pending)),
    pendingPodSeconds: figureOf(runs.map(({ pods }) => pods.pendingPodSeconds)),
    unschedulablePods: figureOf(runs.map(({ pods }) => pods.pendingAtEnd)),
    everUnschedulablePods: figureOf(runs.map(({ pods }) => pods.everUnschedulable)),
    unscheduled: runs.flatMap(({ pods }, index) =>
      pods.unscheduled.map(({ podKey, pendingSeconds, message }) => ({
        podKey,
        seed: seeds[index] ?? 0,
        pendingSeconds: round(pendingSeconds, 3),
        ...(message === undefined ? {} : { message }),
      })),
    ),
  };
}

function readyPercent(workloads: readonly WorkloadFacts[]): number | undefined {
  let ready = 0;
  let desired = 0;
  for (const { readyReplicaHours, desiredReplicaHours } of workloads) {
    ready += readyReplicaHours;
    desired += desiredReplicaHours;
  }
  return percent(ready, desired);
}

/** Workloads of any seed, by name; one that a seed lacks was wanted there for zero hours. */
function workloads(runs: readonly RunFacts[]): Availability["workloads"] {
  const names = new Set(runs.flatMap(({ pods }) => pods.workloads.map(({ name }) => name)));
  const byRun = runs.map(({ pods }) => new Map(pods.workloads.map((each) => [each.name, each])));
  return [...names].sort(compareStrings).map((name) => {
    const found = byRun.map((byName) => byName.get(name));
    const sum = (key: Exclude<keyof WorkloadFacts, "name">) =>
      figureOf(found.map((workload) => workload?.[key] ?? 0));
    return {
      name,
      readyPercent: figureOrNone(
        found.map((workload) => (workload === undefined ? undefined : readyPercent([workload]))),
      ),
      desiredReplicaHours: sum("desiredReplicaHours"),
      readyReplicaHours: sum("readyReplicaHours"),
      minutesBelowDesired: sum("minutesBelowDesired"),
      podsCreated: sum("podsCreated"),
      podsEvicted: sum("podsEvicted"),
      podsKilled: sum("podsKilled"),
    };
  });
}

function quantiles(
  samples: readonly (DurationQuantiles | undefined)[],
): Availability["podStartupSeconds"] {
  const seconds = (key: Exclude<keyof DurationQuantiles, "count">) =>
    figureOrNone(samples.map((sample) => sample?.[key]));
  return {
    count: figureOf(samples.map((sample) => sample?.count ?? 0)),
    mean: seconds("meanSeconds"),
    p50: seconds("p50Seconds"),
    p95: seconds("p95Seconds"),
    p99: seconds("p99Seconds"),
    max: seconds("maxSeconds"),
  };
}
