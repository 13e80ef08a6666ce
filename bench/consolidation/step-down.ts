/**
 * The step-down experiment: a cluster at full size loses its replicas in steps, and Karpenter
 * consolidates after each until it comes to rest. All of it through the whole simulator. The cluster is
 * grown in waves before, which is timed apart.
 */
import { hours, invariant, minutes, type SimTime, simTime } from "../../core/units/index.ts";
import {
  defaultSpotMarketModel,
  ModelledSpotMarket,
  type SpotMarket,
  unlimitedOutlook,
} from "../../sim/ec2/index.ts";
import type { LedgerEntry } from "../../sim/ledger/index.ts";
import { defaultDecisionLatency, type ReplicaPlan, type WorldPlan } from "../../sim/world-plan.ts";
import { runWorld } from "../../sim/world.ts";
import type { Manifest } from "../../conformance/cases.ts";
import { budgetManifest, worldPlan, worldStart } from "../../test/support/worlds.ts";

/** The cluster at rest, just before the next step. */
export interface StepRow {
  readonly replicasPercent: number;
  readonly replicas: number;
  readonly nodes: number;
  readonly usdPerHour: number;
  /** Consolidation commands and evictions since the step. */
  readonly commands: number;
  readonly evictions: number;
  /** From the step to the last change of the machines. */
  readonly restMinutes: number;
}

/** The whole experiment. */
export interface StepDownTiming {
  /** Until the full cluster was at rest. */
  readonly growthSeconds: number;
  /** From the first step to the last rest. */
  readonly stepDownSeconds: number;
  readonly events: number;
  /** Of the whole run, growth included; those of fruitless searches that are remembered count again. */
  readonly simulations: number;
  readonly heapMebibytes: number;
  readonly steps: readonly StepRow[];
}

const percents = [100, 75, 50, 25] as const;
const stepHours = 8;
const deployments = 40;
const podsPerNode = 5;
const waves = 20;
const minutesPerWave = 5;

/** Whether Karpenter's decisions take time, as under `controller.decisionLatency`. */
export type StepDownLatency = "ideal" | "proportional";

/** Runs the experiment with about so many nodes at full size. */
export function timeStepDown(nodes: number, latency: StepDownLatency): StepDownTiming {
  const full = Math.round((nodes * podsPerNode) / deployments);
  const plan = withLatency(stepDownPlan(full), latency);
  const tally = new Tally(plan.market);
  const start = performance.now();
  let grownAt: number | undefined;
  const { events, movesConsidered } = runWorld(plan, {
    record: (entry) => {
      if (entry.at >= stepAt(1)) grownAt ??= performance.now();
      tally.record(entry);
    },
  });
  const end = performance.now();
  invariant(grownAt !== undefined, "the experiment has got to its first step");
  const steps = percents.map((replicasPercent, index) => ({
    replicasPercent,
    replicas: replicasAt(full, replicasPercent) * deployments,
    ...tally.between(stepAt(index), stepAt(index + 1)),
  }));
  return {
    growthSeconds: (grownAt - start) / 1000,
    stepDownSeconds: (end - grownAt) / 1000,
    events,
    simulations: movesConsidered,
    heapMebibytes: process.memoryUsage().heapUsed / 2 ** 20,
    steps,
  };
}

function stepAt(index: number): SimTime {
  return simTime(worldStart + index * hours(stepHours));
}

function replicasAt(full: number, percent: number): number {
  return Math.round((full * percent) / 100);
}

function withLatency(plan: WorldPlan, latency: StepDownLatency): WorldPlan {
  if (latency === "ideal") return plan;
  return { ...plan, karpenter: { ...plan.karpenter, decisionLatency: defaultDecisionLatency } };
}

/** The run: the same cluster, growth and steps every time. */
export function stepDownPlan(full: number): WorldPlan {
  const replicaPlans = Array.from({ length: deployments }, (_, index): ReplicaPlan => {
    const growth = Array.from({ length: waves - 1 }, (_, wave) => ({
      at: simTime(worldStart + minutes((wave + 1) * minutesPerWave)),
      replicas: replicasAt(full, (100 * (wave + 2)) / waves),
    }));
    const steps = percents.slice(1).map((percent, step) => ({
      at: stepAt(step + 1),
      replicas: replicasAt(full, percent),
    }));
    const changes = [...growth, ...steps];
    return { kind: "Deployment", namespace: "default", name: nameOf(index), changes };
  });
  const plan = worldPlan({
    manifests: [
      ...(["spot", "on-demand"] as const).map(nodePool),
      ...["kube-proxy", "log-agent"].map(daemonSet),
      ...Array.from({ length: deployments }, (_, index) =>
        deployment(index, replicasAt(full, 100 / waves)),
      ),
      ...Array.from({ length: deployments / 2 }, (_, index) =>
        budgetManifest(nameOf(2 * index), "10%"),
      ),
    ],
    lasts: hours(stepHours * percents.length),
  });
  return { ...plan, replicaPlans, outlook: unlimitedOutlook, market: steadyMarket(plan) };
}

/** Spot prices as the Spot Instance Advisor has them, the same in every zone and all the time. */
function steadyMarket({ catalogue, region, start }: WorldPlan): ModelledSpotMarket {
  const facts = {
    onDemandUsdPerHour: (type: string) => catalogue.findOnDemandPrice(region, type)?.usdPerHour,
    spotSavings: (type: string) => {
      const percent = catalogue.spotAdvisorSavingsPercent(region, type);
      return percent === undefined ? undefined : percent / 100;
    },
  };
  const model = { ...defaultSpotMarketModel, stepSigma: 0, poolSigma: 0 };
  return new ModelledSpotMarket({ seed: 1, start, facts, model });
}

