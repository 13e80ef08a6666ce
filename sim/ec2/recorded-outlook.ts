/**
 * Capacity pools as a recorded trace tells: interruptions at instants, and stretches without
 * capacity. What the trace says nothing about is answered by another outlook.
 */
import type { SimTime } from "../../core/units/index.ts";
import { compareStrings } from "../../core/units/index.ts";
import { countAtOrBefore } from "./ascending.ts";
import { capacityPoolId } from "./capacity-pool.ts";
import type { PoolOutlook, PoolReclaim } from "./pool-outlook.ts";

/** What the trace has of one pool; times ascending, stretches half open and disjoint. */
export interface RecordedPool {
  readonly instanceType: string;
  readonly zone: string;
  /** Instants at which everything that is held is taken back. */
  readonly interruptions: readonly SimTime[];
  readonly dryStretches: readonly { readonly from: SimTime; readonly until: SimTime }[];
}

interface IndexedPool extends RecordedPool {
  readonly reclaims: readonly SimTime[];
  readonly dryFrom: readonly SimTime[];
}

/** A recorded trace over a fallback; see the head of this file. */
export class RecordedOutlook implements PoolOutlook {
  readonly description: string;
  readonly #pools: ReadonlyMap<string, IndexedPool>;
  readonly #fallback: PoolOutlook;

  constructor(name: string, pools: readonly RecordedPool[], fallback: PoolOutlook) {
    const sorted = [...pools].sort((left, right) =>
      compareStrings(capacityPoolId(left), capacityPoolId(right)),
    );
    this.#pools = new Map(sorted.map((pool) => [capacityPoolId(pool), indexed(pool)]));
    this.#fallback = fallback;
    this.description = `recorded in ${name} (${pools.length} pools), else ${fallback.description}`;
  }

  hasSpotCapacity(instanceType: string, zone: string, at: SimTime): boolean {
    const pool = this.#pool(instanceType, zone);
    if (pool === undefined) return this.#fallback.hasSpotCapacity(instanceType, zone, at);
    const stretch = pool.dryStretches[countAtOrBefore(pool.dryFrom, at) - 1];
    return stretch === undefined || at >= stretch.until;
  }

  hasOnDemandCapacity(instanceType: string, zone: string, at: SimTime): boolean {
    return this.#fallback.hasOnDemandCapacity(instanceType, zone, at);
  }

  depth(instanceType: string, zone: string): number {
    return this.#fallback.depth(instanceType, zone);
  }

  /** A recorded pool has no age that EC2 could weigh: it counts as safe while it has capacity. */
  survivalOdds(instanceType: string, zone: string, at: SimTime): number {
    if (this.#pool(instanceType, zone) === undefined) {
      return this.#fallback.survivalOdds(instanceType, zone, at);
    }
    return this.hasSpotCapacity(instanceType, zone, at) ? 1 : 0;
  }

  nextReclaimAfter(instanceType: string, zone: string, at: SimTime): PoolReclaim | undefined {
    const pool = this.#pool(instanceType, zone);
    if (pool === undefined) return this.#fallback.nextReclaimAfter(instanceType, zone, at);
    const index = countAtOrBefore(pool.reclaims, at);
    const when = pool.reclaims[index];
    // A record says when, so the notices are not spread.
    return when === undefined ? undefined : { at: when, index, share: 1, noticeSpreadMs: 0 };
  }

  loneInterruptionHoursMean(instanceType: string, zone: string): number | undefined {
    if (this.#pool(instanceType, zone) !== undefined) return undefined;
    return this.#fallback.loneInterruptionHoursMean(instanceType, zone);
  }

  #pool(instanceType: string, zone: string) {
    return this.#pools.get(capacityPoolId({ instanceType, zone }));
  }
}

function indexed(pool: RecordedPool): IndexedPool {
  const dryFrom = pool.dryStretches.map(({ from }) => from);
  return { ...pool, reclaims: reclaimTimes(pool), dryFrom };
}

/** Interruptions and starts of dry stretches, ascending and without repeats. */
function reclaimTimes(pool: RecordedPool): readonly SimTime[] {
  const times = new Set<SimTime>([
    ...pool.interruptions,
    ...pool.dryStretches.map(({ from }) => from),
  ]);
  return [...times].sort((left, right) => left - right);
}
