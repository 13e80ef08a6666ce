import { describe, expect, it } from "vitest";
import { evaluateBalancedMove, scoreMove } from "./balanced.ts";
import { usdPerHour } from "../units/index.ts";
import type { Candidate } from "./candidate.ts";
import type { Command } from "./command.ts";

const pool = { totalCost: 58.08, totalDisruptionCost: 90 };

describe("scoring moves", () => {
  // Ten nodes, eighty pods, as in the examples of upstream's tests.
  it.each([
    ["an oversized node", 7.26, 4, pool, 2.81, true],
    ["spare capacity", 4.84, 5, pool, 1.5, true],
    ["a marginal move", 2.42, 9, pool, 0.417, false],
    ["the boundary", 2.42, 9, { totalCost: 48.4, totalDisruptionCost: 90 }, 0.5, true],
    ["no savings", 0, 9, pool, 0, false],
    ["a loss", -1, 9, pool, 0, false],
    ["a pool of no cost", 1, 9, { totalCost: 0, totalDisruptionCost: 90 }, 0, false],
    ["no disruption", 1, 0, pool, Number.POSITIVE_INFINITY, true],
  ])("%s saving %f for %f", (_, savings, disruption, totals, score, isApproved) => {
    const move = scoreMove(savings, disruption, totals, 2);
    expect(move.isApproved).toBe(isApproved);
    if (Number.isFinite(score)) expect(move.score).toBeCloseTo(score, 2);
    else expect(move.score).toBe(score);
  });

  // designs/balanced-consolidation.md, examples with their own totals.
  it.each([
    [7.26, 3, 58.08, 80, 3.33],
    [4.84, 4, 58.08, 80, 1.67],
    [2.42, 8, 58.08, 80, 0.42],
    [7.26, 3, 580.8, 800, 3.33],
    [4.84, 4, 58.08, 107, 2.23],
    [4.84, 31, 58.08, 107, 0.29],
    [1.45, 3, 14.5, 80, 2.67],
  ])("the design's example: %f for %f of %f and %f", (savings, cost, total, all, score) => {
    const totals = { totalCost: total, totalDisruptionCost: all };
    expect(scoreMove(savings, cost, totals, 2).score).toBeCloseTo(score, 2);
  });
});

describe("totals of a NodePool", () => {
  it("cannot be poisoned by a price that is not a number, which is refused on its way in", () => {
    // Upstream takes such a price for 0 when it looks up what a node costs.
    expect(() => usdPerHour(Number.NaN)).toThrow(RangeError);
    const move = scoreMove(4.84, 2, { totalCost: 9.68, totalDisruptionCost: 6 }, 2);
    expect(move.score).toBe(0.5 / (2 / 6));
  });
});

describe("evaluating a move", () => {
  const candidate = (consolidationPolicy: string): Candidate =>
    ({
      name: "a",
      nodePool: { metadata: { name: "default" }, spec: { disruption: { consolidationPolicy } } },
      priceUsdPerHour: 1,
      rescheduleDisruptionCost: 2,
    }) as unknown as Candidate;
  const moving = (...candidates: readonly Candidate[]): Command => ({
    candidates,
    replacements: [],
  });
  const all = new Map([["default", { totalCost: 10, totalDisruptionCost: 20 }]]);

  it("approves a share of the cost for as large a share of the disruption", () => {
    const { isApproved, scores } = evaluateBalancedMove(moving(candidate("Balanced")), all, 2);
    expect(isApproved).toBe(true);
    expect(scores.get("default")?.score).toBe(1);
  });

  it("refuses a NodePool whose totals are missing, and a move of no nodes", () => {
    const unknown = evaluateBalancedMove(moving(candidate("Balanced")), new Map(), 2);
    expect(unknown.isApproved).toBe(false);
    expect(unknown.scores.get("default")?.score).toBe(0);
    expect(evaluateBalancedMove(moving(), all, 2).isApproved).toBe(false);
  });

  it("approves nodes of other policies without a score", () => {
    const other = moving(candidate("WhenEmptyOrUnderutilized"));
    const { isApproved, scores } = evaluateBalancedMove(other, new Map(), 2);
    expect(isApproved).toBe(true);
    expect(scores.size).toBe(0);
  });
});

describe("the design's choice of k", () => {
  // On-demand in us-east-1, 10^-4 USD per hour; c7i, m7i, r7i from medium to 4xlarge.
  const prices = [
    446, 892, 1785, 3570, 7140, 504, 1008, 2016, 4032, 8064, 661, 1323, 2646, 5292, 10584,
  ].sort((a, b) => a - b);
  const isApproved = (from: number, to: number, k: number): boolean =>
    scoreMove(from - to, 1, { totalCost: from, totalDisruptionCost: 1 }, k).isApproved;
  const longest = (from: number, k: number): number =>
    Math.max(
      0,
      ...prices
        .filter((to) => to < from && isApproved(from, to, k))
        .map((to) => 1 + longest(to, k)),
    );

  it.each([
    [1, 0, 0],
    [2, 78, 4],
    [3, 86, 4],
    [4, 95, 9],
    [5, 100, 9],
  ])("k = %i approves %i replacements, in chains of at most %i", (k, pairs, chain) => {
    const approved = prices.flatMap((from) =>
      prices.filter((to) => to < from && isApproved(from, to, k)),
    );
    expect(approved).toHaveLength(pairs);
    expect(Math.max(...prices.map((price) => longest(price, k)))).toBe(chain);
  });
});
