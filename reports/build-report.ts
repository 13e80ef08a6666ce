import { Defect } from "../core/units/index.ts";
import type { RunFacts } from "../sim/ledger/index.ts";
import type { Provenance } from "./provenance.ts";
import type { Report } from "./report-schema.ts";

/** One run: what became of the scenario under one policy with one seed. */
export interface ReportedRun {
  readonly policy: string;
  readonly seed: number;
  readonly facts: RunFacts;
}

/** Gathers runs into a report; every policy needs a run for every seed, in any order. */
export function buildReport(runs: readonly ReportedRun[], provenance: Provenance): Report {
  throw new Defect("buildReport is not written yet", { runs, provenance });
}