function nameOf(index: number): string {
  return `app-${String(index).padStart(2, "0")}`;
}

function nodePool(capacityType: "spot" | "on-demand"): Manifest {
  const requirements = [
    { key: "karpenter.sh/capacity-type", operator: "In", values: [capacityType] },
    { key: "karpenter.k8s.aws/instance-cpu", operator: "Lt", values: ["9"] },
  ];
  return {
    apiVersion: "karpenter.sh/v1",
    kind: "NodePool",
    metadata: { name: capacityType },
    spec: {
      template: {
        spec: {
          expireAfter: "Never",
          nodeClassRef: { group: "karpenter.k8s.aws", kind: "EC2NodeClass", name: "default" },
          requirements,
        },
      },
      disruption: { consolidateAfter: "1m" },
    },
  };
}

function daemonSet(name: string): Manifest {
  const matchLabels = { app: name };
  return {
    apiVersion: "apps/v1",
    kind: "DaemonSet",
    metadata: { name, namespace: "kube-system" },
    spec: {
      selector: { matchLabels },
      template: {
        metadata: { labels: matchLabels },
        spec: {
          tolerations: [{ operator: "Exists" }],
          containers: [container("100m", "128Mi")],
        },
      },
    },
  };
}

function container(cpu: string, memory: string): Manifest {
  return { name: "main", image: "main", resources: { requests: { cpu, memory } } };
}

/** Sizes from a half to two and a half cores; every other one spread over zones or hosts. */
function deployment(index: number, replicas: number): Manifest {
  const matchLabels = { app: nameOf(index) };
  const spread = (topologyKey: string, whenUnsatisfiable: string): Manifest => ({
    topologySpreadConstraints: [
      { maxSkew: 1, topologyKey, whenUnsatisfiable, labelSelector: { matchLabels } },
    ],
  });
  const constraints = [
    spread("topology.kubernetes.io/zone", "DoNotSchedule"),
    {},
    spread("kubernetes.io/hostname", "ScheduleAnyway"),
    {},
  ];
  const millicores = 500 + 250 * (index % 9);
  const memory = `${millicores * 3}Mi`;
  const capacityType = index % 5 < 3 ? "spot" : "on-demand";
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: nameOf(index), namespace: "default" },
    spec: {
      replicas,
      selector: { matchLabels },
      template: {
        metadata: { labels: matchLabels },
        spec: {
          ...constraints[index % constraints.length],
          nodeSelector: { "karpenter.sh/capacity-type": capacityType },
          containers: [container(`${millicores}m`, memory)],
        },
      },
    },
  };
}

interface Change {
  readonly at: SimTime;
  readonly machines: number;
  readonly usdPerHour: number;
}

/** Machines and what they cost over time, and what consolidation did. */
class Tally {
  readonly #market: SpotMarket;
  readonly #changes: Change[] = [];
  readonly #commandsAt: SimTime[] = [];
  readonly #evictionsAt: SimTime[] = [];
  readonly #launched = new Map<string, Extract<LedgerEntry, { kind: "instance-launched" }>>();
  readonly #running = new Map<string, number>();

  constructor(market: SpotMarket) {
    this.#market = market;
  }

  record(entry: LedgerEntry): void {
    switch (entry.kind) {
      case "disruption-command":
        this.#commandsAt.push(entry.at);
        return;
      case "pod-evicted":
        this.#evictionsAt.push(entry.at);
        return;
      case "instance-launched":
        this.#launched.set(entry.instanceId, entry);
        return;
      case "instance-running":
        this.#running.set(entry.instanceId, this.#priceOf(entry.instanceId));
        return this.#note(entry.at);
      case "instance-shutting-down":
        this.#running.delete(entry.instanceId);
        return this.#note(entry.at);
      default:
        return;
    }
  }

  #priceOf(instanceId: string): number {
    const launched = this.#launched.get(instanceId);
    invariant(launched !== undefined, "an instance is launched before it runs", { instanceId });
    const { instanceType, zone, capacityType, onDemandUsdPerHour, at } = launched;
    if (capacityType !== "spot") return onDemandUsdPerHour;
    const price = this.#market.priceAt(instanceType, zone, at);
    invariant(price !== undefined, "a pool in use has a price", { instanceType, zone });
    return price;
  }

  #note(at: SimTime): void {
    let usdPerHour = 0;
    for (const price of this.#running.values()) usdPerHour += price;
    this.#changes.push({ at, machines: this.#running.size, usdPerHour });
  }

  /** What happened from one step to the next, and how it ended. */
  between(from: SimTime, to: SimTime): Omit<StepRow, "replicasPercent" | "replicas"> {
    const count = (times: readonly SimTime[]) => times.filter((at) => at >= from && at < to).length;
    const last = this.#changes.findLast(({ at }) => at < to);
    invariant(last !== undefined, "the cluster has machines");
    return {
      nodes: last.machines,
      usdPerHour: last.usdPerHour,
      commands: count(this.#commandsAt),
      evictions: count(this.#evictionsAt),
      restMinutes: Math.max(0, last.at - from) / msPerMinute,
    };
  }
}

const msPerMinute = 60_000;
