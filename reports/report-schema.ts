import { z } from "zod";

/** What `schema` says in a report of this version. */
export const reportSchemaName = "dryfit.dev/report/v1";

const count = z.number().min(0);
const spread = z.strictObject({
  mean: z.number().describe("Mean of the seeds that have a value."),
  ci95: z
    .tuple([z.number(), z.number()])
    .nullable()
    .describe("95 % confidence interval of the mean, Student's t; null for a single value."),
  values: z.array(z.number().nullable()).describe("One for each seed, in the order of `seeds`."),
});
const figure = z.union([z.number(), spread]).meta({
  id: "Figure",
  description: "A plain number for one seed; mean, interval and values for several.",
});
const figureOrNone = figure.nullable();
const figuresByName = z.record(z.string(), figure);
const seriesByName = z.record(z.string(), z.array(z.number()));

const source = z.strictObject({ source: z.string(), date: z.string().optional() });

const costShare = z.strictObject({
  nodePool: z.string(),
  capacityType: z.string(),
  instanceFamily: z.string(),
  usd: figure,
});

const cost = z.strictObject({
  totalUsd: figure.describe("compute + storage + control plane + network"),
  computeUsd: figure.describe("Instances, waivers taken off; the sum of each of the four splits."),
  storageUsd: figure,
  controlPlaneUsd: figure,
  networkUsd: figure.describe("Public IPv4 addresses; traffic is not modelled."),
  usdPerHour: figure.describe("Total over the hours of the run."),
  usdPerMonth: figure.describe("At 730 hours a month."),
  byCapacityType: figuresByName,
  byNodePool: figuresByName,
  byInstanceFamily: figuresByName,
  byZone: figuresByName,
  shares: z.array(costShare).describe("Compute by NodePool, capacity type and instance family."),
  onDemandEquivalentUsd: figure.describe("Compute, had every machine been On-Demand."),
  savingsPercent: figureOrNone.describe("Compute against its On-Demand equivalent."),
  waivedUsd: figure.describe("Given back: EC2 ended Spot Instances in their first hour."),
  idleUsd: figure.describe("Price of allocatable that no pod requested; compute only."),
  idlePercent: figureOrNone.describe("Idle over compute."),
  usdPerVcpuHourRequested: figureOrNone,
  usdPerPodHour: figureOrNone,
});

const quantiles = z.strictObject({
  count: figure,
  mean: figureOrNone,
  p50: figureOrNone,
  p95: figureOrNone,
  p99: figureOrNone,
  max: figureOrNone,
});

const workload = z.strictObject({
  name: z.string().describe("Kind/namespace/name"),
  readyPercent: figureOrNone.describe("Ready replica-hours over desired replica-hours."),
  desiredReplicaHours: figure,
  readyReplicaHours: figure,
  minutesBelowDesired: figure,
  podsCreated: figure,
  podsEvicted: figure,
  podsKilled: figure,
});

const unscheduledPod = z.strictObject({
  podKey: z.string().describe("namespace/name"),
  seed: z.number(),
  pendingSeconds: z.number(),
  message: z.string().optional().describe("Karpenter's last word about the pod."),
});

const availability = z.strictObject({
  podReadyPercent: figureOrNone.describe("Ready over desired replica-hours, all workloads."),
  workloads: z.array(workload),
  podStartupSeconds: quantiles.describe("Created to ready; pods that got ready."),
  podPendingSeconds: quantiles.describe("Created to bound; pods that were bound."),
  pendingPodSeconds: figure.describe("Time without a node, summed over pods."),
  unschedulablePods: figure.describe("Pods without a node when the run ended."),
  everUnschedulablePods: figure.describe("Pods that kube-scheduler ever refused."),
  unscheduled: z.array(unscheduledPod).describe("The first hundred of each seed."),
});

const pods = z.strictObject({
  created: figure,
  bound: figure,
  succeeded: figure,
  failed: figure,
  deleted: figure,
  runningAtEnd: figure,
  podHours: figure,
  requestedVcpuHours: figure,
  requestedGibHours: figure,
});

