/** Facts of made-up runs, for tests of the forms of a report: two weeks of a web tier, three policies. */
import type { SimTime } from "../core/units/index.ts";
import { parseTime, simTime } from "../core/units/index.ts";
import type { CostFacts, RunFacts, SeriesFacts } from "../sim/ledger/index.ts";
import type { ReportedRun } from "./build-report.ts";
import type { Provenance } from "./provenance.ts";

const start = parseTime("2026-03-01T00:00:00Z");
const end = parseTime("2026-03-15T00:00:00Z");
const hourMs = 3_600_000;
const gib = 2 ** 30;

/** What sets one made-up policy apart. */
interface Character {
  readonly name: string;
  /** Of the machines, 0 to 1. */
  readonly spotShare: number;
  /** Allocatable over requested. */
  readonly slack: number;
  readonly evicted: number;
  readonly interruptions: number;
}

const characters: readonly Character[] = [
  { name: "on-demand-when-empty", spotShare: 0, slack: 1.9, evicted: 42, interruptions: 0 },
  {
    name: "spot-when-underutilized",
    spotShare: 0.8,
    slack: 1.2,
    evicted: 1_914,
    interruptions: 17,
  },
  { name: "balanced", spotShare: 0.8, slack: 1.35, evicted: 610, interruptions: 14 },
];

/** Requested vCPUs in one hour of the two weeks: a day's rhythm, quieter weekends. */
function demand(hour: number, seed: number): number {
  const day = Math.floor(hour / 24);
  const isWeekend = day % 7 === 0 || day % 7 === 6;
  const rhythm = 1 - Math.cos(((hour % 24) / 24) * 2 * Math.PI);
  return 24 + (isWeekend ? 14 : 38) * rhythm + (((hour * 7 + seed * 13) % 11) / 11) * 6;
}

