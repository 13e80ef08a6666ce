import { readSparse } from "./columns.ts";
import type { SpotAdvisorBucket, SpotAdvisorTable } from "./tables.ts";

/** What the Spot Instance Advisor says about a type in a region. */
export interface SpotAdvice {
  /** How often Spot capacity was reclaimed over the trailing month. */
  readonly bucket: SpotAdvisorBucket;
  /**
   * Saving against On-Demand over the last 30 days, a mean over the zones, at most 100. Negative
   * where Spot was dearer than On-Demand.
   */
  readonly savingsPercent: number;
}

/** Finds the advice for a type; undefined for a region or type that the advisor does not list. */
export type FindSpotAdvice = (region: string, instanceType: string) => SpotAdvice | undefined;

/**
 * Bucket and saving as one number that is never negative.
 *
 * @throws RangeError for values that would run into each other.
 */
export function adviceFigure(bucket: number, savingsPercent: number): number {
  if (!Number.isInteger(bucket) || bucket < 0 || savingsPercent < -500 || savingsPercent >= 500) {
    throw new RangeError(`bucket ${bucket} with ${savingsPercent} % saved cannot be embedded`);
  }
  return 1000 * bucket + 500 + savingsPercent;
}

/** Answers from the embedded table; regions are unpacked when first asked about. */
export function openSpotAdvice(table: SpotAdvisorTable): FindSpotAdvice {
  const regionByName = new Map(table.regions.map((each) => [each.region, each]));
  const figuresByRegion = new Map<string, ReadonlyMap<string, number>>();
  return (region, instanceType) => {
    const written = regionByName.get(region);
    if (written === undefined) {
      return undefined;
    }
    const figures = figuresByRegion.get(region) ?? readSparse(written.figures, table.types);
    figuresByRegion.set(region, figures);
    const figure = figures.get(instanceType);
    if (figure === undefined) {
      return undefined;
    }
    const bucket = table.buckets[Math.floor(figure / 1000)];
    if (bucket === undefined) {
      throw new RangeError(`the embedded advice for ${instanceType} names an unknown bucket`);
    }
    return { bucket, savingsPercent: (figure % 1000) - 500 };
  };
}
