import type { InternedColumn } from "./columns.ts";

/** Where rows of an embedded table come from. */
export interface CatalogueSource {
  /** The name that rows and prices refer to, such as `aws-price-list`. */
  readonly name: string;
  /** Repository, path and version or commit. */
  readonly from: string;
  /** The day that the facts are of, `YYYY-MM-DD`. */
  readonly asOf: string;
  readonly licence: string;
}

/** `data/instance-types.json`: the columns of the EC2 facts by their name in the source table. */
export interface InstanceTypeTable {
  readonly about: string;
  readonly sources: readonly CatalogueSource[];
  readonly rowCount: number;
  readonly columns: Readonly<Record<string, InternedColumn>>;
}

/** `data/on-demand-prices.json`: prices per region, sparse over `types`. */
export interface OnDemandPriceTable {
  readonly about: string;
  readonly sources: readonly CatalogueSource[];
  /** The types that any region prices, ascending. */
  readonly types: readonly string[];
  /** Ascending by region. */
  readonly regions: readonly OnDemandRegion[];
}

/** The prices of one region. */
export interface OnDemandRegion {
  readonly region: string;
  /** The source of every price that `exceptions` does not name. */
  readonly source: string;
  /** Types whose price comes from another source, with its name. */
  readonly exceptions: Readonly<Record<string, string>>;
  /** USD per hour, written by `writeSparse`. */
  readonly usdPerHour: readonly number[];
}

/** `data/spot-advisor.json`: interruption bucket and saving per region and type. */
export interface SpotAdvisorTable {
  readonly about: string;
  readonly sources: readonly CatalogueSource[];
  readonly buckets: readonly SpotAdvisorBucket[];
  /** The types that any region lists, ascending. */
  readonly types: readonly string[];
  /** Ascending by region. */
  readonly regions: readonly SpotAdvisorRegion[];
}

/** A class of how often Spot capacity was reclaimed over the trailing month. */
export interface SpotAdvisorBucket {
  readonly bucket: number;
  /** The advisor's own label, such as `5-10%`. */
  readonly label: string;
  readonly minPercent: number;
  readonly maxPercent: number;
}

/** The advisor's figures of one region. */
export interface SpotAdvisorRegion {
  readonly region: string;
  /** Made by `adviceFigure`, written by `writeSparse`. */
  readonly figures: readonly number[];
}
