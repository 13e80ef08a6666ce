import { describe, expect, it } from "vitest";
import { parseTime, simTime } from "../../core/units/index.ts";
import { loadScenario } from "../loading/load-scenario.ts";
import type { Scenario } from "../loading/load-scenario.ts";
import { clusterYaml, scenarioYaml, withFolder } from "../loading/scenario-fixture.ts";
import { planRun } from "./plan-run.ts";

const noon = parseTime("2026-03-02T12:00:00Z");

async function loaded(
  rest: string,
  files: Readonly<Record<string, string>> = {},
): Promise<{ readonly scenario: Scenario; readonly warnings: readonly string[] }> {
  const all = { "scenario.yaml": scenarioYaml(rest), "cluster.yaml": clusterYaml, ...files };
  return withFolder(all, async (folder) => {
    const result = await loadScenario(folder);
    if (!result.ok) throw new Error(result.diagnostics.map(({ message }) => message).join("; "));
    return { scenario: result.value, warnings: result.warnings.map(({ code }) => code) };
  });
}

describe("the plan of a run", () => {
  it("gives two policies the same market, interruptions and arrivals", async () => {
    const { scenario } = await loaded(`  workloads:
    - { deployment: web, replicas: { rhythm: { min: 1, max: 9, noise: 0.2 } } }
    - { batch: b, ratePerHour: 5, runs: { kind: exponential, mean: 5m }, requests: { cpu: 1 } }
  policies: [{ name: a }, { name: b, nodePools: { "*": { spec: { weight: 3 } } } }]
`);
    const a = planRun(scenario, { policyName: "a", seed: 3 });
    const b = planRun(scenario, { policyName: "b", seed: 3 });
    const other = planRun(scenario, { policyName: "a", seed: 4 });
    expect(b.podArrivals).toEqual(a.podArrivals);
    expect(b.replicaPlans).toEqual(a.replicaPlans);
    const price = (plan: typeof a) => plan.market.priceAt("m5.large", "us-east-1a", noon);
    const reclaim = (plan: typeof a) =>
      plan.outlook.nextReclaimAfter("m5.large", "us-east-1a", noon);
    expect(price(a)).toBe(price(b));
    expect(reclaim(a)).toEqual(reclaim(b));
    expect(other.podArrivals).not.toEqual(a.podArrivals);
    expect(reclaim(other)).not.toEqual(reclaim(a));
    const pools = [a, b].map(({ objects }) => objects.find(({ kind }) => kind === "NodePool"));
    expect(pools).toMatchObject([{ spec: {} }, { spec: { weight: 3 } }]);
  });

  it("turns namespaces into labels and keeps the other objects", async () => {
    const { scenario } = await loaded("");
    const plan = planRun(scenario, { policyName: "as-is", seed: 1 });
    expect(plan.objects.map(({ kind }) => kind)).toEqual([
      "NodePool",
      "EC2NodeClass",
      "Deployment",
    ]);
    expect(plan.namespaceLabels).toMatchObject({ shop: { team: "web" } });
    expect(plan.replayCommand).toMatch(/^dryfit run .* --policy as-is --seed 1$/);
  });

  it("has a decision latency under policies that ask for one, with the numbers of the scenario", async () => {
    const { scenario } = await loaded(`  controller: { proportional: { perNodeMs: 2 } }
  policies:
    - { name: ideal, controller: { decisionLatency: ideal } }
    - { name: slow, controller: { decisionLatency: proportional, proportional: { baseMs: 7 } } }
`);
    const latencyOf = (policyName: string) =>
      planRun(scenario, { policyName, seed: 1 }).karpenter.decisionLatency;
    expect(latencyOf("ideal")).toBeUndefined();
    expect(latencyOf("slow")).toEqual({ baseMs: 7, perNodeMs: 2, perPodMs: 0.5 });
  });

  it("carries every setting over, in the simulation's units", async () => {
    const { scenario } =
      await loaded(`  karpenter: { batchIdleDuration: 2s, reservedEnis: 1, interruptionQueue: false }
  latency: { createFleet: 3s, readiness: 9s, podStart: { kind: uniform, min: 1s, max: 2s }, bareMetalExtra: 5m }
  prices: { refreshPeriod: 1h }
  scheduler: { scoringStrategy: MostAllocated }
  spot: { billing: { pricing: per-instance-hour, waiveFirstHour: false } }
  billing: { controlPlaneUsdPerHour: 0 }
  hostFailuresPer100kHours: 7
`);
    const plan = planRun(scenario, { policyName: "as-is", seed: 1 });
    expect(plan.karpenter.batchIdleDuration).toBe(2000);
    expect(plan.karpenter.batchMaxDuration).toBe(10_000);
    expect(plan.aws).toMatchObject({
      reservedEnis: 1,
      hasInterruptionQueue: false,
      pricingRefreshPeriod: 3_600_000,
      boot: { readinessSeconds: { kind: "constant", value: 9 }, bareMetalExtraSeconds: 300 },
    });
    expect(plan.ec2Latency.createFleetSeconds).toEqual({ kind: "constant", value: 3 });
    expect(plan.kube).toMatchObject({
      scheduler: { scoringStrategy: "MostAllocated", popsFromBackoff: true },
      latencySeconds: { podStart: { kind: "uniform", min: 1, max: 2 } },
    });
    expect(plan.billing).toMatchObject({
      spotPricing: "per-instance-hour",
      waivesFirstHourOnInterruption: false,
      controlPlaneUsdPerHour: 0,
      publicIpv4UsdPerHour: 0.005,
    });
    expect(plan.hostFailuresPer100kHours).toBe(7);
  });

  it("replays recorded prices and interruptions", async () => {
    const prices = `timestamp,availability_zone,instance_type,usd_per_hour
2026-03-01T00:00:00Z,us-east-1a,m5.large,0.04
2026-03-02T06:00:00Z,us-east-1a,m5.large,0.05
`;
    const interruptions = `timestamp,instance_type,availability_zone,kind
2026-03-02T18:00:00Z,m5.large,us-east-1a,interruption
2026-03-02T02:00:00Z,c5.large,us-east-1b,unavailable-from
2026-03-02T03:00:00Z,c5.large,us-east-1b,unavailable-until
`;
    const { scenario } = await loaded(
      `  spot:
    prices: { format: csv, path: prices.csv }
    interruptions: { trace: interruptions.csv }
    capacity: { model: unlimited }
`,
      { "prices.csv": prices, "interruptions.csv": interruptions },
    );
    const { market, outlook, start } = planRun(scenario, { policyName: "as-is", seed: 1 });
    expect(market.priceAt("m5.large", "us-east-1a", start)).toBe(0.04);
    expect(market.priceAt("m5.large", "us-east-1a", noon)).toBe(0.05);
    expect(market.priceAt("c5.large", "us-east-1a", noon)).toBeUndefined();
    expect(market.nextChangeAfter("m5.large", "us-east-1a", start)).toBe(
      parseTime("2026-03-02T06:00:00Z"),
    );
    expect(outlook.nextReclaimAfter("m5.large", "us-east-1a", noon)).toMatchObject({
      at: parseTime("2026-03-02T18:00:00Z"),
      share: 1,
    });
    expect(outlook.nextReclaimAfter("m5.xlarge", "us-east-1a", noon)).toBeUndefined();
    const dry = [0, 150, 240].map((minute) =>
      outlook.hasSpotCapacity("c5.large", "us-east-1b", simTime(start + minute * 60_000)),
    );
    expect(dry).toEqual([true, false, true]);
  });

  it("can have interruptions without shortage, and shortage without interruptions", async () => {
    const interrupted = await loaded("  spot: { capacity: { model: unlimited } }\n");
    const short = await loaded("  spot: { interruptions: { model: none } }\n");
    const first = planRun(interrupted.scenario, { policyName: "as-is", seed: 1 }).outlook;
    const second = planRun(short.scenario, { policyName: "as-is", seed: 1 }).outlook;
    expect(first.depth("m5.large", "us-east-1a")).toBe(Number.MAX_SAFE_INTEGER);
    expect(first.nextReclaimAfter("m5.large", "us-east-1a", noon)).toBeDefined();
    expect(second.depth("m5.large", "us-east-1a")).toBe(2000);
    expect(second.nextReclaimAfter("m5.large", "us-east-1a", noon)).toBeUndefined();
    expect(second.loneInterruptionHoursMean("m5.large", "us-east-1a")).toBeUndefined();
  });
});

