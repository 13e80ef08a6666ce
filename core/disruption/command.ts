import {
  availableOfferings,
  cheapestOffering,
  compatibleOfferings,
} from "../cloudprovider/index.ts";
import type { NodePool } from "../apis/index.ts";
import type { SchedulingNodeClaim, SchedulingResults } from "../provisioning/index.ts";
import { formatFixed } from "../units/index.ts";
import type { Candidate } from "./candidate.ts";

/** What a command amounts to. */
export type CommandDecision = "no-op" | "replace" | "delete";

/** A machine that must be there before the candidates go. */
export type Replacement =
  | { readonly kind: "scheduled"; readonly nodeClaim: SchedulingNodeClaim }
  /** One more of a static NodePool, of whatever type the provider picks. */
  | { readonly kind: "static"; readonly nodePool: NodePool };

/**
 * What a method wants to do: delete the candidates once the replacements are initialized.
 *
 * @see karpenter v1.14.1 pkg/controllers/disruption/types.go Command
 */
export interface Command {
  readonly candidates: readonly Candidate[];
  readonly replacements: readonly Replacement[];
  /** The simulation behind it; absent where there was none. */
  readonly results?: SchedulingResults;
}

/** A command that does nothing. */
export const noCommand: Command = Object.freeze({ candidates: [], replacements: [] });

export function decisionOf({ candidates, replacements }: Command): CommandDecision {
  if (candidates.length === 0) return "no-op";
  return replacements.length > 0 ? "replace" : "delete";
}

/** What candidates cost together, in USD per hour, summed in their order. */
export function sumPrices(candidates: readonly Candidate[]): number {
  let sum = 0;
  for (const { priceUsdPerHour } of candidates) sum += priceUsdPerHour;
  return sum;
}

/**
 * What the replacements are expected to cost: each the cheapest offering, available and compatible,
 * of its first instance type; nothing where there is none.
 */
export function replacementCost({ replacements }: Command): number {
  let sum = 0;
  for (const replacement of replacements) {
    const [first] =
      replacement.kind === "scheduled" ? replacement.nodeClaim.instanceTypeOptions : [];
    if (first === undefined || replacement.kind === "static") continue;
    const { requirements } = replacement.nodeClaim;
    const offerings = compatibleOfferings(availableOfferings(first.offerings), requirements);
    sum += cheapestOffering(offerings)?.priceUsdPerHour ?? 0;
  }
  return sum;
}

/**
 * What the command is expected to save, in USD per hour. Unknown prices of candidates make it
 * smaller, unknown prices of replacements larger.
 *
 * @see karpenter v1.14.1 pkg/controllers/disruption/types.go EstimatedSavings
 */
export function estimatedSavings(command: Command): number {
  const source = sumPrices(command.candidates);
  return command.replacements.length === 0 ? source : source - replacementCost(command);
}

function replacementsText({ replacements }: Command): string {
  if (replacements.length === 0) return "";
  return ` -> [${replacements.length} replacement${replacements.length === 1 ? "" : "s"}]`;
}

function names(candidates: readonly Candidate[]): string {
  return candidates.map(({ name }) => name).join(", ");
}

/** NodePools of the candidates, each once, in their order. */
export function nodePoolNames({ candidates }: Command): readonly string[] {
  return [...new Set(candidates.map(({ nodePool }) => nodePool.metadata.name))];
}

/** `replace: [a, b] -> [1 replacement]` or `delete: [a, b]`: a command that isn't started yet. */
export function commandText(command: Command): string {
  return `${decisionOf(command)}: [${names(command.candidates)}]${replacementsText(command)}`;
}

/**
 * The text of a command from the point of view of one of its candidates.
 *
 * @see karpenter v1.14.1 pkg/controllers/disruption/types.go StringForNode
 */
export function commandTextForNode(command: Command, candidate: Candidate): string {
  const { length } = command.candidates;
  if (length === 1) return commandText(command);
  return `${decisionOf(command)}: [${candidate.name}] (part of ${length}-node consolidation)`;
}

/**
 * The text of a command that is being started.
 *
 * @see karpenter v1.14.1 pkg/controllers/disruption/types.go Command.String
 */
export function startedCommandText(command: Command, reason: string, id: string): string {
  const nodePools = nodePoolNames(command).join(",");
  const what = `[${names(command.candidates)}]${replacementsText(command)}`;
  const savings = formatFixed(estimatedSavings(command), 2);
  const decision = decisionOf(command);
  return `${reason}/${id}: ${decision}: nodepools=[${nodePools}]: ${what} (savings: $${savings})`;
}