const disruption = z.strictObject({
  podsDisrupted: figure.describe("Evicted and killed pods, DaemonSets' left out."),
  podsDisruptedAgain: figure.describe("Of a replica moved within the hour before."),
  podsEvicted: figure,
  podsKilled: figure,
  interruptions: figure,
  rebalanceRecommendations: figure,
  consolidations: figure.describe("Nodes taken because they were underutilized."),
  drifted: figure.describe("Nodes taken because they had drifted."),
  expired: figure.describe("NodeClaims that reached expireAfter."),
  repaired: figure.describe("Unhealthy nodes that node repair replaced."),
  emptied: figure.describe("Nodes taken because they were empty."),
  candidatesByReason: figuresByName.describe("Nodes that started commands took."),
  commands: figuresByName.describe("Started commands by method and decision."),
  commandsFailed: figure,
  lostWorkSeconds: figure,
  pdbBlockedSeconds: figure,
});

const nodes = z.strictObject({
  launched: figure,
  terminated: figure,
  failedLaunches: figure,
  failedLaunchesByCode: figuresByName,
  launchedByInstanceType: figuresByName,
  peak: figure,
  mean: figure,
  hours: figure,
  cpuUtilizationPercent: figure.describe("Requested over allocatable, over the whole run."),
  memoryUtilizationPercent: figure,
  meanRequestedVcpus: figure,
  meanAllocatableVcpus: figure,
  meanRequestedGib: figure,
  meanAllocatableGib: figureOrNone,
});

const atEnd = z.strictObject({
  nodesByCapacityType: figuresByName,
  nodesByInstanceType: figuresByName,
  boundPods: figure,
  pendingPods: figure,
  requestedVcpus: figure,
  allocatableVcpus: figure,
  requestedGib: figure,
  allocatableGib: figure,
});

const series = z.strictObject({
  usdPerHourByCapacityType: seriesByName,
  nodesByCapacityType: seriesByName,
  pendingPods: z.array(z.number()),
  boundPods: z.array(z.number()),
  requestedVcpus: z.array(z.number()),
  allocatableVcpus: z.array(z.number()),
});

const policy = z.strictObject({
  name: z.string(),
  experiments: z.array(z.string()),
  decisionLatency: z.string(),
  cost,
  availability,
  disruption,
  nodes,
  pods,
  atEnd,
  decisions: figuresByName,
  series: series.describe("Means over the seeds, one value for each of `seriesStarts`."),
});

/** A report: the contract with everything that reads `report.json`. */
export const reportSchema = z
  .strictObject({
    schema: z.literal(reportSchemaName),
    dryfitVersion: z.string(),
    karpenterVersion: z.string(),
    scenario: z.strictObject({ name: z.string(), digest: z.string() }),
    start: z.string().describe("RFC 3339, UTC"),
    end: z.string().describe("RFC 3339, UTC"),
    hours: count,
    seeds: z.array(z.number()),
    basis: z.strictObject({
      region: z.string(),
      zones: z.array(z.string()),
      catalogue: source,
      onDemandPrices: source,
      spotPrices: source,
      interruptions: source,
      inputs: z.array(z.strictObject({ name: z.string(), sha256: z.string() })),
    }),
    notModelled: z.array(
      z.strictObject({
        code: z.string(),
        message: z.string(),
        policies: z.array(z.string()).optional(),
      }),
    ),
    seriesStarts: z.array(z.string()).describe("RFC 3339, UTC"),
    policies: z.array(policy),
  })
  .describe("What each policy would have cost, and how its workloads would have fared.");

/** A number for one seed; mean, interval and values for several. */
export type Figure = z.infer<typeof figure>;

/** Figures by name, sorted by name. */
export type FiguresByName = z.infer<typeof figuresByName>;

/** One policy's part of a report. */
export type PolicyReport = z.infer<typeof policy>;

/** See `reportSchema`. */
export type Report = z.infer<typeof reportSchema>;
