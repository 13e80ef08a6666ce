import type { StateNode } from "../state/index.ts";
import { formatFixed } from "../units/index.ts";
import type { Candidate } from "./candidate.ts";
import { type Command, estimatedSavings, sumPrices } from "./command.ts";
import type { DisruptionExperiments, DisruptionOptions } from "./options.ts";
import type { SetRefusal } from "./price-filter.ts";
import { type Refusal, sentences } from "./reasons.ts";

/** A move that could be made, and why it isn't. */
export interface RefusedCommand {
  readonly kind: "refused";
  readonly refusal: SetRefusal;
  readonly command: Command;
}

/**
 * Why an experiment forbids a move that upstream would make; `undefined` when none does. Never so
 * without experiments.
 */
export function experimentRefusal(
  command: Command,
  { experiments }: DisruptionOptions,
): RefusedCommand | undefined {
  const refusal = tooLittleSaved(command, experiments);
  return refusal === undefined ? undefined : { kind: "refused", refusal, command };
}

/**
 * Why a node is too busy to be consolidated: the larger of its shares of CPU and memory requested is
 * above the experiment's cut-off. `undefined` without a cut-off.
 */
export function busyRefusal(
  { name: nodeName, stateNode }: Candidate,
  { experiments }: DisruptionOptions,
): Refusal | undefined {
  const { utilizationCutoffPercent: cutoff } = experiments;
  if (cutoff === undefined) return undefined;
  const percent = Math.max(utilization(stateNode, "cpu"), utilization(stateNode, "memory"));
  if (percent <= cutoff) return undefined;
  const sentence = sentences.utilizationTooHigh(formatFixed(percent, 1), cutoff);
  return { nodeName, code: "disruption/experiment-utilization-too-high", sentence };
}

/** Percent of what is allocatable that is requested; 0 where there is none of it. */
function utilization({ podRequests, allocatable }: StateNode, resource: string): number {
  const available = allocatable[resource] ?? 0;
  return available === 0 ? 0 : (100 * (podRequests[resource] ?? 0)) / available;
}

function tooLittleSaved(
  command: Command,
  { minSavingsPercent, minSavingsUsdPerHour }: DisruptionExperiments,
): SetRefusal | undefined {
  if (minSavingsPercent === undefined && minSavingsUsdPerHour === undefined) return undefined;
  const floor = Math.max(
    minSavingsUsdPerHour ?? 0,
    ((minSavingsPercent ?? 0) / 100) * sumPrices(command.candidates),
  );
  const savings = estimatedSavings(command);
  if (savings >= floor) return undefined;
  const text = (value: number): string => `$${formatFixed(value, 4)}`;
  const sentence = sentences.savingsTooSmall(text(savings), text(floor));
  return { code: "disruption/experiment-savings-too-small", sentence };
}
