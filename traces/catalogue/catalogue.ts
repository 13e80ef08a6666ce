import { readFileSync } from "node:fs";
import type { UsdPerHour } from "../../core/units/index.ts";
import type { Ec2InstanceTypeFacts } from "./instance-type-facts.ts";
import { readInstanceTypes } from "./instance-type-facts.ts";
import type { FindOnDemandPrice } from "./on-demand-prices.ts";
import { openOnDemandPrices } from "./on-demand-prices.ts";
import type { FindSpotAdvice } from "./spot-advice.ts";
import { openSpotAdvice } from "./spot-advice.ts";
import type {
  CatalogueSource,
  InstanceTypeTable,
  OnDemandPriceTable,
  SpotAdvisorBucket,
  SpotAdvisorTable,
} from "./tables.ts";

/**
 * The embedded public facts about EC2: instance types, Linux On-Demand prices, Spot advice.
 *
 * It includes types that AWS has retired since, so that older traces can be replayed. An unknown
 * price is never zero: the `find…` questions answer undefined, the others throw.
 */
export interface Catalogue {
  /** Every type with its facts, ascending by name in code units. */
  readonly instanceTypes: readonly Ec2InstanceTypeFacts[];
  /** Every source with the day that it is of, for the report. */
  readonly sources: readonly CatalogueSource[];
  /** The regions with On-Demand prices, ascending. */
  readonly pricedRegions: readonly string[];
  /** The regions that the Spot Instance Advisor covers, ascending. */
  readonly advisedRegions: readonly string[];
  /** The advisor's buckets, ascending. */
  readonly spotAdvisorBuckets: readonly SpotAdvisorBucket[];

  /** The facts of a type; undefined for a type that is not in the catalogue. */
  findInstanceType(instanceType: string): Ec2InstanceTypeFacts | undefined;
  /** The facts of a type. @throws RangeError for a type that is not in the catalogue. */
  instanceType(instanceType: string): Ec2InstanceTypeFacts;

  /**
   * The On-Demand price with its source; undefined when the type has none there, which is to be
   * read as "not offered in this region". Also knows types that have a price but no facts.
   *
   * @throws RangeError for a region without any prices.
   */
  readonly findOnDemandPrice: FindOnDemandPrice;
  /**
   * The On-Demand price, Linux, shared tenancy.
   *
   * @throws RangeError for a region without any prices, or a type without a price there.
   */
  onDemandUsdPerHour(region: string, instanceType: string): UsdPerHour;
  /**
   * The types of the catalogue that have no price in the region, ascending.
   *
   * @throws RangeError for a region without any prices.
   */
  instanceTypesWithoutPrice(region: string): readonly string[];

  /** The advisor's word; undefined for a region or type that it does not list. */
  readonly findSpotAdvice: FindSpotAdvice;
  /** The bucket, 0 (below 5 %) to 4 (above 20 %); undefined where the advisor says nothing. */
  spotAdvisorBucket(region: string, instanceType: string): number | undefined;
  /** The saving in percent, negative for a loss; undefined where the advisor says nothing. */
  spotAdvisorSavingsPercent(region: string, instanceType: string): number | undefined;
}

/** The three embedded tables. */
export interface CatalogueTables {
  readonly instanceTypes: InstanceTypeTable;
  readonly onDemandPrices: OnDemandPriceTable;
  readonly spotAdvisor: SpotAdvisorTable;
}

let loaded: Catalogue | undefined;

/** The embedded catalogue, read from the program's own files on the first call. */
export function loadCatalogue(): Catalogue {
  loaded ??= openCatalogue({
    instanceTypes: readTable(new URL("./data/instance-types.json", import.meta.url)),
    onDemandPrices: readTable(new URL("./data/on-demand-prices.json", import.meta.url)),
    spotAdvisor: readTable(new URL("./data/spot-advisor.json", import.meta.url)),
  });
  return loaded;
}

function readTable<Table>(file: URL): Table {
  return JSON.parse(readFileSync(file, "utf8")) as Table;
}

/** A catalogue over tables. @throws RangeError for tables that contradict themselves. */
export function openCatalogue(tables: CatalogueTables): Catalogue {
  const instanceTypes = readInstanceTypes(tables.instanceTypes);
  const factsByType = new Map(instanceTypes.map((facts) => [facts.instanceType, facts]));
  const prices = openOnDemandPrices(tables.onDemandPrices);
  const advisor = openSpotAdvice(tables.spotAdvisor);
  return {
    instanceTypes,
    sources: [
      ...tables.instanceTypes.sources,
      ...tables.onDemandPrices.sources,
      ...tables.spotAdvisor.sources,
    ],
    pricedRegions: tables.onDemandPrices.regions.map(({ region }) => region),
    advisedRegions: tables.spotAdvisor.regions.map(({ region }) => region),
    spotAdvisorBuckets: tables.spotAdvisor.buckets,
    findInstanceType: (instanceType) => factsByType.get(instanceType),
    instanceType: (instanceType) => {
      const facts = factsByType.get(instanceType);
      if (facts === undefined) {
        throw new RangeError(`instance type ${instanceType} is not in the catalogue`);
      }
      return facts;
    },
    findOnDemandPrice: prices,
    onDemandUsdPerHour: (region, instanceType) => {
      const price = prices(region, instanceType);
      if (price === undefined) {
        throw new RangeError(`instance type ${instanceType} has no On-Demand price in ${region}`);
      }
      return price.usdPerHour;
    },
    instanceTypesWithoutPrice: (region) =>
      instanceTypes
        .map(({ instanceType }) => instanceType)
        .filter((instanceType) => prices(region, instanceType) === undefined),
    findSpotAdvice: advisor,
    spotAdvisorBucket: (region, instanceType) => advisor(region, instanceType)?.bucket.bucket,
    spotAdvisorSavingsPercent: (region, instanceType) =>
      advisor(region, instanceType)?.savingsPercent,
  };
}
