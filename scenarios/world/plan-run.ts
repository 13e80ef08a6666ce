import type { ManifestObject } from "../../core/apis/index.ts";
import { invariant } from "../../core/units/index.ts";
import type { SpotMarket } from "../../sim/ec2/index.ts";
import type { PodArrival, ReplicaPlan, WorldPlan } from "../../sim/world-plan.ts";
import type { PolicyCluster } from "../loading/load-clusters.ts";
import type { Scenario } from "../loading/load-scenario.ts";
import { batchArrivals, byArrival, traceArrivals } from "../workloads/pod-arrivals.ts";
import { replicaPlan } from "../workloads/replica-plans.ts";
import { plannedFaults } from "./faults.ts";
import { buildOutlook } from "./pool-outlook.ts";
import {
  awsSettings,
  billingSettings,
  clusterSettings,
  ec2Latency,
  karpenterOptions,
} from "./settings.ts";
import { modelledSpotMarket, RecordedSpotMarket, spotMarketFacts } from "./spot-market.ts";

/** Which run of a scenario. */
export interface RunChoice {
  /** One of the scenario's policies. */
  readonly policyName: string;
  readonly seed: number;
}

/**
 * Everything that one run needs. A pure function of scenario, policy and seed: market, interruptions
 * and arrivals depend on the seed only, so that policies are compared under the same fate.
 */
export function planRun(scenario: Scenario, { policyName, seed }: RunChoice): WorldPlan {
  const cluster = scenario.clusters.find(({ policy }) => policy.name === policyName);
  invariant(cluster !== undefined, "a run under an unknown policy was planned", { policyName });
  const { spec, start, end, catalogue, traces } = scenario;
  const { policy } = cluster;
  const { region, zones, spot } = spec;
  return {
    scenarioName: scenario.name,
    policyName,
    seed,
    start,
    end,
    region,
    zones,
    catalogue,
    objects: cluster.objects,
    namespaceLabels: cluster.namespaceLabels,
    ...workloadsOf(scenario, cluster.manifests.objects, seed),
    market: marketOf(scenario, seed),
    outlook: buildOutlook({ spot, trace: traces.interruptions, catalogue, region, seed, start }),
    hostFailuresPer100kHours: spec.hostFailuresPer100kHours,
    ec2Latency: ec2Latency(spec),
    billing: billingSettings(spec),
    aws: awsSettings(spec, policy, scenario.name),
    account: scenario.account,
    faults: plannedFaults(spec),
    changes: scenario.changes[scenario.clusters.indexOf(cluster)] ?? [],
    kube: clusterSettings(spec, policy),
    karpenter: karpenterOptions(policy),
    experiments: policy.experiments,
    skipsIdlePolls: true,
    replayCommand: `dryfit run ${scenario.file} --policy ${policyName} --seed ${seed}`,
  };
}

/** The Spot market of a seed. */
function marketOf({ spec, traces, catalogue, start }: Scenario, seed: number): SpotMarket {
  if (traces.spotPrices !== undefined) {
    return new RecordedSpotMarket(traces.spotPrices.file.name, traces.spotPrices.value);
  }
  const { prices } = spec.spot;
  invariant("model" in prices, "a recorded price history was not loaded");
  const facts = spotMarketFacts(catalogue, spec.region);
  return modelledSpotMarket(prices, { seed, start, facts });
}

function workloadsOf(
  { spec, traces, start, end }: Scenario,
  objects: readonly ManifestObject[],
  seed: number,
): Pick<WorldPlan, "replicaPlans" | "podArrivals"> {
  const window = { seed, start, end, objects };
  const replicaPlans: ReplicaPlan[] = [];
  const podArrivals: PodArrival[] = [];
  for (const [index, workload] of spec.workloads.entries()) {
    if ("batch" in workload) {
      podArrivals.push(...batchArrivals(workload, window));
    } else if ("trace" in workload) {
      const pods = traces.podsByWorkload.get(index)?.value ?? [];
      podArrivals.push(...traceArrivals(workload, pods, window));
    } else {
      const series = traces.replicasByWorkload.get(index)?.value;
      replicaPlans.push(replicaPlan(workload, series, window));
    }
  }
  return { replicaPlans, podArrivals: podArrivals.sort(byArrival) };
}

/** The names of a scenario's policies, in its order. */
export function policyNames({ clusters }: Scenario): readonly string[] {
  return clusters.map(({ policy }: PolicyCluster) => policy.name);
}
