import type { UsdPerHour } from "../../core/units/index.ts";
import { usdPerHour } from "../../core/units/index.ts";
import { readSparse } from "./columns.ts";
import type { CatalogueSource, OnDemandPriceTable } from "./tables.ts";

/** An On-Demand price and where it comes from. */
export interface OnDemandPrice {
  readonly usdPerHour: UsdPerHour;
  readonly source: CatalogueSource;
}

/**
 * Finds the price of a type; undefined when it has none in the region.
 *
 * @throws RangeError for a region without any prices.
 */
export type FindOnDemandPrice = (region: string, instanceType: string) => OnDemandPrice | undefined;

/** Answers from the embedded table; regions are unpacked when first asked about. */
export function openOnDemandPrices(table: OnDemandPriceTable): FindOnDemandPrice {
  const sourceByName = new Map(table.sources.map((source) => [source.name, source]));
  const regionByName = new Map(table.regions.map((each) => [each.region, each]));
  const pricesByRegion = new Map<string, ReadonlyMap<string, number>>();
  return (region, instanceType) => {
    const written = regionByName.get(region);
    if (written === undefined) {
      const known = table.regions.map((each) => each.region).join(", ");
      throw new RangeError(`no On-Demand prices are known for region ${region}, only for ${known}`);
    }
    const prices = pricesByRegion.get(region) ?? readSparse(written.usdPerHour, table.types);
    pricesByRegion.set(region, prices);
    const price = prices.get(instanceType);
    const source = sourceByName.get(written.exceptions[instanceType] ?? written.source);
    if (source === undefined) {
      throw new RangeError(`the embedded prices of ${region} name an unknown source`);
    }
    return price === undefined ? undefined : { usdPerHour: usdPerHour(price), source };
  };
}
