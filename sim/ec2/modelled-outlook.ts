/**
 * Capacity pools from a seeded model.
 *
 * A pool is usable for Spot or dry, in turn (see sojourns.ts), and shocks shared by a family in a zone
 * make it dry as well (see shocks.ts). When capacity is taken back, half the time all instances held in
 * the pool go, otherwise a random share. A small hazard of its own interrupts single instances. The
 * rates are set so that the share of an instance type's Spot Instances interrupted in a month is
 * that of its Spot Instance Advisor bucket. On-Demand capacity runs dry much more rarely, and Spot
 * capacity with it.
 *
 * @see AWS Spot Instance Advisor, frequency of interruption
 * @see Wu et al., "Can't Be Late", NSDI 2024; Thorpe et al., "Bamboo", NSDI 2023 (bulk losses)
 */
import type { SimTime } from "../../core/units/index.ts";
import { simTime } from "../../core/units/index.ts";
import { hashUniform, stream } from "../engine/index.ts";
import { capacityPoolId } from "./capacity-pool.ts";
import type { PoolOutlook, PoolReclaim } from "./pool-outlook.ts";
import { FamilyShocks, PoolShocks } from "./shocks.ts";
import { Sojourns, survival } from "./sojourns.ts";

/** What the model must know about an instance type. */
export interface CapacityFacts {
  readonly vcpus: number;
  /** Share of Spot Instances interrupted in a month, 0 to 1. */
  readonly monthlyInterruptionShare: number;
  /** Bare metal or accelerated: scarcer On-Demand. */
  readonly isScarce: boolean;
}

/** Settings of the model; the defaults are choices. */
export interface CapacityModel {
  /** vCPUs of a pool that our account can hold at most. */
  readonly vcpusPerPool: number;
  readonly spotDryHoursMean: number;
  readonly onDemandDryHoursMean: number;
  /** Share of the time that On-Demand launches succeed: ordinary types, and scarce ones. */
  readonly onDemandAvailability: number;
  readonly scarceOnDemandAvailability: number;
  /** Shares of the interruption rate that come from shocks and from the single-instance hazard. */
  readonly shockShare: number;
  readonly loneShare: number;
  /** Multiplies every interruption rate. */
  readonly interruptionScale: number;
}

export const defaultCapacityModel: CapacityModel = {
  vcpusPerPool: 4000,
  spotDryHoursMean: 1.4,
  onDemandDryHoursMean: 0.5,
  onDemandAvailability: 0.999,
  scarceOnDemandAvailability: 0.97,
  shockShare: 0.35,
  loneShare: 0.2,
  interruptionScale: 1,
};

const hoursPerMonth = 730;
const msPerHour = 3_600_000;
/** All with probability one half, otherwise a uniform share: three quarters in the mean. */
const reclaimShareMean = 0.75;
/** How often a shock of a family in a zone strikes the family's riskiest pool. */
const shockStrength = 0.8;
const allocationHorizonMs = 1.5 * msPerHour;

interface PoolState {
  readonly spot: Sojourns;
  readonly onDemand: Sojourns;
  readonly shocks: PoolShocks;
  readonly spotUpHoursMean: number;
  readonly facts: CapacityFacts;
}

/** The share of a month read as a chance gives a constant rate per hour. */
function hourlyRate(monthlyShare: number): number {
  return -Math.log1p(-Math.min(monthlyShare, 0.999)) / hoursPerMonth;
}

/** Modelled capacity; see the head of this file. */
export class ModelledOutlook implements PoolOutlook {
  readonly description: string;
  readonly #seed: number | string;
  readonly #start: SimTime;
  readonly #facts: (instanceType: string) => CapacityFacts;
  readonly #model: CapacityModel;
  readonly #pools = new Map<string, PoolState>();
  readonly #shocks = new Map<string, FamilyShocks>();

