import type { BudgetReason } from "../apis/index.ts";
import type { ClusterEvent } from "../state/index.ts";
import { type DurationMs, durationMs, invariant, type SimTime } from "../units/index.ts";
import type { NodePoolTotals } from "./balanced.ts";
import type { BudgetMapping } from "./budget-mapping.ts";
import type { Candidate, DisruptionClass } from "./candidate.ts";
import type { Command } from "./command.ts";
import type { ConsideredMove } from "./considered-move.ts";
import type { Refusal } from "./reasons.ts";
import type { DisruptionView } from "./view.ts";

/** Methods in the order in which a pass tries them. */
export const methodNames = [
  "emptiness",
  "static-drift",
  "drift",
  "multi-node-consolidation",
  "single-node-consolidation",
] as const;
export type MethodName = (typeof methodNames)[number];

/** What a method is told, beside the view. */
export interface MethodView extends DisruptionView {
  /** Those that passed the method's filter, sorted by name. */
  readonly candidates: readonly Candidate[];
  readonly budgets: BudgetMapping;
  /** Of all candidates, before the filter. */
  readonly totals: ReadonlyMap<string, NodePoolTotals>;
  /** NodePools that the last search did not get to before its limit; sorted. */
  readonly unseenNodePools: readonly string[];
}

/** What a method decides. */
export interface MethodDecision {
  readonly commands: readonly Command[];
  readonly refusals: readonly Refusal[];
  readonly events: readonly ClusterEvent[];
  /** In the order in which they were judged; the approved ones are those of the commands, in order. */
  readonly considered: readonly ConsideredMove[];
  /** Nothing to do, and not for want of budget: rest until something changes. */
  readonly isConsolidated: boolean;
  /** The search was ended by its limit. */
  readonly isTimedOut: boolean;
  /** What the next search is to be told. */
  readonly unseenNodePools: readonly string[];
  /** How long the search took. */
  readonly took: DurationMs;
  /** Ends the pass: what made deciding impossible. */
  readonly error?: string;
}

/** A command, and what speaks for it. */
export interface ApprovedCommand {
  readonly command: Command;
  readonly move: ConsideredMove;
}

/** The commands of a decision, in their order. */
export function approvedCommands({
  commands,
  considered,
}: Pick<MethodDecision, "commands" | "considered">): readonly ApprovedCommand[] {
  const approved = considered.filter(({ verdict }) => verdict === "approved");
  return commands.map((command, index) => {
    const move = approved[index];
    invariant(move !== undefined, "every command was approved");
    return { command, move };
  });
}

/** A decision that nothing is to be done; the start of any other. */
export const nothing: MethodDecision = Object.freeze({
  commands: [],
  refusals: [],
  events: [],
  considered: [],
  isConsolidated: false,
  isTimedOut: false,
  unseenNodePools: [],
  took: durationMs(0),
});

/**
 * One way to find nodes to disrupt.
 *
 * @see karpenter v1.14.1 pkg/controllers/disruption/types.go Method
 */
export interface DisruptionMethod {
  readonly name: MethodName;
  readonly reason: BudgetReason;
  readonly disruptionClass: DisruptionClass;
  /** What metrics call it. */
  readonly consolidationType: "" | "empty" | "multi" | "single";
  /** Its commands wait and are looked at again before they are started. */
  readonly isValidated: boolean;
  /** Why the method doesn't consider a candidate; `undefined` for one that it does. */
  refuse(candidate: Candidate, view: DisruptionView): Refusal | undefined;
  decide(view: MethodView, now: SimTime): MethodDecision;
}
