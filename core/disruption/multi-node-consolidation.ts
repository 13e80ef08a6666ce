import { cheapestOffering, compatibleOfferings } from "../cloudprovider/index.ts";
import { wholeLatency } from "../provisioning/index.ts";
import { Requirements } from "../scheduling/index.ts";
import type { ClusterEvent } from "../state/index.ts";
import { type DurationMs, invariant, minutes, type SimTime } from "../units/index.ts";
import { balancedK, evaluateBalancedMove, type MoveEvaluation } from "./balanced.ts";
import { type Candidate, candidatesByNodePool } from "./candidate.ts";
import { type Command, decisionOf, noCommand } from "./command.ts";
import { computeConsolidation, refuseConsolidation, sortCandidates } from "./consolidation.ts";
import { nodePoolApprovedEvent } from "./events.ts";
import {
  type ConsolidationMove,
  type DisruptionMethod,
  type MethodDecision,
  type MethodView,
  nothing,
} from "./method.ts";
import type { DisruptionLimits } from "./options.ts";
import { removeDearTypes } from "./price-filter.ts";
import { type Refusal, sentences } from "./reasons.ts";
import { Simulator } from "./simulate-scheduling.ts";

/**
 * Deletes several nodes at once, or replaces them by one.
 *
 * The search bisects over the length of a prefix of the candidates, best first, and takes the
 * largest that worked. Differs: upstream's minute is one of the decision latency, not of a clock.
 *
 * @see karpenter v1.14.1 pkg/controllers/disruption/multinodeconsolidation.go MultiNodeConsolidation
 */
export const multiNodeConsolidation: DisruptionMethod = Object.freeze({
  name: "multi-node-consolidation",
  reason: "Underutilized",
  disruptionClass: "graceful",
  consolidationType: "multi",
  isValidated: true,
  refuse: refuseConsolidation,
  decide,
} as const);

/**
 * The size of a batch; upstream's bisection lets one more slip through.
 *
 * @see karpenter v1.14.1 pkg/controllers/disruption/multinodeconsolidation.go ComputeCommands
 */
const batchMax = 100;
/** @see karpenter v1.14.1 pkg/controllers/disruption/multinodeconsolidation.go MultiNodeConsolidationTimeoutDuration */
const searchTimeout: DurationMs = minutes(1);

function decide(view: MethodView, now: SimTime, limits: DisruptionLimits): MethodDecision {
  const candidates: Candidate[] = [];
  const refusals: Refusal[] = [];
  for (const candidate of sortCandidates(view.candidates)) {
    if (view.budgets.take(candidate.nodePool.metadata.name)) {
      candidates.push(candidate);
    } else {
      const sentence = sentences.budgetExhausted("Underutilized");
      const { name: nodeName } = candidate;
      refusals.push({ nodeName, code: "disruption/budget-exhausted", sentence });
    }
  }
  const isConstrained = refusals.length > 0;
  const simulator = new Simulator(view, now, limits.decisionLatency);
  const search = firstNConsolidation(candidates, simulator, view);
  // The limit ends what is in the works, too.
  const took = wholeLatency(Math.min(simulator.latencyMs, searchTimeout));
  const { events, isTimedOut, error } = search;
  const base = { ...nothing, refusals, events, isTimedOut, took };
  if (error !== undefined) {
    return { ...base, error: `computing disruption decision, ${error}` };
  }
  if (decisionOf(search.command) === "no-op") {
    const moves = isTimedOut || search.rejected === undefined ? [] : movesOf(search.rejected);
    const approvals = moves.flatMap(approvalEvent);
    const all = [...events, ...approvals];
    return { ...base, events: all, moves, isConsolidated: !isConstrained };
  }
  const { evaluation } = search;
  invariant(evaluation !== undefined, "an accepted command was evaluated");
  const moves = movesOf({ command: search.command, evaluation });
  const all = [...events, ...moves.flatMap(approvalEvent)];
  return { ...base, events: all, moves, commands: [search.command] };
}

interface Evaluated {
  readonly command: Command;
  readonly evaluation: MoveEvaluation;
}

interface Search {
  readonly command: Command;
  readonly evaluation?: MoveEvaluation;
  /** The last that only its score spoke against. */
  readonly rejected?: Evaluated;
  readonly events: readonly ClusterEvent[];
  readonly isTimedOut: boolean;
  readonly error?: string;
}

