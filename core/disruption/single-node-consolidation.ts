import { wholeLatency } from "../provisioning/index.ts";
import type { ClusterEvent } from "../state/index.ts";
import { compareStrings, type DurationMs, minutes, type SimTime } from "../units/index.ts";
import { balancedK, bestScore, evaluateBalancedMove, type MoveScore } from "./balanced.ts";
import { type Candidate, candidatesByNodePool } from "./candidate.ts";
import type { Command } from "./command.ts";
import {
  consideredMove,
  type ConsideredMove,
  judgeByScore,
  type MoveRefusal,
  refusedMove,
  scoreRefusal,
} from "./considered-move.ts";
import { computeConsolidation, refuseConsolidation, sortCandidates } from "./consolidation.ts";
import { consolidationApprovedEvents } from "./events.ts";
import { type DisruptionMethod, type MethodDecision, type MethodView, nothing } from "./method.ts";
import type { Refusal } from "./reasons.ts";
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
  readonly considered: ConsideredMove[];
}

function decide(view: MethodView, now: SimTime): MethodDecision {
  const simulator = new Simulator(view, now);
  const decision = search(view, simulator);
  return { ...decision, events: [...decision.events, ...simulator.podEvents()] };
}

function search(view: MethodView, simulator: Simulator): MethodDecision {
  const found: Findings = { refusals: [], events: [], considered: [] };
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
      const refusal = view.budgets.refusal(candidate.nodePool.metadata.name);
      found.refusals.push({ nodeName: candidate.name, ...refusal });
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

/** Nothing comes of the move that was found for the candidate, if one was. */
function refuse(
  { refusals, considered }: Findings,
  candidate: Candidate,
  refusal: MoveRefusal,
  move: ConsideredMove = refusedMove([candidate], refusal),
): void {
  refusals.push({ nodeName: candidate.name, ...refusal });
  considered.push(move);
}

function tryCandidate(
  candidate: Candidate,
  simulator: Simulator,
  view: MethodView,
  found: Findings,
): Command | undefined {
  const k = view.options.experiments.balancedK ?? balancedK;
  const { name: nodePoolName } = candidate.nodePool.metadata;
  const best = bestScore(candidate, view.totals, k);
  if (best?.isApproved === false) {
    refuseBest(found, candidate, best);
    return undefined;
  }
  const outcome = computeConsolidation([candidate], simulator, view);
  if (outcome.kind === "failed") {
    // Logged and passed over by upstream too: the next candidate may have better luck.
    refuse(found, candidate, { code: "disruption/simulation-failed", sentence: outcome.error });
    return undefined;
  }
  if (outcome.kind === "refused") {
    const { command, refusal } = outcome;
    const judgement = { verdict: "refused", refusal } as const;
    refuse(found, candidate, refusal, command && consideredMove(command, judgement));
    return undefined;
  }
  found.events.push(...outcome.events);
  const evaluation = evaluateBalancedMove(outcome.command, view.totals, k);
  const judgement = judgeByScore(evaluation);
  const move = consideredMove(outcome.command, judgement);
  if (judgement.refusal !== undefined) {
    refuse(found, candidate, judgement.refusal, move);
    return undefined;
  }
  found.considered.push(move);
  const score = evaluation.scores.get(nodePoolName);
  if (score !== undefined) found.events.push(...consolidationApprovedEvents(candidate, score));
  return outcome.command;
}

/** Not even the best that could become of the candidate, a delete, would be worth its disruption. */
function refuseBest(found: Findings, candidate: Candidate, best: MoveScore): void {
  const { sentence } = scoreRefusal(best);
  const refusal = { code: "disruption/best-score-too-low", sentence } as const;
  const scores = new Map([[candidate.nodePool.metadata.name, best]]);
  const move = consideredMove(
    { candidates: [candidate], replacements: [] },
    { verdict: "refused", scores, refusal },
  );
  refuse(found, candidate, refusal, move);
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
