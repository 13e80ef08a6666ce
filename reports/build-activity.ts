import type { DisruptionFacts, RunFacts } from "../sim/ledger/index.ts";
import { hoursOf } from "./build-cost.ts";
import { figureOf, figureOrNone, figuresByName } from "./figure.ts";
import type { Figure, PolicyReport } from "./report-schema.ts";

const gib = 2 ** 30;

/** What disruption did, one run for each seed. */
export function buildDisruption(runs: readonly RunFacts[]): PolicyReport["disruption"] {
  const each = (amount: (facts: DisruptionFacts) => number): Figure =>
    figureOf(runs.map(({ disruption }) => amount(disruption)));
  return {
    podsDisrupted: each(({ podsEvicted, podsKilled }) => podsEvicted + podsKilled),
    podsDisruptedAgain: each((facts) => facts.podsDisruptedAgain),
    podsEvicted: each((facts) => facts.podsEvicted),
    podsKilled: each((facts) => facts.podsKilled),
    interruptions: each((facts) => facts.interruptions),
    rebalanceRecommendations: each((facts) => facts.rebalanceRecommendations),
    consolidations: each((facts) => candidates(facts, "underutilized")),
    drifted: each((facts) => candidates(facts, "drifted")),
    expired: each((facts) => facts.expired),
    repaired: each((facts) => facts.repaired),
    emptied: each((facts) => candidates(facts, "empty")),
    candidatesByReason: figuresByName(runs.map(({ disruption }) => disruption.candidatesByReason)),
    commands: figuresByName(runs.map(({ disruption }) => disruption.commands)),
    commandsFailed: each((facts) => facts.commandsFailed),
    lostWorkSeconds: each((facts) => facts.lostWorkSeconds),
    pdbBlockedSeconds: each((facts) => facts.pdbBlockedSeconds),
  };
}

/** Upstream writes reasons with a capital in its API and without in its metrics. */
function candidates({ candidatesByReason }: DisruptionFacts, reason: string): number {
  return Object.entries(candidatesByReason)
    .filter(([name]) => name.toLowerCase() === reason)
    .reduce((sum, [, count]) => sum + count, 0);
}

/** Machines, one run for each seed. */
export function buildNodes(runs: readonly RunFacts[]): PolicyReport["nodes"] {
  const each = (amount: (facts: RunFacts) => number): Figure => figureOf(runs.map(amount));
  return {
    launched: each(({ nodes }) => nodes.launched),
    terminated: each(({ nodes }) => nodes.terminated),
    failedLaunches: each(({ nodes }) => nodes.failedLaunches),
    failedLaunchesByCode: figuresByName(runs.map(({ nodes }) => nodes.failedLaunchesByCode)),
    launchedByInstanceType: figuresByName(runs.map(({ nodes }) => nodes.launchedByInstanceType)),
    peak: each(({ nodes }) => nodes.peak),
    mean: each(({ nodes }) => nodes.mean),
    hours: each(({ nodes }) => nodes.hours),
    cpuUtilizationPercent: each(({ nodes }) => nodes.cpuUtilizationPercent),
    memoryUtilizationPercent: each(({ nodes }) => nodes.memoryUtilizationPercent),
    meanRequestedVcpus: each((facts) => facts.pods.requestedVcpuHours / hoursOf(facts)),
    meanAllocatableVcpus: each((facts) => timeMean(facts, "allocatableVcpus")),
    meanRequestedGib: each((facts) => facts.pods.requestedGibHours / hoursOf(facts)),
    meanAllocatableGib: figureOrNone(runs.map(meanAllocatableGib)),
  };
}

/** Buckets are equally wide but for the last, which the end of the run may cut short. */
function timeMean({ start, end, series }: RunFacts, name: "allocatableVcpus"): number {
  const total = series[name].reduce((sum, value, index) => {
    const from = series.starts[index] ?? end;
    return sum + value * ((series.starts[index + 1] ?? end) - from);
  }, 0);
  return total / (end - start);
}

/** From requested memory and its share; unknown where nothing was ever requested. */
function meanAllocatableGib(facts: RunFacts): number | undefined {
  const share = facts.nodes.memoryUtilizationPercent / 100;
  return share === 0 ? undefined : facts.pods.requestedGibHours / share / hoursOf(facts);
}

/** Pods by what became of them, one run for each seed. */
export function buildPods(runs: readonly RunFacts[]): PolicyReport["pods"] {
  const each = (amount: (facts: RunFacts["pods"]) => number): Figure =>
    figureOf(runs.map(({ pods }) => amount(pods)));
  return {
    created: each((pods) => pods.created),
    bound: each((pods) => pods.bound),
    succeeded: each((pods) => pods.succeeded),
    failed: each((pods) => pods.failed),
    deleted: each((pods) => pods.deleted),
    runningAtEnd: each((pods) => pods.runningAtEnd),
    podHours: each((pods) => pods.boundPodHours),
    requestedVcpuHours: each((pods) => pods.requestedVcpuHours),
    requestedGibHours: each((pods) => pods.requestedGibHours),
  };
}

/** The cluster when the run ended, one run for each seed. */
export function buildAtEnd(runs: readonly RunFacts[]): PolicyReport["atEnd"] {
  const each = (amount: (facts: RunFacts["atEnd"]) => number): Figure =>
    figureOf(runs.map(({ atEnd }) => amount(atEnd)));
  return {
    nodesByCapacityType: figuresByName(runs.map(({ atEnd }) => atEnd.nodesByCapacityType)),
    nodesByInstanceType: figuresByName(runs.map(({ atEnd }) => atEnd.nodesByInstanceType)),
    boundPods: each((atEnd) => atEnd.boundPods),
    pendingPods: each((atEnd) => atEnd.pendingPods),
    requestedVcpus: each((atEnd) => atEnd.requestedCpuMillicores / 1000),
    allocatableVcpus: each((atEnd) => atEnd.allocatableCpuMillicores / 1000),
    requestedGib: each((atEnd) => atEnd.requestedMemoryBytes / gib),
    allocatableGib: each((atEnd) => atEnd.allocatableMemoryBytes / gib),
  };
}
