import { cheapestOffering, compatibleOfferings } from "../cloudprovider/index.ts";
import { wholeLatency } from "../provisioning/index.ts";
import { Requirements } from "../scheduling/index.ts";
import type { ClusterEvent } from "../state/index.ts";
import { type DurationMs, invariant, minutes, type SimTime } from "../units/index.ts";
import { balancedK, evaluateBalancedMove, type MoveEvaluation } from "./balanced.ts";
import type { Candidate } from "./candidate.ts";
import { type Command, decisionOf, noCommand } from "./command.ts";
import {
  consideredMove,
  type ConsideredMove,
  judgeByScore,
  refusedMove,
} from "./considered-move.ts";
import { computeConsolidation, refuseConsolidation, sortCandidates } from "./consolidation.ts";
import { nodePoolApprovedEvent } from "./events.ts";
import { type DisruptionMethod, type MethodDecision, type MethodView, nothing } from "./method.ts";
import { removeDearTypes, type SetRefusal } from "./price-filter.ts";
import type { Refusal } from "./reasons.ts";
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

function decide(view: MethodView, now: SimTime): MethodDecision {
  const candidates: Candidate[] = [];
  const refusals: Refusal[] = [];
  for (const candidate of sortCandidates(view.candidates)) {
    const { name: nodePoolName } = candidate.nodePool.metadata;
    if (view.budgets.take(nodePoolName)) candidates.push(candidate);
    else refusals.push({ nodeName: candidate.name, ...view.budgets.refusal(nodePoolName) });
  }
  const isConstrained = refusals.length > 0;
  const simulator = new Simulator(view, now);
  const search = firstNConsolidation(candidates, simulator, view);
  // The limit ends what is in the works, too.
  const took = wholeLatency(Math.min(simulator.latencyMs, searchTimeout));
  const { considered, isTimedOut, error } = search;
  const events = [...search.events, ...simulator.podEvents()];
  const base = { ...nothing, refusals, events, considered, isTimedOut, took };
  if (error !== undefined) {
    return { ...base, error: `computing disruption decision, ${error}` };
  }
  if (decisionOf(search.command) === "no-op") {
    const last = isTimedOut || search.rejected === undefined ? [] : approvalEvents(search.rejected);
    return { ...base, events: [...events, ...last], isConsolidated: !isConstrained };
  }
  const { evaluation } = search;
  invariant(evaluation !== undefined, "an accepted command was evaluated");
  const all = [...events, ...approvalEvents(evaluation)];
  return { ...base, events: all, commands: [search.command] };
}

interface Evaluated {
  readonly command: Command;
  readonly evaluation: MoveEvaluation;
}

interface Search {
  readonly command: Command;
  readonly evaluation?: MoveEvaluation;
  /** How the last was scored that only its score spoke against. */
  readonly rejected?: MoveEvaluation;
  /** Every prefix that was tried, in the order of the bisection. */
  readonly considered: readonly ConsideredMove[];
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
  const considered: ConsideredMove[] = [];
  let saved: Evaluated | undefined;
  let savedIndex: number | undefined;
  let rejected: MoveEvaluation | undefined;
  const outcome = (isTimedOut: boolean): Search => ({
    command: saved?.command ?? noCommand,
    ...(saved === undefined ? {} : { evaluation: saved.evaluation }),
    ...(rejected === undefined ? {} : { rejected }),
    considered,
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
    events.push(...tried.events);
    if (tried.kind === "rejected") rejected = tried.evaluation;
    if (tried.kind === "accepted") {
      supersede(considered, savedIndex);
      savedIndex = considered.length;
      saved = tried;
      low = middle + 1;
    } else {
      high = middle - 1;
    }
    considered.push(tried.move);
  }
  return outcome(false);
}

/** A longer prefix works, too. */
function supersede(considered: ConsideredMove[], index: number | undefined): void {
  const move = index === undefined ? undefined : considered[index];
  if (index === undefined || move === undefined) return;
  considered[index] = { ...move, verdict: "superseded" };
}

interface Judged {
  readonly move: ConsideredMove;
  readonly events: readonly ClusterEvent[];
}

type Tried =
  | (Judged & Evaluated & { readonly kind: "accepted" | "rejected" })
  | (Judged & { readonly kind: "refused" })
  | { readonly kind: "failed"; readonly error: string };

function tryPrefix(
  candidates: readonly Candidate[],
  simulator: Simulator,
  view: MethodView,
): Tried {
  const outcome = computeConsolidation(candidates, simulator, view);
  if (outcome.kind === "failed") return outcome;
  if (outcome.kind === "refused") {
    const { command, refusal } = outcome;
    const move =
      command === undefined
        ? refusedMove(candidates, refusal)
        : consideredMove(command, { verdict: "refused", refusal });
    return { kind: "refused", move, events: [] };
  }
  const { events } = outcome;
  const command = withoutSameTypes(outcome.command);
  if ("code" in command) {
    const move = consideredMove(outcome.command, { verdict: "refused", refusal: command });
    return { kind: "refused", move, events };
  }
  const k = view.options.experiments.balancedK ?? balancedK;
  const evaluation = evaluateBalancedMove(command, view.totals, k);
  const move = consideredMove(command, judgeByScore(evaluation));
  const kind = evaluation.isApproved ? "accepted" : "rejected";
  return { kind, command, evaluation, move, events };
}

/**
 * The command with only those types in its replacement that are cheaper than the cheapest type which
 * is both replaced and an option, or why none is left.
 *
 * Replacing two 2xlarge and one small by a small would be the same as deleting the two.
 *
 * @see karpenter v1.14.1 pkg/controllers/disruption/multinodeconsolidation.go filterOutSameInstanceType
 */
function withoutSameTypes(command: Command): Command | SetRefusal {
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
  if ("code" in nodeClaim) return nodeClaim;
  return { ...command, replacements: [{ kind: "scheduled", nodeClaim }] };
}

/** @see karpenter v1.14.1 pkg/controllers/disruption/balanced.go EmitMultiNodeEvents */
function approvalEvents({ scores }: MoveEvaluation): readonly ClusterEvent[] {
  return [...scores]
    .filter(([, { isApproved }]) => isApproved)
    .map(([nodePoolName, score]) => nodePoolApprovedEvent(nodePoolName, score));
}
