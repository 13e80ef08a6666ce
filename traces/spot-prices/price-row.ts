import type { SimTime, UsdPerHour } from "../../core/units/index.ts";

/** What a row of a Spot price history tells, by whatever name the file calls it. */
export const priceFields = [
  "timestamp",
  "availabilityZone",
  "instanceType",
  "usdPerHour",
  "productDescription",
] as const;
export type PriceField = (typeof priceFields)[number];

/** The product is the only thing that a row may leave out; it is Linux then. */
export const requiredPriceFields: readonly PriceField[] = priceFields.slice(0, 4);

/** A place in a file, counted from 1. */
export interface PricePlace {
  readonly line: number;
  readonly column?: number;
}

/** A row as it stands in the file: text that nobody has checked. */
export interface PriceRow {
  /** Counted from 1. */
  readonly line: number;
  /** Undefined where the row does not have the field. */
  text(field: PriceField): string | undefined;
  /** Where the field stands, or the row where it does not have the field; counted from 1. */
  place(field: PriceField): PricePlace;
}

/** A checked row: from `time` on, the pool's price is `usdPerHour`. */
export interface SpotPriceRecord {
  readonly time: SimTime;
  readonly availabilityZone: string;
  readonly instanceType: string;
  readonly usdPerHour: UsdPerHour;
  /** Where it stands in the file, counted from 1. */
  readonly line: number;
}

const fieldByName: ReadonlyMap<string, PriceField> = new Map([
  ["timestamp", "timestamp"],
  ["time", "timestamp"],
  ["availabilityzone", "availabilityZone"],
  ["zone", "availabilityZone"],
  ["az", "availabilityZone"],
  ["instancetype", "instanceType"],
  ["spotprice", "usdPerHour"],
  ["usdperhour", "usdPerHour"],
  ["price", "usdPerHour"],
  ["productdescription", "productDescription"],
  ["product", "productDescription"],
]);

/** The field that a column or key stands for: `SpotPrice`, `spot_price` and `usd_per_hour` are one. */
export function priceFieldOf(name: string): PriceField | undefined {
  return fieldByName.get(name.toLowerCase().replaceAll(/[^a-z0-9]/g, ""));
}
