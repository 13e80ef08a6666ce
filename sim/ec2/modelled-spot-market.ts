/**
 * Spot prices from a seeded model, for when there is no recorded history.
 *
 * The logarithm of a pool's discount (price over On-Demand) is a step process: change points arrive
 * at random, a few a day, and at each the log discount moves part of the way back to its long-term
 * mean and gets a small shock, part of it shared by all pools of the family in the region. The price
 * stays between a tenth of On-Demand and On-Demand, which is what EC2 has charged since bidding ended.
 *
 * A pool's path is drawn forward from the start of the run from a stream of its own, so it is the
 * same under every policy and whatever is asked first.
 *
 * @see AWS News Blog, "New Amazon EC2 Spot pricing model" (2017)
 * @see SpotLake: Diverse Spot Instance Dataset Archive Service, IISWC 2022
 */
import type { SimTime } from "../../core/units/index.ts";
import { simTime } from "../../core/units/index.ts";
import { stream, type RandomStream } from "../engine/index.ts";
import { countAtOrBefore } from "./ascending.ts";
import type { SpotMarket } from "./spot-market.ts";

/** Settings of the model; the defaults are choices, oriented on published histories. */
export interface SpotMarketModel {
  /** Mean number of price changes of a pool in a day. */
  readonly changesPerDay: number;
  /** Standard deviation of one step of the log price. */
  readonly stepSigma: number;
  /** Share of a step's variance that a family's pools have in common, 0 to 1. */
  readonly familyShare: number;
  /** How far one step goes back to the mean, 0 to 1. */
  readonly reversion: number;
  /** Spread of the pools' long-term mean around their type's, in log price. */
  readonly poolSigma: number;
}

export const defaultSpotMarketModel: SpotMarketModel = {
  changesPerDay: 3,
  stepSigma: 0.02,
  familyShare: 0.3,
  reversion: 0.05,
  poolSigma: 0.12,
};

const lowestDiscount = 0.1;
const msPerDay = 86_400_000;
const msPerHour = 3_600_000;

/** What the model must know about an instance type. */
export interface SpotMarketFacts {
  /** On-Demand USD per hour; `undefined` when the type isn't sold in the region. */
  onDemandUsdPerHour(instanceType: string): number | undefined;
  /** Long-term share of the On-Demand price that is saved, 0 to 1; `undefined`: unknown. */
  spotSavings(instanceType: string): number | undefined;
}

/** Saving of a type that the Spot Instance Advisor does not list: the advisor's mean. */
const meanSavings = 0.64;

interface PricePath {
  readonly random: RandomStream;
  readonly times: number[];
  readonly prices: number[];
  readonly onDemand: number;
  readonly mean: number;
  readonly family: string;
  logDiscount: number;
}

/** A modelled Spot market; see the head of this file. */
export class ModelledSpotMarket implements SpotMarket {
  readonly description: string;
  readonly #options: {
    readonly seed: number | string;
    readonly start: SimTime;
    readonly facts: SpotMarketFacts;
    readonly model: SpotMarketModel;
  };
  readonly #paths = new Map<string, PricePath | undefined>();
  readonly #familyShocks = new Map<string, { random: RandomStream; values: number[] }>();

  constructor(options: {
    readonly seed: number | string;
    readonly start: SimTime;
    readonly facts: SpotMarketFacts;
    readonly model?: SpotMarketModel;
  }) {
    const model = options.model ?? defaultSpotMarketModel;
    this.#options = { ...options, model };
    this.description = `modelled (${model.changesPerDay} changes a day, step ${model.stepSigma})`;
  }

  priceAt(instanceType: string, zone: string, at: SimTime): number | undefined {
    const path = this.#pathTo(instanceType, zone, at);
    return path?.prices[Math.max(0, countAtOrBefore(path.times, at) - 1)];
  }

  nextChangeAfter(instanceType: string, zone: string, at: SimTime): SimTime | undefined {
    const path = this.#pathTo(instanceType, zone, at);
    if (path === undefined) return undefined;
    const next = path.times[Math.max(1, countAtOrBefore(path.times, at))];
    return next === undefined ? undefined : simTime(next);
  }

  /** The pool's path, drawn to one change point beyond `at`. */
  #pathTo(instanceType: string, zone: string, at: SimTime): PricePath | undefined {
    const key = `${zone}/${instanceType}`;
    let path = this.#paths.get(key);
    if (path === undefined) {
      if (this.#paths.has(key)) return undefined;
      path = this.#begin(instanceType, key);
      this.#paths.set(key, path);
      if (path === undefined) return undefined;
    }
    while ((path.times.at(-1) ?? 0) <= at) this.#extend(path);
    return path;
  }

  #begin(instanceType: string, key: string): PricePath | undefined {
    const { seed, start, facts, model } = this.#options;
    const onDemand = facts.onDemandUsdPerHour(instanceType);
    if (onDemand === undefined) return undefined;
    const random = stream(seed, "spot-price", key);
    const typeMean = Math.log(1 - (facts.spotSavings(instanceType) ?? meanSavings));
    const mean = clampLog(typeMean + random.normal(0, model.poolSigma));
    const logDiscount = clampLog(mean + random.normal(0, stationarySigma(model)));
    const family = instanceType.slice(0, instanceType.indexOf("."));
    return {
      random,
      times: [start],
      prices: [roundPrice(onDemand * Math.exp(logDiscount))],
      onDemand,
      mean,
      family,
      logDiscount,
    };
  }

  #extend(path: PricePath): void {
    const { model, start } = this.#options;
    const gap = Math.max(1, Math.round(path.random.exponential(msPerDay / model.changesPerDay)));
    const at = (path.times.at(-1) ?? start) + gap;
    const own = path.random.normal(0, model.stepSigma * Math.sqrt(1 - model.familyShare));
    const hour = Math.floor((at - start) / msPerHour);
    const common =
      this.#familyShock(path.family, hour) * model.stepSigma * Math.sqrt(model.familyShare);
    const step = model.reversion * (path.mean - path.logDiscount) + own + common;
    path.logDiscount = clampLog(path.logDiscount + step);
    path.times.push(at);
    path.prices.push(roundPrice(path.onDemand * Math.exp(path.logDiscount)));
  }

  /** The family's standard normal shock of an hour since the start. */
  #familyShock(family: string, hour: number): number {
    let shocks = this.#familyShocks.get(family);
    if (shocks === undefined) {
      shocks = { random: stream(this.#options.seed, "spot-price-family", family), values: [] };
      this.#familyShocks.set(family, shocks);
    }
    while (shocks.values.length <= hour) shocks.values.push(shocks.random.normal(0, 1));
    return shocks.values[hour] ?? 0;
  }
}

/** Standard deviation of the log discount in the long run: an AR(1) with coefficient 1 - reversion. */
function stationarySigma(model: SpotMarketModel): number {
  return model.stepSigma / Math.sqrt(1 - (1 - model.reversion) ** 2);
}

function clampLog(logDiscount: number): number {
  return Math.min(0, Math.max(Math.log(lowestDiscount), logDiscount));
}

/** EC2 publishes Spot prices with four decimals. */
function roundPrice(usdPerHour: number): number {
  return Math.max(1, Math.round(usdPerHour * 10_000)) / 10_000;
}
