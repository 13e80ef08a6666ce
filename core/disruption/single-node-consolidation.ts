import { wholeLatency } from "../provisioning/index.ts";
import type { ClusterEvent } from "../state/index.ts";
import { compareStrings, type DurationMs, minutes, type SimTime } from "../units/index.ts";
import { balancedK, bestScore, evaluateBalancedMove, type MoveScore } from "./balanced.ts";
import { type Candidate, candidatesByNodePool } from "./candidate.ts";
import { type Command, formatFixed } from "./command.ts";
import { computeConsolidation, refuseConsolidation, sortCandidates } from "./consolidation.ts";
import { consolidationApprovedEvents } from "./events.ts";
import {
  type ConsolidationMove,
  type DisruptionMethod,
  type MethodDecision,
  type MethodView,
  nothing,
} from "./method.ts";
import type { DisruptionLimits } from "./options.ts";
import { type Refusal, type RefusalCode, sentences } from "./reasons.ts";
import { Simulator } from "./simulate-scheduling.ts";

/**
 * Deletes or replaces one node: the first, in order, with which that works.
 *
 * Differs: upstream's three minutes are those of the decision latency, not of a clock; they are looked
 * at between candidates only, as upstream does.
 *
 * @see karpenter v1.14.1 pkg/controllers/disruption/singlenodeconsolidation.go SingleNodeConsolidation
 */
export const singleNodeConsolidation: DisruptionMethod = Object.freeze({
  name: "single-node-consolidation",
  reason: "Underutilized",
  disruptionClass: "graceful",
  consolidationType: "single",
  isValidated: true,
  refuse: refuseConsolidation,
  decide,
} as const);

/** @see karpenter v1.14.1 pkg/controllers/disruption/singlenodeconsolidation.go SingleNodeConsolidationTimeoutDuration */
const searchTimeout: DurationMs = minutes(3);

/** What a search has found on the way. */
interface Findings {
  readonly refusals: Refusal[];
  readonly events: ClusterEvent[];
  readonly moves: ConsolidationMove[];
}

function decide(view: MethodView, now: SimTime, limits: DisruptionLimits): MethodDecision {
  const simulator = new Simulator(view, now, limits.decisionLatency);
  const found: Findings = { refusals: [], events: [], moves: [] };
  const unseen = new Set(view.candidates.map(({ nodePool }) => nodePool.metadata.name));
  let isConstrained = false;
  for (const candidate of interleave(view.candidates, view.unseenNodePools)) {
    if (simulator.latencyMs > searchTimeout) {
      const unseenNodePools = [...unseen].sort(compareStrings);
      const took = wholeLatency(simulator.latencyMs);
      return { ...nothing, ...found, isTimedOut: true, unseenNodePools, took };
    }
    unseen.delete(candidate.nodePool.metadata.name);
    if (view.budgets.remaining(candidate.nodePool.metadata.name) === 0) {
      isConstrained = true;
      const text = sentences.budgetExhausted("Underutilized");
      refuse(found, candidate, "disruption/budget-exhausted", text);
      continue;
    }
    const command = tryCandidate(candidate, simulator, view, found);
    if (command !== undefined) {
      const { unseenNodePools } = view;
      const took = wholeLatency(simulator.latencyMs);
      return { ...nothing, ...found, commands: [command], unseenNodePools, took };
    }
  }
  const took = wholeLatency(simulator.latencyMs);
  return { ...nothing, ...found, isConsolidated: !isConstrained, took };
}

function refuse(
  { refusals }: Findings,
  { name: nodeName }: Candidate,
  code: RefusalCode,
  sentence: string,
): void {
  refusals.push({ nodeName, code, sentence });
}

function tryCandidate(
  candidate: Candidate,
  simulator: Simulator,
  view: MethodView,
  found: Findings,
): Command | undefined {
  const k = view.options.experiments.balancedK ?? balancedK;
  const best = bestScore(candidate, view.totals, k);
  if (best?.isApproved === false) {
    refuse(found, candidate, "disruption/best-score-too-low", scoreText(best));
    return undefined;
  }
  const outcome = computeConsolidation([candidate], simulator, view);
  if (outcome.kind === "failed") {
    // Logged and passed over by upstream too: the next candidate may have better luck.
    refuse(found, candidate, "disruption/simulation-failed", outcome.error);
    return undefined;
  }
  if (outcome.kind === "refused") {
    found.refusals.push({ nodeName: candidate.name, ...outcome.refusal });
    return undefined;
  }
  found.events.push(...outcome.events);
  const { isApproved, scores } = evaluateBalancedMove(outcome.command, view.totals, k);
  const { name: nodePoolName } = candidate.nodePool.metadata;
  const score = scores.get(nodePoolName);
  const policy = candidate.nodePool.spec.disruption.consolidationPolicy;
  found.moves.push({
    decision: isApproved ? "approved" : "rejected",
    nodePoolName,
    policy,
    ...(score === undefined ? {} : { score }),
  });
  if (score !== undefined) {
    if (!isApproved) refuse(found, candidate, "disruption/score-too-low", scoreText(score));
    else found.events.push(...consolidationApprovedEvents(candidate, score));
  }
  return isApproved ? outcome.command : undefined;
}

function scoreText({ score, threshold, k }: MoveScore): string {
  return sentences.scoreTooLow(formatFixed(score, 2), formatFixed(threshold, 2), k);
}

/**
 * Best candidates of each NodePool first, one of each in turn: NodePools that the last search did
 * not get to, then the others, each by name. Differs: upstream leaves that order to a map.
 *
 * @see karpenter v1.14.1 pkg/controllers/disruption/singlenodeconsolidation.go shuffleCandidates
 */
export function interleave(
  candidates: readonly Candidate[],
  unseenNodePools: readonly string[],
): readonly Candidate[] {
  const byNodePool = candidatesByNodePool(sortCandidates(candidates));
  const others = [...byNodePool.keys()]
    .filter((name) => !unseenNodePools.includes(name))
    .sort(compareStrings);
  const queues = [...unseenNodePools, ...others].map((name) => byNodePool.get(name) ?? []);
  const longest = Math.max(0, ...queues.map(({ length }) => length));
  return Array.from({ length: longest }, (_, index) =>
    queues.flatMap((queue) => queue[index] ?? []),
  ).flat();
}
