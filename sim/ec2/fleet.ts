/**
 * How an EC2 Fleet of type `instant` picks capacity pools: one-shot, no retry, instances and errors in
 * one answer.
 *
 * Spot, price-capacity-optimized: of the pools with room, those whose odds of keeping an instance
 * are within two points of the best; among them the cheapest true price. On-Demand, lowest-price:
 * cheapest first, the next on failure. Ties go to the smaller zone and type.
 *
 * Requests with priorities: capacity-optimized-prioritized and prioritized, which put the smallest
 * priority in the place of the cheapest price.
 *
 * @see Amazon EC2 User Guide, "Allocation strategies for EC2 Fleet or Spot Fleet"
 */
import { compareStrings } from "../../core/units/index.ts";
import type { PurchaseOption } from "./instance.ts";

/** One override of the request, with what EC2 knows about its pool now. */
export interface FleetCandidate {
  readonly instanceType: string;
  readonly zone: string;
  readonly usdPerHour: number;
  /** Instances that fit; 0 when the pool is dry. */
  readonly headroom: number;
  readonly survivalOdds: number;
  /** The smaller, the sooner; only in prioritized requests. */
  readonly priority?: number;
}

export interface FleetError {
  readonly code: "InsufficientInstanceCapacity";
  readonly message: string;
  readonly instanceType: string;
  readonly zone: string;
}

/** The pools that the instances go to, in order, and the refusals. */
export interface FleetDecision {
  readonly launches: readonly { readonly instanceType: string; readonly zone: string }[];
  readonly errors: readonly FleetError[];
}

/** Pools whose odds lie this close to the best count as equally deep. */
const oddsTolerance = 0.02;

/** Places `count` instances on the candidates; what finds no room is answered by errors. */
export function allocateFleet(
  candidates: readonly FleetCandidate[],
  purchaseOption: PurchaseOption,
  count: number,
): FleetDecision {
  const launches: { instanceType: string; zone: string }[] = [];
  const errors: FleetError[] = [];
  for (const candidate of allocationOrder(candidates, purchaseOption)) {
    if (launches.length === count) break;
    const { instanceType, zone } = candidate;
    const taken = Math.min(candidate.headroom, count - launches.length);
    for (let index = 0; index < taken; index++) launches.push({ instanceType, zone });
    if (taken < candidate.headroom || launches.length === count) continue;
    errors.push({
      code: "InsufficientInstanceCapacity",
      message:
        `We currently do not have sufficient ${instanceType} capacity in the Availability Zone ` +
        `you requested (${zone}).`,
      instanceType,
      zone,
    });
  }
  return { launches, errors };
}

function allocationOrder(
  candidates: readonly FleetCandidate[],
  purchaseOption: PurchaseOption,
): readonly FleetCandidate[] {
  const tier = purchaseOption === "spot" ? oddsTier(candidates) : () => 0;
  return [...candidates].sort(
    (left, right) =>
      tier(left) - tier(right) ||
      (left.priority ?? 0) - (right.priority ?? 0) ||
      left.usdPerHour - right.usdPerHour ||
      compareStrings(left.zone, right.zone) ||
      compareStrings(left.instanceType, right.instanceType),
  );
}

/** 0 for pools close to the best odds, 1 for the others with room, 2 for pools without. */
function oddsTier(candidates: readonly FleetCandidate[]): (candidate: FleetCandidate) => number {
  let best = 0;
  for (const { headroom, survivalOdds } of candidates) {
    if (headroom > 0) best = Math.max(best, survivalOdds);
  }
  return ({ headroom, survivalOdds }) => {
    if (headroom <= 0) return 2;
    return survivalOdds >= best - oddsTolerance ? 0 : 1;
  };
}