function series({ spotShare, slack }: Character, seed: number): SeriesFacts {
  const hoursOfRun = (end - start) / hourMs;
  const starts: SimTime[] = Array.from({ length: hoursOfRun }, (_, hour) =>
    simTime(start + hour * hourMs),
  );
  const requestedVcpus = starts.map((_, hour) => demand(hour, seed));
  const allocatableVcpus = requestedVcpus.map((vcpus) => vcpus * slack);
  const nodes = allocatableVcpus.map((vcpus) => vcpus / 7.6);
  const split = (share: number, perNode: number) => nodes.map((count) => count * share * perNode);
  const byCapacityType = (spot: number, onDemand: number) => ({
    "on-demand": split(1 - spotShare, onDemand),
    ...(spotShare === 0 ? {} : { spot: split(spotShare, spot) }),
  });
  return {
    starts,
    usdPerHourByCapacityType: byCapacityType(0.135, 0.384),
    nodesByCapacityType: byCapacityType(1, 1),
    pendingPods: requestedVcpus.map((_, hour) => (hour % 24 === 8 ? 3 + (hour % 5) : 0)),
    boundPods: requestedVcpus.map((vcpus) => vcpus * 2),
    requestedVcpus,
    allocatableVcpus,
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((all, value) => all + value, 0);
}

function cost(facts: SeriesFacts, { slack, spotShare }: Character): CostFacts {
  const byCapacityType = Object.fromEntries(
    Object.entries(facts.usdPerHourByCapacityType).map(([name, rates]) => [name, sum(rates)]),
  );
  const computeUsd = sum(Object.values(byCapacityType));
  const split = (...shares: readonly (readonly [name: string, share: number])[]) =>
    Object.fromEntries(shares.map(([name, share]) => [name, computeUsd * share]));
  return {
    computeUsd,
    storageUsd: sum(facts.allocatableVcpus) * 0.0003,
    controlPlaneUsd: 33.6,
    networkUsd: 0,
    waivedUsd: spotShare === 0 ? 0 : 1.27,
    onDemandEquivalentUsd: sum(Object.values(facts.nodesByCapacityType).map(sum)) * 0.384,
    idleUsd: computeUsd * (1 - 1 / slack),
    byCapacityType,
    byNodePool: split(["batch", 0.25], ["web", 0.75]),
    byInstanceFamily: split(["c7i", 0.3], ["m7g", 0.6], ["r7i", 0.1]),
    byZone: split(["us-east-1a", 0.4], ["us-east-1b", 0.35], ["us-east-1c", 0.25]),
    shares: Object.entries(byCapacityType).flatMap(([capacityType, usd]) => [
      { nodePool: "batch", capacityType, instanceFamily: "c7i", usd: usd * 0.25 },
      { nodePool: "web", capacityType, instanceFamily: "m7g", usd: usd * 0.75 },
    ]),
  };
}

/** The facts of a made-up run; plain functions of the policy's character and the seed. */
function madeUpFacts(character: Character, seed: number): RunFacts {
  const over = series(character, seed);
  const killed = character.interruptions * 2 + (seed % 3);
  return {
    start,
    end,
    cost: cost(over, character),
    pods: pods(character, over, killed, seed),
    disruption: disruption(character, killed),
    nodes: nodes(character, over),
    atEnd: atEnd(character, over),
    series: over,
    decisions: {
      "created/provisioned": 310,
      "refused/pdb-prevents-eviction": Math.round(character.evicted / 7),
    },
  };
}

function pods(
  { evicted }: Character,
  over: SeriesFacts,
  killed: number,
  seed: number,
): RunFacts["pods"] {
  const vcpuHours = sum(over.requestedVcpus);
  const span = (end - start) / hourMs;
  const created = 4_100 + evicted + killed;
  return {
    created,
    bound: created,
    succeeded: 3_200,
    failed: 0,
    deleted: 800 + evicted,
    runningAtEnd: 96,
    pendingAtEnd: 0,
    unscheduled: [],
    everUnschedulable: 512,
    startup: quantiles(38 + evicted / 100, seed),
    pending: quantiles(31 + evicted / 100, seed),
    pendingPodSeconds: sum(over.pendingPods) * 60 + evicted * 41 + seed,
    boundPodHours: vcpuHours * 2,
    requestedVcpuHours: vcpuHours,
    requestedGibHours: vcpuHours * 3.1,
    workloads: [
      workload("Deployment/default/web", evicted * 0.7, span, 1 - evicted / 90_000),
      workload("Deployment/payments/ledger-of-all-the-accounts-api", evicted * 0.3, span, 1),
    ],
  };
}

function disruption({ evicted, interruptions }: Character, killed: number): RunFacts["disruption"] {
  return {
    interruptions,
    rebalanceRecommendations: interruptions * 3,
    commands: {
      "emptiness/delete": 120,
      "multi-node-consolidation/replace": Math.round(evicted / 40),
    },
    commandsFailed: 0,
    candidatesByReason: { Drifted: 6, Empty: 120, Underutilized: Math.round(evicted / 12) },
    expired: 4,
    repaired: 0,
    podsEvicted: evicted,
    podsKilled: killed,
    podsDisruptedAgain: Math.round(evicted / 30),
    lostWorkSeconds: killed * 610,
    pdbBlockedSeconds: evicted * 3.5,
  };
}

function nodes({ evicted, interruptions, slack }: Character, over: SeriesFacts): RunFacts["nodes"] {
  const hours = sum(Object.values(over.nodesByCapacityType).map(sum));
  return {
    launched: 310 + Math.round(evicted / 12),
    terminated: 298 + Math.round(evicted / 12),
    failedLaunches: interruptions,
    failedLaunchesByCode:
      interruptions === 0 ? {} : { InsufficientInstanceCapacity: interruptions },
    launchedByInstanceType: { "c7i.2xlarge": 110, "m7g.2xlarge": 200 },
    peak: Math.ceil(Math.max(...over.allocatableVcpus) / 7.6),
    mean: hours / ((end - start) / hourMs),
    hours,
    cpuUtilizationPercent: 100 / slack,
    memoryUtilizationPercent: 84 / slack,
  };
}

function atEnd({ slack, spotShare }: Character, over: SeriesFacts): RunFacts["atEnd"] {
  const last = over.requestedVcpus.at(-1) ?? 0;
  return {
    nodesByInstanceType: { "m7g.2xlarge": 7 },
    nodesByCapacityType: spotShare === 0 ? { "on-demand": 7 } : { "on-demand": 1, spot: 6 },
    boundPods: 96,
    pendingPods: 0,
    requestedCpuMillicores: Math.round(last * 1000),
    allocatableCpuMillicores: Math.round(last * slack * 1000),
    requestedMemoryBytes: Math.round(last * 3.1) * gib,
    allocatableMemoryBytes: Math.round(last * 3.1 * slack) * gib,
  };
}

function quantiles(median: number, seed: number): NonNullable<RunFacts["pods"]["startup"]> {
  return {
    count: 4_000,
    meanSeconds: median * 1.2,
    p50Seconds: median,
    p95Seconds: median * 2,
    p99Seconds: median * 2.6 + (seed % 7),
    maxSeconds: median * 9,
  };
}

function workload(
  name: string,
  evicted: number,
  span: number,
  share: number,
): RunFacts["pods"]["workloads"][number] {
  return {
    name,
    desiredReplicaHours: span * 40,
    readyReplicaHours: span * 40 * share,
    minutesBelowDesired: share === 1 ? 0 : evicted * 1.3,
    podsCreated: 900 + Math.round(evicted),
    podsEvicted: Math.round(evicted),
    podsKilled: 0,
  };
}

/** One run for each of the three made-up policies and each seed. */
export function madeUpRuns(seeds: readonly number[]): readonly ReportedRun[] {
  return characters.flatMap((character) =>
    seeds.map((seed) => ({ policy: character.name, seed, facts: madeUpFacts(character, seed) })),
  );
}

/** The first policy left pods without a node. */
export function withUnscheduledPods(runs: readonly ReportedRun[]): readonly ReportedRun[] {
  return runs.map((run, index) =>
    index > 0
      ? run
      : {
          ...run,
          facts: {
            ...run.facts,
            pods: {
              ...run.facts.pods,
              pendingAtEnd: 2,
              unscheduled: [
                {
                  podKey: "default/gpu-0",
                  pendingSeconds: 7_500,
                  message:
                    'incompatible with nodepool "web", no instance type met the scheduling requirements or had enough resources',
                },
                { podKey: "default/gpu-1", pendingSeconds: 90 },
              ],
            },
          },
        },
  );
}

/** Of the three made-up policies. */
export const madeUpProvenance: Provenance = {
  dryfitVersion: "0.1.0",
  karpenterVersion: "v1.14.1",
  scenario: { name: "quickstart", digest: "sha256:5b0c".padEnd(71, "7") },
  region: "us-east-1",
  zones: ["us-east-1a", "us-east-1b", "us-east-1c"],
  policies: characters.map(({ name }) => ({
    name,
    experiments: name === "balanced" ? ["consolidation.balancedK: 3"] : [],
    decisionLatency: "ideal: decisions take no time",
  })),
  catalogue: { source: "embedded EC2 catalogue", date: "2026-02-11" },
  onDemandPrices: { source: "AWS price list", date: "2026-02-11" },
  spotPrices: { source: "seeded model around Spot Instance Advisor savings", date: "2026-02-11" },
  interruptions: { source: "Spot Instance Advisor frequencies", date: "2026-02-11" },
  inputs: [
    { name: "scenario.yaml", sha256: "1f".repeat(32) },
    { name: "cluster/node-pools.yaml", sha256: "e0".repeat(32) },
  ],
  notices: [
    {
      code: "not-modelled/traffic",
      message:
        "Traffic between zones and to the internet is not billed: the price of data transfer is missing from every total.",
    },
    {
      code: "not-modelled/reserved-capacity",
      message:
        "Capacity reservations of EC2NodeClass web are not modelled; nothing is launched into them.",
      policies: ["balanced"],
    },
  ],
};
