import type { SimTime } from "../../core/units/index.ts";
import type { SpotMarket, SpotMarketFacts, SpotMarketModel } from "../../sim/ec2/index.ts";
import { defaultSpotMarketModel, ModelledSpotMarket } from "../../sim/ec2/index.ts";
import type { Catalogue, SpotPriceSeries } from "../../traces/index.ts";
import type { ScenarioSpec } from "../scenario-schema.ts";
import { withoutUndefined } from "./settings.ts";

/** A recorded price history as the market of a run. Its last prices hold for ever. */
export class RecordedSpotMarket implements SpotMarket {
  readonly description: string;
  readonly #series: SpotPriceSeries;

  constructor(name: string, series: SpotPriceSeries) {
    this.description = `recorded in ${name} (${series.pools.length} pools)`;
    this.#series = series;
  }

  priceAt(instanceType: string, zone: string, at: SimTime): number | undefined {
    return this.#series.priceAt(instanceType, zone, at);
  }

  nextChangeAfter(instanceType: string, zone: string, at: SimTime): SimTime | undefined {
    return this.#series.nextChangeAfter(instanceType, zone, at)?.time;
  }
}

/** What the model must know of instance types, from the catalogue. */
export function spotMarketFacts(catalogue: Catalogue, region: string): SpotMarketFacts {
  return {
    onDemandUsdPerHour: (instanceType) =>
      catalogue.findOnDemandPrice(region, instanceType)?.usdPerHour,
    spotSavings: (instanceType) => {
      const percent = catalogue.spotAdvisorSavingsPercent(region, instanceType);
      // The advisor says 100 for a few types that have no Spot price: no price is ever nothing.
      return percent === undefined ? undefined : Math.min(0.95, Math.max(0, percent / 100));
    },
  };
}

/** The seeded model with the scenario's settings. */
export function modelledSpotMarket(
  prices: Extract<ScenarioSpec["spot"]["prices"], { readonly model: string }>,
  options: { readonly seed: number; readonly start: SimTime; readonly facts: SpotMarketFacts },
): SpotMarket {
  const { model: _kind, ...settings } = prices;
  const model: SpotMarketModel = { ...defaultSpotMarketModel, ...withoutUndefined(settings) };
  return new ModelledSpotMarket({ ...options, model });
}
