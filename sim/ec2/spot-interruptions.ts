/**
 * Takes Spot Instances back: the reclaims of the pools in which some are held, the hazard of each
 * instance for itself, and the recommendations to rebalance that come ahead of some of them.
 *
 * What a reclaim takes is decided by pool, reclaim and the instance's ordinal in its pool, so that
 * two policies that hold the same machines lose the same ones at the same time.
 *
 * @see Amazon EC2 User Guide, "Spot Instance interruptions"
 */
import type { SimTime } from "../../core/units/index.ts";
import { compareStrings, days, hours, simTime } from "../../core/units/index.ts";
import { hashUniform, type EventHandle, type Timeline } from "../engine/index.ts";
import { capacityPoolId, type CapacityPool } from "./capacity-pool.ts";
import type { Ec2Event } from "./ec2-event.ts";
import type { Ec2Instance } from "./instance.ts";
import type { PoolOutlook, PoolReclaim } from "./pool-outlook.ts";
import { rebalanceLead } from "./rebalance.ts";

export interface SpotInterruptionsOptions {
  readonly timeline: Timeline<Ec2Event>;
  readonly seed: number | string;
  readonly outlook: PoolOutlook;
  readonly instance: (instanceId: string) => Ec2Instance | undefined;
}

/** Warnings of one reclaim come over this long, unless the outlook knows better. */
const noticeSpreadMs = 180_000;
/** Nothing is scheduled further ahead than any run lasts. */
export const farAheadMs: number = days(400);

interface HeldPool {
  readonly pool: CapacityPool;
  readonly instanceIds: Set<string>;
  isWatched: boolean;
}

/** See the head of this file. */
export class SpotInterruptions {
  readonly #options: SpotInterruptionsOptions;
  readonly #pools = new Map<string, HeldPool>();

  constructor(options: SpotInterruptionsOptions) {
    this.#options = options;
  }

  /** A Spot Instance was launched. Answers the event of its own hazard, if it strikes in time. */
  hold(instance: Ec2Instance): EventHandle | undefined {
    const pool = this.#pool(instance.pool);
    pool.instanceIds.add(instance.instanceId);
    if (!pool.isWatched) this.#watch(pool);
    const { outlook, seed, timeline } = this.#options;
    const { instanceType, zone } = pool.pool;
    const mean = outlook.loneInterruptionHoursMean(instanceType, zone);
    if (mean === undefined) return undefined;
    const u = hashUniform(seed, "lone-interruption", capacityPoolId(pool.pool), instance.ordinal);
    const inMs = Math.round(-Math.log1p(-u) * mean * hours(1));
    return inMs > farAheadMs
      ? undefined
      : this.#notice(instance.instanceId, simTime(timeline.now + inMs));
  }

  /** The Spot Instance is on its way out. */
  release({ pool, instanceId }: Ec2Instance): void {
    this.#pool(pool).instanceIds.delete(instanceId);
  }

  /** The pool is reclaimed now: those of its instances that it hits get notice. */
  reclaim(held: CapacityPool, reclaim: PoolReclaim): void {
    const { timeline, seed } = this.#options;
    const pool = this.#pool(held);
    const entity = `${capacityPoolId(held)}#${reclaim.index}`;
    for (const instance of this.#held(pool)) {
      const { ordinal, instanceId } = instance;
      if (hashUniform(seed, "reclaim-victim", entity, ordinal) >= reclaim.share) continue;
      const spread = hashUniform(seed, "reclaim-spread", entity, ordinal);
      const delay = Math.floor(spread * (reclaim.noticeSpreadMs ?? noticeSpreadMs));
      this.#notice(instanceId, simTime(timeline.now + delay));
    }
    pool.isWatched = false;
    if (pool.instanceIds.size > 0) this.#watch(pool);
  }

  /** The running Spot Instances of a pool, by id: those that hear of an elevated risk. */
  running(pool: CapacityPool): readonly Ec2Instance[] {
    return this.#held(this.#pool(pool)).filter(({ state }) => state === "running");
  }

  /** Waits for the pool's next reclaim, as long as Spot Instances are held there. */
  #watch(pool: HeldPool): void {
    const { outlook, timeline, seed } = this.#options;
    const { instanceType, zone } = pool.pool;
    const { now } = timeline;
    const reclaim = outlook.nextReclaimAfter(instanceType, zone, now);
    pool.isWatched = reclaim !== undefined && reclaim.at - now <= farAheadMs;
    if (reclaim === undefined || !pool.isWatched) return;
    const event = { room: "ec2", kind: "pool-is-reclaimed", pool: pool.pool, reclaim } as const;
    timeline.schedule(reclaim.at, event, "interruption");
    const lead = rebalanceLead(seed, capacityPoolId(pool.pool), reclaim.index);
    if (lead === undefined || reclaim.at - lead < now) return;
    const warning = { room: "ec2", kind: "pool-is-at-risk", pool: pool.pool } as const;
    timeline.schedule(simTime(reclaim.at - lead), warning, "interruption");
  }

  #notice(instanceId: string, at: SimTime): EventHandle {
    const event = { room: "ec2", kind: "instance-gets-notice", instanceId } as const;
    return this.#options.timeline.schedule(at, event, "interruption");
  }

  #held({ instanceIds }: HeldPool): readonly Ec2Instance[] {
    return [...instanceIds]
      .sort(compareStrings)
      .flatMap((instanceId) => this.#options.instance(instanceId) ?? []);
  }

  #pool(pool: CapacityPool): HeldPool {
    const id = capacityPoolId(pool);
    let known = this.#pools.get(id);
    if (known === undefined) {
      known = { pool, instanceIds: new Set(), isWatched: false };
      this.#pools.set(id, known);
    }
    return known;
  }
}
