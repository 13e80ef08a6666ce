/**
 * What one NodeClaim launch costs the AWS provider over the whole catalogue: listing the instance
 * types of a NodeClass and filtering them down to a fleet request.
 *
 * Three NodeClaims: one that leaves everything open, one with requirements as NodePools have them,
 * and one with the 60 instance types that the scheduler hands on. `listed anew` is the list after a
 * mark on one type, `prices read` the list after a new reading of all prices.
 */
import { pathToFileURL } from "node:url";
import { reportResult } from "./harness/report-result.ts";
import { parseObject, type Ec2NodeClass } from "../core/apis/index.ts";
import { Requirement, Requirements } from "../core/scheduling/index.ts";
import { after, hours, invariant, minutes, parseTime } from "../core/units/index.ts";
import { launchChoices } from "../sim/aws/launch-filters.ts";
import { BelievedPrices, InstanceTypeProvider, UnavailableOfferings } from "../sim/aws/index.ts";
import { ModelledSpotMarket } from "../sim/ec2/index.ts";
import { loadCatalogue } from "../traces/index.ts";

/** One step and its best time. */
export interface LaunchBenchRow {
  readonly step: string;
  readonly bestMs: number;
}

/** What `run` measured; plain JSON. */
export interface LaunchBenchResult {
  readonly name: "launch";
  readonly unit: "ms, best round";
  readonly instanceTypes: number;
  readonly rows: readonly LaunchBenchRow[];
}

const region = "us-east-1";
const zones = ["us-east-1a", "us-east-1b", "us-east-1c", "us-east-1d", "us-east-1f"];
const start = parseTime("2026-03-01T00:00:00Z");

/** Measures every step `rounds` times. */
export function run(options: { readonly rounds?: number } = {}): LaunchBenchResult {
  const rounds = options.rounds ?? 200;
  const { provider, unavailable, nodeClass } = world();
  const types = provider.list(nodeClass, start);
  const rows = launches(types.map(({ name }) => name)).map(({ step, requirements }) => ({
    step,
    bestMs: best(rounds, () => {
      const all = provider.list(nodeClass, start);
      launchChoices(all, requirements, { cpu: 3000, memory: 6 * 2 ** 30, pods: 5 }, "Strict");
    }),
  }));
  let at = start;
  const marked = best(rounds, () => {
    at = after(at, minutes(1));
    unavailable.mark("spot", "m5.large", "us-east-1a", at);
    provider.list(nodeClass, at);
  });
  const read = best(20, () => {
    at = after(at, hours(12));
    provider.list(nodeClass, at);
  });
  return {
    name: "launch",
    unit: "ms, best round",
    instanceTypes: types.length,
    rows: [
      ...rows,
      { step: "listed anew after a mark", bestMs: marked },
      { step: "listed anew, prices read", bestMs: read },
    ],
  };
}

function world() {
  const { object } = parseObject({
    apiVersion: "karpenter.k8s.aws/v1",
    kind: "EC2NodeClass",
    metadata: { name: "default" },
    spec: {
      role: "nodes",
      amiSelectorTerms: [{ alias: "al2023@latest" }],
      subnetSelectorTerms: [{ tags: { discovery: "x" } }],
      securityGroupSelectorTerms: [{ tags: { discovery: "x" } }],
    },
  });
  invariant(object?.kind === "EC2NodeClass", "the benchmark's node class is valid");
  const nodeClass: Ec2NodeClass = object;
  const catalogue = loadCatalogue();
  const facts = {
    onDemandUsdPerHour: (type: string) => catalogue.findOnDemandPrice(region, type)?.usdPerHour,
    spotSavings: () => undefined,
  };
  const market = new ModelledSpotMarket({ seed: 1, start, facts });
  const unavailable = new UnavailableOfferings();
  const provider = new InstanceTypeProvider({
    catalogue,
    region,
    zones,
    vmMemoryOverheadPercent: 0.075,
    reservedEnis: 0,
    prices: new BelievedPrices(market, start, hours(12)),
    unavailable,
  });
  return { provider, unavailable, nodeClass };
}

function launches(names: readonly string[]) {
  const open = Requirements.of(
    Requirement.of("karpenter.sh/capacity-type", "In", ["spot", "on-demand"]),
    Requirement.of("kubernetes.io/arch", "In", ["amd64"]),
  );
  const usual = open.add(
    Requirement.of("karpenter.k8s.aws/instance-category", "In", ["c", "m", "r"]),
    Requirement.of("karpenter.k8s.aws/instance-generation", "Gt", ["4"]),
  );
  const general = names.filter((name) => /^[cmr][56]/.test(name)).slice(0, 60);
  const listed = usual.add(Requirement.of("node.kubernetes.io/instance-type", "In", general));
  return [
    { step: "launch, anything goes", requirements: open },
    { step: "launch, c m r above 4", requirements: usual },
    { step: "launch, 60 types named", requirements: listed },
  ];
}

function best(rounds: number, step: () => void): number {
  for (let round = 0; round < 5; round++) step();
  let fastest = Number.POSITIVE_INFINITY;
  for (let round = 0; round < rounds; round++) {
    const before = performance.now();
    step();
    fastest = Math.min(fastest, performance.now() - before);
  }
  return fastest;
}

/** The result as a text table. */
export function formatLaunchBench({ instanceTypes, rows }: LaunchBenchResult): string {
  const lines = rows.map(
    ({ step, bestMs }) => `${step.padEnd(28)}${bestMs.toFixed(3).padStart(9)} ms`,
  );
  return [`${instanceTypes} instance types, ${zones.length} zones`, ...lines].join("\n");
}

const script = process.argv[1];
if (script !== undefined && import.meta.url === pathToFileURL(script).href) {
  const result = run();
  reportResult(result, formatLaunchBench(result));
}
