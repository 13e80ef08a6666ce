// What is left of a move once it has been judged: names and numbers, and none of the simulation behind
// it, of which a search over a thousand nodes makes a thousand.
import { labelCapacityType } from "../apis/index.ts";
import { formatFixed, invariant } from "../units/index.ts";
import type { MoveEvaluation, MoveScore } from "./balanced.ts";
import type { Candidate } from "./candidate.ts";
import {
  type Command,
  type CommandDecision,
  decisionOf,
  nodePoolNames,
  type Replacement,
  replacementCost,
  sumPrices,
} from "./command.ts";
import { type Refusal, sentences } from "./reasons.ts";

/**
 * What became of a move. `superseded`: it was possible, and one with more nodes was, too.
 * `failed-validation`: it was found, and no longer held at the second look.
 */
export const moveVerdicts = ["approved", "refused", "superseded", "failed-validation"] as const;
export type MoveVerdict = (typeof moveVerdicts)[number];

/** A machine that would come in the candidates' place. */
export interface ConsideredReplacement {
  readonly nodePoolName: string;
  /** The first few of the types that it could be, cheapest first. */
  readonly instanceTypes: readonly string[];
  /** How many types it could be in all. */
  readonly instanceTypeCount: number;
  /** Where the requirements say: `spot`, `on-demand`, `reserved`. */
  readonly capacityTypes: readonly string[];
}

/** The verdict of one Balanced NodePool. */
export interface NodePoolScore extends MoveScore {
  readonly nodePoolName: string;
}

/** Why a move isn't made. */
export type MoveRefusal = Pick<Refusal, "code" | "sentence" | "blockedBy">;

/** A set of nodes that a method has looked at, and what came of it. */
export interface ConsideredMove {
  readonly verdict: MoveVerdict;
  /** `no-op` when there is nothing that could be done with the nodes. */
  readonly decision: CommandDecision;
  /** Node names, in the order of the decision. */
  readonly candidates: readonly string[];
  readonly nodePools: readonly string[];
  /** What the candidates cost together. */
  readonly usdPerHourBefore: number;
  /** What the cheapest replacement would cost; absent when there is nothing that could be done. */
  readonly usdPerHourAfter?: number;
  readonly replacements: readonly ConsideredReplacement[];
  /** Of each Balanced NodePool that was scored, in the order of the candidates. */
  readonly scores: readonly NodePoolScore[];
  /** Why not; absent for an approved or superseded move. */
  readonly refusal?: MoveRefusal;
}

const toldInstanceTypes = 5;

/** How a command was judged. */
export interface Judgement {
  readonly verdict: MoveVerdict;
  readonly scores?: MoveEvaluation["scores"];
  readonly refusal?: MoveRefusal;
}

/** The facts of a command that was judged. */
export function consideredMove(
  command: Command,
  { verdict, scores, refusal }: Judgement,
): ConsideredMove {
  const { candidates, replacements } = command;
  return {
    verdict,
    decision: decisionOf(command),
    candidates: candidates.map(({ name }) => name),
    nodePools: nodePoolNames(command),
    usdPerHourBefore: sumPrices(candidates),
    usdPerHourAfter: replacementCost(command),
    replacements: replacements.map(describeReplacement),
    scores: [...(scores ?? [])].map(([nodePoolName, score]) => ({ nodePoolName, ...score })),
    ...(refusal === undefined ? {} : { refusal }),
  };
}

/** The facts of candidates with which nothing can be done. */
export function refusedMove(
  candidates: readonly Candidate[],
  refusal: MoveRefusal,
): ConsideredMove {
  return {
    verdict: "refused",
    decision: "no-op",
    candidates: candidates.map(({ name }) => name),
    nodePools: nodePoolNames({ candidates, replacements: [] }),
    usdPerHourBefore: sumPrices(candidates),
    replacements: [],
    scores: [],
    refusal,
  };
}

function describeReplacement(replacement: Replacement): ConsideredReplacement {
  if (replacement.kind === "static") {
    const { name } = replacement.nodePool.metadata;
    return { nodePoolName: name, instanceTypes: [], instanceTypeCount: 0, capacityTypes: [] };
  }
  const { nodePoolName, instanceTypeOptions, requirements } = replacement.nodeClaim;
  const { complement, sortedValues } = requirements.get(labelCapacityType);
  return {
    nodePoolName,
    instanceTypes: instanceTypeOptions.slice(0, toldInstanceTypes).map(({ name }) => name),
    instanceTypeCount: instanceTypeOptions.length,
    capacityTypes: complement ? [] : sortedValues,
  };
}

/** Approved, or refused by the first of the scores that is too low. */
export function judgeByScore({ isApproved, scores }: MoveEvaluation): Judgement {
  if (isApproved) return { verdict: "approved", scores };
  const low = [...scores.values()].find((score) => !score.isApproved);
  invariant(low !== undefined, "a move of some nodes is refused for a score only");
  return { verdict: "refused", scores, refusal: scoreRefusal(low) };
}

/** Why a move isn't worth its disruption. */
export function scoreRefusal({ score, threshold, k }: MoveScore): MoveRefusal {
  const text = sentences.scoreTooLow(formatFixed(score, 2), formatFixed(threshold, 2), k);
  return { code: "disruption/score-too-low", sentence: text };
}
