import { formatTime, invariant } from "../core/units/index.ts";
import type { RunFacts } from "../sim/ledger/index.ts";
import { buildAtEnd, buildDisruption, buildNodes, buildPods } from "./build-activity.ts";
import { buildAvailability } from "./build-availability.ts";
import { buildCost, hoursOf } from "./build-cost.ts";
import { buildSeries } from "./build-series.ts";
import { figuresByName } from "./figure.ts";
import type { DataSource, PolicyProvenance, Provenance } from "./provenance.ts";
import type { PolicyReport, Report } from "./report-schema.ts";
import { reportSchemaName } from "./report-schema.ts";
import { round } from "./round.ts";

/** One run: what became of the scenario under one policy with one seed. */
export interface ReportedRun {
  readonly policy: string;
  readonly seed: number;
  readonly facts: RunFacts;
}

/**
 * Gathers runs into a report. Policies come in the order of the provenance, seeds ascending, whatever
 * the order of the runs: workers may finish in any.
 *
 * @throws Defect unless there is exactly one run for each policy and seed, all over the same time.
 */
export function buildReport(runs: readonly ReportedRun[], provenance: Provenance): Report {
  const seeds = [...new Set(runs.map(({ seed }) => seed))].sort((left, right) => left - right);
  const { policies } = provenance;
  invariant(
    runs.length === policies.length * seeds.length,
    "a report lacks runs, or has too many",
    {
      runs: runs.length,
      policies: policies.length,
      seeds: seeds.length,
    },
  );
  const first = runs[0]?.facts;
  invariant(first !== undefined, "a report needs a run");
  for (const { facts } of runs) requireSameTime(first, facts);
  return {
    schema: reportSchemaName,
    dryfitVersion: provenance.dryfitVersion,
    karpenterVersion: provenance.karpenterVersion,
    scenario: { name: provenance.scenario.name, digest: provenance.scenario.digest },
    start: formatTime(first.start),
    end: formatTime(first.end),
    hours: round(hoursOf(first), 6),
    seeds,
    basis: basis(provenance),
    notModelled: provenance.notices.map(({ code, message, policies: about }) => ({
      code,
      message,
      ...(about === undefined ? {} : { policies: [...about] }),
    })),
    seriesStarts: first.series.starts.map(formatTime),
    policies: policies.map((policy) => {
      const ofPolicy = seeds.map((seed) => onlyRun(runs, policy.name, seed).facts);
      return buildPolicy(policy, ofPolicy, seeds);
    }),
  };
}

function requireSameTime(first: RunFacts, facts: RunFacts): void {
  const isSame =
    facts.start === first.start &&
    facts.end === first.end &&
    facts.series.starts.length === first.series.starts.length;
  invariant(isSame && facts.end > facts.start, "runs of a report are over different times", {
    start: facts.start,
    end: facts.end,
  });
}

function onlyRun(runs: readonly ReportedRun[], policy: string, seed: number): ReportedRun {
  const [run, ...more] = runs.filter((each) => each.policy === policy && each.seed === seed);
  invariant(run !== undefined && more.length === 0, "a report needs one run per policy and seed", {
    policy,
    seed,
    found: more.length + (run === undefined ? 0 : 1),
  });
  return run;
}

function basis(provenance: Provenance): Report["basis"] {
  return {
    region: provenance.region,
    zones: [...provenance.zones],
    catalogue: source(provenance.catalogue),
    onDemandPrices: source(provenance.onDemandPrices),
    spotPrices: source(provenance.spotPrices),
    interruptions: source(provenance.interruptions),
    inputs: provenance.inputs.map(({ name, sha256 }) => ({ name, sha256 })),
  };
}

function source({ source: name, date }: DataSource): Report["basis"]["catalogue"] {
  return { source: name, ...(date === undefined ? {} : { date }) };
}

function buildPolicy(
  { name, experiments, decisionLatency }: PolicyProvenance,
  runs: readonly RunFacts[],
  seeds: readonly number[],
): PolicyReport {
  return {
    name,
    experiments: [...experiments],
    decisionLatency,
    cost: buildCost(runs),
    availability: buildAvailability(runs, seeds),
    disruption: buildDisruption(runs),
    nodes: buildNodes(runs),
    pods: buildPods(runs),
    atEnd: buildAtEnd(runs),
    decisions: figuresByName(runs.map(({ decisions }) => decisions)),
    series: buildSeries(runs),
  };
}
