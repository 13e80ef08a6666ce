import type { SimTime } from "../../core/units/index.ts";

/**
 * What EC2 knows about the state of its capacity pools. Pure in time: the answers do not depend on
 * what was asked, or on who holds instances.
 */
export interface PoolOutlook {
  /** What the capacity comes from, for the report. */
  readonly description: string;
  /** Whether Spot launches can succeed in the pool. */
  hasSpotCapacity(instanceType: string, zone: string, at: SimTime): boolean;
  /** Whether On-Demand launches can succeed in the pool. */
  hasOnDemandCapacity(instanceType: string, zone: string, at: SimTime): boolean;
  /** How many instances of ours fit in the pool at most. */
  depth(instanceType: string, zone: string): number;
  /**
   * The chance that a Spot Instance launched now is not taken back within the next hour and a
   * half, as EC2's allocation weighs it: from the pool's age, not from its future. 0 to 1.
   */
  survivalOdds(instanceType: string, zone: string, at: SimTime): number;
  /** The next reclaim of the pool's Spot capacity after an instant. */
  nextReclaimAfter(instanceType: string, zone: string, at: SimTime): PoolReclaim | undefined;
  /** Mean of a single instance's time to an interruption of its own, hours; `undefined`: never. */
  loneInterruptionHoursMean(instanceType: string, zone: string): number | undefined;
}

/** EC2 takes Spot capacity of a pool back: when, and what share of what is held. */
export interface PoolReclaim {
  readonly at: SimTime;
  /** The how-manieth reclaim of the pool this is; names its draws. */
  readonly index: number;
  /** Share of the held instances that go, 0 to 1 (each decided on its own). */
  readonly share: number;
  /** Over how many milliseconds the notices are spread; absent: over three minutes. */
  readonly noticeSpreadMs?: number;
}

/** Capacity without end: nothing is ever refused or taken back. */
export const unlimitedOutlook: PoolOutlook = {
  description: "unlimited, no interruptions",
  hasSpotCapacity: () => true,
  hasOnDemandCapacity: () => true,
  depth: () => Number.MAX_SAFE_INTEGER,
  survivalOdds: () => 1,
  nextReclaimAfter: () => undefined,
  loneInterruptionHoursMean: () => undefined,
};