/** @see karpenter v1.14.1 pkg/controllers/disruption/multinodeconsolidation.go firstNConsolidationOption */
function firstNConsolidation(
  candidates: readonly Candidate[],
  simulator: Simulator,
  view: MethodView,
): Search {
  const events: ClusterEvent[] = [];
  let saved: Evaluated | undefined;
  let rejected: Evaluated | undefined;
  const outcome = (isTimedOut: boolean): Search => ({
    command: saved?.command ?? noCommand,
    ...(saved === undefined ? {} : { evaluation: saved.evaluation }),
    ...(rejected === undefined ? {} : { rejected }),
    events,
    isTimedOut,
  });
  if (candidates.length < 2) return outcome(false);
  let low = 1;
  // With more than a hundred candidates the last index is 100, so that 101 of them are tried.
  let high = candidates.length <= batchMax ? candidates.length - 1 : batchMax;
  while (low <= high) {
    const middle = Math.floor((low + high) / 2);
    const tried = tryPrefix(candidates.slice(0, middle + 1), simulator, view);
    // What was in the works when the time ran out is lost.
    if (simulator.latencyMs > searchTimeout) return outcome(true);
    if (tried.kind === "failed") return { ...outcome(false), error: tried.error };
    if (tried.kind !== "refused") events.push(...tried.events);
    if (tried.kind === "rejected") rejected = tried;
    if (tried.kind === "accepted") {
      saved = tried;
      low = middle + 1;
    } else {
      high = middle - 1;
    }
  }
  return outcome(false);
}

type Tried =
  | (Evaluated & {
      readonly kind: "accepted" | "rejected";
      readonly events: readonly ClusterEvent[];
    })
  | { readonly kind: "invalid"; readonly events: readonly ClusterEvent[] }
  | { readonly kind: "refused" }
  | { readonly kind: "failed"; readonly error: string };

function tryPrefix(
  candidates: readonly Candidate[],
  simulator: Simulator,
  view: MethodView,
): Tried {
  const outcome = computeConsolidation(candidates, simulator, view);
  if (outcome.kind !== "command") return outcome;
  const { events } = outcome;
  const command = withoutSameTypes(outcome.command);
  if (command === undefined) return { kind: "invalid", events };
  const k = view.options.experiments.balancedK ?? balancedK;
  const evaluation = evaluateBalancedMove(command, view.totals, k);
  return { kind: evaluation.isApproved ? "accepted" : "rejected", command, evaluation, events };
}

/**
 * The command with only those types in its replacement that are cheaper than the cheapest type which
 * is both replaced and an option; `undefined` when nothing is left.
 *
 * Replacing two 2xlarge and one small by a small would be the same as deleting the two.
 *
 * @see karpenter v1.14.1 pkg/controllers/disruption/multinodeconsolidation.go filterOutSameInstanceType
 */
export function withoutSameTypes(command: Command): Command | undefined {
  const [replacement] = command.replacements;
  if (replacement?.kind !== "scheduled") return command;
  const priceByType = new Map<string, number>();
  const types = new Set<string>();
  for (const { instanceType, stateNode } of command.candidates) {
    if (instanceType === undefined) continue;
    types.add(instanceType.name);
    const labels = Requirements.fromLabels(stateNode.labels);
    const cheapest = cheapestOffering(compatibleOfferings(instanceType.offerings, labels));
    if (cheapest === undefined) continue;
    const known = priceByType.get(instanceType.name) ?? Number.MAX_VALUE;
    priceByType.set(instanceType.name, Math.min(known, cheapest.priceUsdPerHour));
  }
  let maxPrice = Number.MAX_VALUE;
  for (const { name } of replacement.nodeClaim.instanceTypeOptions) {
    // A shared type without any offering counts as free, as upstream: nothing is cheaper.
    if (types.has(name)) maxPrice = Math.min(maxPrice, priceByType.get(name) ?? 0);
  }
  const nodeClaim = removeDearTypes(replacement.nodeClaim, maxPrice);
  if ("code" in nodeClaim) return undefined;
  return { ...command, replacements: [{ kind: "scheduled", nodeClaim }] };
}

/** @see karpenter v1.14.1 pkg/controllers/disruption/balanced.go EmitMultiNodeEvents */
function movesOf({ command, evaluation }: Evaluated): readonly ConsolidationMove[] {
  return [...candidatesByNodePool(command.candidates)].map(([nodePoolName, [first]]) => {
    const score = evaluation.scores.get(nodePoolName);
    return {
      decision: evaluation.isApproved ? "approved" : "rejected",
      nodePoolName,
      policy: first?.nodePool.spec.disruption.consolidationPolicy ?? "",
      ...(score === undefined ? {} : { score }),
    };
  });
}

function approvalEvent({ nodePoolName, score }: ConsolidationMove): readonly ClusterEvent[] {
  return score?.isApproved === true ? [nodePoolApprovedEvent(nodePoolName, score)] : [];
}
