import { Defect, type Result } from "../core/units/index.ts";
import type { Baseline } from "./baseline-schema.ts";
import type { Report } from "./report-schema.ts";

/** A figure of the baseline beside the report's. */
export interface FigureChange {
  /** Such as `policies.balanced.cost.totalUsd`. */
  readonly path: string;
  readonly baseline: number;
  /** Undefined: the report has no such figure, or no value for it. */
  readonly found: number | undefined;
  /** How far it may move, in its own unit. */
  readonly allowance: number;
  readonly direction: "increase" | "decrease" | "both";
  /** Beyond the limit, or gone. */
  readonly isBreach: boolean;
}

/** How much the compute cost of one NodePool, capacity type and instance family moved. */
export interface CostMove {
  readonly policy: string;
  readonly nodePool: string;
  readonly capacityType: string;
  readonly instanceFamily: string;
  readonly baselineUsd: number;
  readonly foundUsd: number;
}

/** What a check found. */
export interface BaselineComparison {
  /** No figure left its tolerance. */
  readonly passed: boolean;
  /** Every figure of the baseline, in its order. */
  readonly figures: readonly FigureChange[];
  /** Largest move first; only what moved by a cent or more. */
  readonly costMoves: readonly CostMove[];
  /** The input changed since the baseline was made. */
  readonly scenarioChanged: boolean;
}

/** Reads a baseline file's text; `file` names it in diagnostics. */
export function parseBaseline(text: string, file: string): Result<Baseline> {
  throw new Defect("parseBaseline is not written yet", { text, file });
}

/** The text of a baseline file, ending in a line feed. */
export function formatBaseline(baseline: Baseline): string {
  throw new Defect("formatBaseline is not written yet", { baseline });
}

/** A baseline of what the report says, with tolerances that suit most people. */
export function makeBaseline(report: Report): Baseline {
  throw new Defect("makeBaseline is not written yet", { report });
}

/** Sets a report beside a baseline. */
export function compareWithBaseline(report: Report, baseline: Baseline): BaselineComparison {
  throw new Defect("compareWithBaseline is not written yet", { report, baseline });
}

/** What `check` prints: what moved, against which limit, and where the money went. */
export function formatComparison(
  comparison: BaselineComparison,
  options: { readonly columns: number; readonly colour: boolean },
): string {
  throw new Defect("formatComparison is not written yet", { comparison, options });
}
