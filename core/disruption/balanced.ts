// Balanced consolidation: a move is worth its disruption when the share of the NodePool's cost that
// it saves is at least 1/k of the share of the NodePool's disruption that it takes.
import { labelNodePool } from "../apis/index.ts";
import { type Candidate, candidatesByNodePool } from "./candidate.ts";
import { type Command, estimatedSavings, sumPrices } from "./command.ts";
import type { DisruptionView } from "./view.ts";

/** @see karpenter v1.14.1 pkg/apis/v1/nodepool.go BalancedK */
export const balancedK = 2;

/** What a NodePool costs in money and would cost in disruption, as a whole. */
export interface NodePoolTotals {
  /** USD per hour. */
  readonly totalCost: number;
  readonly totalDisruptionCost: number;
}

/** The verdict on one move in one NodePool. */
export interface MoveScore {
  readonly savingsFraction: number;
  readonly disruptionFraction: number;
  readonly k: number;
  readonly score: number;
  readonly threshold: number;
  readonly isApproved: boolean;
}

const noTotals: NodePoolTotals = Object.freeze({ totalCost: 0, totalDisruptionCost: 0 });

/**
 * Totals of each NodePool that has a candidate. All machines of the pool count for disruption,
 * whether they may be disrupted or not, so that a few candidates don't look like the whole.
 *
 * @see karpenter v1.14.1 pkg/controllers/disruption/balanced.go computeNodePoolTotals
 */
export function computeNodePoolTotals(
  view: DisruptionView,
  candidates: readonly Candidate[],
): ReadonlyMap<string, NodePoolTotals> {
  const costByNode = new Map(candidates.map((it) => [it.name, it.rescheduleDisruptionCost]));
  const priceByNodePool = new Map<string, number>();
  for (const { nodePool, priceUsdPerHour } of candidates) {
    const { name } = nodePool.metadata;
    priceByNodePool.set(name, (priceByNodePool.get(name) ?? 0) + priceUsdPerHour);
  }
  const disruptionByNodePool = new Map<string, number>();
  for (const { name, labels, providerId } of view.stateNodes) {
    const nodePoolName = labels[labelNodePool];
    if (nodePoolName === undefined || !priceByNodePool.has(nodePoolName)) continue;
    const cost = costByNode.get(name) ?? view.nodeDisruptionCost(providerId);
    disruptionByNodePool.set(nodePoolName, (disruptionByNodePool.get(nodePoolName) ?? 0) + cost);
  }
  const totals = new Map<string, NodePoolTotals>();
  for (const [nodePoolName, price] of priceByNodePool) {
    const tracked = view.nodePoolCost(nodePoolName);
    totals.set(nodePoolName, {
      totalCost: tracked > 0 ? tracked : price,
      totalDisruptionCost: disruptionByNodePool.get(nodePoolName) ?? 0,
    });
  }
  return totals;
}

/**
 * Scores a move: approved when its score reaches 1/k. Nothing saved, or totals of nothing, score 0.
 *
 * @see karpenter v1.14.1 pkg/controllers/disruption/balanced.go ScoreMove
 */
export function scoreMove(
  savings: number,
  disruption: number,
  { totalCost, totalDisruptionCost }: NodePoolTotals,
  k: number,
): MoveScore {
  const isScorable = totalCost > 0 && totalDisruptionCost > 0;
  const savingsFraction = isScorable ? savings / totalCost : 0;
  const disruptionFraction = isScorable ? disruption / totalDisruptionCost : 0;
  const score = ratio(savingsFraction, disruptionFraction);
  const threshold = 1 / k;
  const isApproved = score >= threshold;
  return { savingsFraction, disruptionFraction, k, score, threshold, isApproved };
}

function ratio(savingsFraction: number, disruptionFraction: number): number {
  if (savingsFraction <= 0) return 0;
  return disruptionFraction === 0 ? Number.POSITIVE_INFINITY : savingsFraction / disruptionFraction;
}

/** The verdict on a command: approved when every Balanced NodePool in it approves. */
export interface MoveEvaluation {
  readonly isApproved: boolean;
  /** By NodePool; only Balanced ones are scored. In the order of the candidates. */
  readonly scores: ReadonlyMap<string, MoveScore>;
}

/**
 * Scores a command in each Balanced NodePool that it takes nodes from. What it saves counts for each
 * by its share of the candidates' cost.
 *
 * @see karpenter v1.14.1 pkg/controllers/disruption/balanced.go EvaluateBalancedMove
 */
export function evaluateBalancedMove(
  command: Command,
  totals: ReadonlyMap<string, NodePoolTotals>,
  k: number,
): MoveEvaluation {
  const { candidates } = command;
  const scores = new Map<string, MoveScore>();
  if (candidates.length === 0) return { isApproved: false, scores };
  const byNodePool = candidatesByNodePool(candidates);
  const savings = estimatedSavings(command);
  const sourceCost = sumPrices(candidates);
  let isApproved = true;
  for (const [nodePoolName, own] of byNodePool) {
    if (own[0]?.nodePool.spec.disruption.consolidationPolicy !== "Balanced") continue;
    const isShared = sourceCost > 0 && byNodePool.size > 1;
    const ownSavings = isShared ? savings * (sumPrices(own) / sourceCost) : savings;
    const ownTotals = totals.get(nodePoolName) ?? noTotals;
    const score = scoreMove(ownSavings, moveDisruptionCost(own), ownTotals, k);
    scores.set(nodePoolName, score);
    isApproved &&= score.isApproved;
  }
  return { isApproved, scores };
}

function moveDisruptionCost(candidates: readonly Candidate[]): number {
  let sum = 0;
  for (const { rescheduleDisruptionCost } of candidates) sum += rescheduleDisruptionCost;
  return sum;
}

/**
 * The score of the best that can become of a candidate, a delete that saves its whole price;
 * `undefined` when it isn't scored.
 *
 * @see karpenter v1.14.1 pkg/controllers/disruption/balanced.go CanPassThreshold
 */
export function bestScore(
  candidate: Candidate,
  totals: ReadonlyMap<string, NodePoolTotals>,
  k: number,
): MoveScore | undefined {
  const { nodePool, priceUsdPerHour, rescheduleDisruptionCost } = candidate;
  if (nodePool.spec.disruption.consolidationPolicy !== "Balanced") return undefined;
  const ownTotals = totals.get(nodePool.metadata.name);
  if (ownTotals === undefined || ownTotals.totalCost <= 0) return undefined;
  return scoreMove(priceUsdPerHour, rescheduleDisruptionCost, ownTotals, k);
}