describe("a loaded scenario", () => {
  it("has a digest of its inputs, wherever its folder lies, and another for any change", async () => {
    const [one, two] = [await loaded(""), await loaded("")];
    const changed = await loaded("", { "cluster.yaml": clusterYaml.replace("30s", "31s") });
    expect(two.scenario.digest).toBe(one.scenario.digest);
    expect(changed.scenario.digest).not.toBe(one.scenario.digest);
    expect(one.scenario.inputs.map(({ name }) => name)).toEqual(["scenario.yaml", "cluster.yaml"]);
    expect(one.scenario.digest).toMatch(/^[0-9a-f]{64}$/);
  });

  it("warns of a NodePool that matches no instance type, under the policy that makes it so", async () => {
    const { warnings, scenario } = await loaded(`  policies:
    - { name: good }
    - name: bad
      nodePools:
        default:
          spec:
            template:
              spec:
                requirements: [{ key: karpenter.k8s.aws/instance-cpu, operator: Gt, values: ["9999"] }]
`);
    expect(warnings).toEqual(["scenario/node-pool-matches-nothing"]);
    expect(scenario.notices.map(({ message }) => message).slice(0, 1)).toEqual([
      expect.stringMatching(/^cluster.yaml:1: NodePool default matches no .* under policy bad/),
    ]);
  });

  it("sells only the types that it lists", async () => {
    const { scenario } = await loaded("  instanceTypes: { families: [m5], names: [c5.large] }\n");
    const names = scenario.catalogue.instanceTypes.map(({ instanceType }) => instanceType);
    expect(names).toContain("c5.large");
    expect(names.every((name) => name === "c5.large" || name.startsWith("m5."))).toBe(true);
    expect(scenario.catalogue.findInstanceType("c5.xlarge")).toBeUndefined();
    expect(() => scenario.catalogue.instanceType("c5.xlarge")).toThrow(RangeError);
  });
});
