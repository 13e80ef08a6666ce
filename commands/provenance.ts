import type { SimTime } from "../core/units/index.ts";
import { compareStrings, formatTime } from "../core/units/index.ts";
import type { DataSource, Notice, Provenance } from "../reports/index.ts";
import { karpenterOptions, karpenterVersion, planRun, type Scenario } from "../scenarios/index.ts";
import type { KarpenterOptions } from "../sim/world-plan.ts";
import type { CatalogueSource } from "../traces/index.ts";
import type { RunOutcome } from "./run-job.ts";
import { version } from "./version.ts";

/** What a report over these runs rests on. */
export function provenanceOf(
  scenario: Scenario,
  policies: readonly string[],
  outcomes: readonly RunOutcome[],
): Provenance {
  const { spec, clusters, catalogue } = scenario;
  const factsSource = catalogue.sources.find(({ name }) => name === "karpenter-instance-types");
  return {
    dryfitVersion: version,
    karpenterVersion,
    scenario: { name: scenario.name, digest: scenario.digest },
    region: spec.region,
    zones: spec.zones,
    policies: clusters
      .filter(({ policy }) => policies.includes(policy.name))
      .map(({ policy }) => ({
        name: policy.name,
        // As the scenario names them.
        experiments: Object.entries(policy.spec.experiments?.consolidation ?? {})
          .filter(([, value]) => value !== undefined)
          .map(([name, value]) => `consolidation.${name}: ${String(value)}`)
          .sort(compareStrings),
        decisionLatency: latencyText(karpenterOptions(policy)),
      })),
    catalogue: sourcesOf(factsSource === undefined ? [] : [factsSource]),
    onDemandPrices: onDemandSource(scenario),
    ...spotSources(scenario, policies),
    inputs: scenario.inputs,
    notices: [...scenario.notices, ...runNotices(policies, outcomes)],
  };
}

function latencyText({ decisionLatency }: KarpenterOptions): string {
  if (decisionLatency === undefined) return "ideal: decisions take no time";
  const { baseMs, perNodeMs, perPodMs } = decisionLatency;
  return `proportional: ${baseMs} ms a scheduling run, ${perNodeMs} ms a node, ${perPodMs} ms a pod`;
}

function sourcesOf(sources: readonly CatalogueSource[]): DataSource {
  const dates = sources.map(({ asOf }) => asOf).sort(compareStrings);
  const [first] = dates;
  const last = dates.at(-1);
  return {
    source: sources.map(({ from }) => from).join("; "),
    ...(first === undefined ? {} : { date: first === last ? first : `${first}/${last}` }),
  };
}

function onDemandSource({ catalogue, spec }: Scenario): DataSource {
  const sources = new Map<string, CatalogueSource>();
  for (const { instanceType } of catalogue.instanceTypes) {
    const source = catalogue.findOnDemandPrice(spec.region, instanceType)?.source;
    if (source !== undefined) sources.set(source.name, source);
  }
  return sourcesOf([...sources.values()].sort((a, b) => compareStrings(a.name, b.name)));
}

function spotSources(
  scenario: Scenario,
  [policyName = ""]: readonly string[],
): Pick<Provenance, "spotPrices" | "interruptions"> {
  // Market and outlook are the same under every policy; they describe themselves.
  const { market, outlook } = planRun(scenario, { policyName, seed: scenario.spec.seed });
  const advisor = scenario.catalogue.sources.find(({ name }) => name === "spot-instance-advisor");
  const recorded = scenario.traces.spotPrices?.value.pools;
  const advised = advisor === undefined ? {} : { date: advisor.asOf };
  const usesAdvisor = outlook.description.includes("Advisor");
  return {
    spotPrices: {
      source: market.description,
      ...(recorded === undefined ? advised : { date: span(recorded.map(({ times }) => times)) }),
    },
    interruptions: { source: outlook.description, ...(usesAdvisor ? advised : {}) },
  };
}

function span(timesByPool: readonly Float64Array[]): string {
  const first = Math.min(...timesByPool.map((times) => times[0] ?? Number.POSITIVE_INFINITY));
  const last = Math.max(...timesByPool.map((times) => times.at(-1) ?? Number.NEGATIVE_INFINITY));
  const day = (time: number): string => formatTime(time as SimTime).slice(0, "2026-03-01".length);
  return `${day(first)}/${day(last)}`;
}

/** Each once, with the policies under which it came up unless that is all of them. */
function runNotices(
  policies: readonly string[],
  outcomes: readonly RunOutcome[],
): readonly Notice[] {
  const policiesByNotice = new Map<string, { notice: Notice; policies: Set<string> }>();
  for (const { policy, notices } of outcomes) {
    for (const notice of notices) {
      const key = `${notice.code} ${notice.message}`;
      const entry = policiesByNotice.get(key) ?? { notice, policies: new Set() };
      entry.policies.add(policy);
      policiesByNotice.set(key, entry);
    }
  }
  return [...policiesByNotice.values()].map(({ notice, policies: met }) =>
    met.size === policies.length
      ? notice
      : { ...notice, policies: policies.filter((name) => met.has(name)) },
  );
}