  constructor(options: {
    readonly seed: number | string;
    readonly start: SimTime;
    readonly facts: (instanceType: string) => CapacityFacts;
    readonly model?: CapacityModel;
  }) {
    this.#seed = options.seed;
    this.#start = options.start;
    this.#facts = options.facts;
    this.#model = options.model ?? defaultCapacityModel;
    this.description =
      `modelled pools, interruption rates of the Spot Instance Advisor` +
      (this.#model.interruptionScale === 1 ? "" : ` x ${this.#model.interruptionScale}`);
  }

  hasSpotCapacity(instanceType: string, zone: string, at: SimTime): boolean {
    const pool = this.#pool(instanceType, zone);
    return pool.onDemand.at(at).isUp && pool.spot.at(at).isUp && pool.shocks.dryUntil(at) <= at;
  }

  hasOnDemandCapacity(instanceType: string, zone: string, at: SimTime): boolean {
    return this.#pool(instanceType, zone).onDemand.at(at).isUp;
  }

  depth(instanceType: string, zone: string): number {
    const { vcpus } = this.#pool(instanceType, zone).facts;
    return Math.max(1, Math.floor(this.#model.vcpusPerPool / vcpus));
  }

  survivalOdds(instanceType: string, zone: string, at: SimTime): number {
    const pool = this.#pool(instanceType, zone);
    const sojourn = pool.spot.at(at);
    const dryUntil = pool.shocks.dryUntil(at);
    if (!sojourn.isUp || dryUntil > at) return 0;
    const age = at - Math.max(sojourn.from, dryUntil);
    return survival(pool.spotUpHoursMean, age, allocationHorizonMs);
  }

  nextReclaimAfter(instanceType: string, zone: string, at: SimTime): PoolReclaim | undefined {
    const pool = this.#pool(instanceType, zone);
    if (this.#rate(pool.facts) <= 0) return undefined;
    const down = pool.spot.nextDownAfter(at);
    const poolId = capacityPoolId({ instanceType, zone });
    const when = pool.shocks.nextAfter(at, down.from) ?? down.from;
    const index = Math.floor((when - this.#start) / 1000);
    const bulk = hashUniform(this.#seed, "reclaim-bulk", poolId, index);
    const share = bulk < 0.5 ? 1 : hashUniform(this.#seed, "reclaim-share", poolId, index);
    return { at: simTime(when), index, share };
  }

  loneInterruptionHoursMean(instanceType: string, zone: string): number | undefined {
    const rate = this.#rate(this.#pool(instanceType, zone).facts) * this.#model.loneShare;
    return rate > 0 ? 1 / rate : undefined;
  }

  #rate(facts: CapacityFacts): number {
    return hourlyRate(facts.monthlyInterruptionShare) * this.#model.interruptionScale;
  }

  #pool(instanceType: string, zone: string): PoolState {
    const key = capacityPoolId({ instanceType, zone });
    const known = this.#pools.get(key);
    if (known !== undefined) return known;
    const facts = this.#facts(instanceType);
    const model = this.#model;
    const ownShare = 1 - model.shockShare - model.loneShare;
    const dryRate = (this.#rate(facts) * ownShare) / reclaimShareMean;
    const spotUpHoursMean = dryRate > 0 ? 1 / dryRate : 1e7;
    const availability = facts.isScarce
      ? model.scarceOnDemandAvailability
      : model.onDemandAvailability;
    const onDemandUpHoursMean =
      availability >= 1 ? 1e7 : (model.onDemandDryHoursMean * availability) / (1 - availability);
    const pool: PoolState = {
      facts,
      shocks: this.#poolShocks(instanceType, zone, facts),
      spotUpHoursMean,
      spot: new Sojourns(stream(this.#seed, "spot-capacity", key), this.#start, {
        upHoursMean: spotUpHoursMean,
        downHoursMean: model.spotDryHoursMean,
      }),
      onDemand: new Sojourns(stream(this.#seed, "on-demand-capacity", key), this.#start, {
        upHoursMean: onDemandUpHoursMean,
        downHoursMean: model.onDemandDryHoursMean,
      }),
    };
    this.#pools.set(key, pool);
    return pool;
  }

  #poolShocks(instanceType: string, zone: string, facts: CapacityFacts): PoolShocks {
    const family = `${zone}/${instanceType.slice(0, instanceType.indexOf("."))}`;
    const { shockShare, interruptionScale, spotDryHoursMean } = this.#model;
    // The riskiest advisor bucket sets the pace; safer pools are struck in proportion.
    const paceRate = hourlyRate(riskiestMonthlyShare) * interruptionScale;
    let shocks = this.#shocks.get(family);
    if (shocks === undefined) {
      const random = stream(this.#seed, "family-shock", family);
      const perHour = (paceRate * shockShare) / (reclaimShareMean * shockStrength);
      shocks = new FamilyShocks(random, this.#start, perHour);
      this.#shocks.set(family, shocks);
    }
    return new PoolShocks(shocks, {
      seed: this.#seed,
      poolId: capacityPoolId({ instanceType, zone }),
      odds: paceRate > 0 ? (shockStrength * this.#rate(facts)) / paceRate : 0,
      dryHoursMean: spotDryHoursMean,
    });
  }
}

/** The middle of the advisor's bucket "above 20 %". */
const riskiestMonthlyShare = 0.3;
