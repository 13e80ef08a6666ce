import jstat from "jstat";
import { CompensatedSum, compareStrings } from "../core/units/index.ts";
import type { Figure, FiguresByName } from "./report-schema.ts";
import { round } from "./round.ts";

const decimals = 6;

/** The mean of at least one value. */
export function meanOf(values: readonly number[]): number {
  const sum = new CompensatedSum<number>();
  for (const value of values) sum.add(value);
  return sum.total / values.length;
}

/**
 * The 95 % confidence interval of the mean of independent values, by Student's t; null for fewer than
 * two values, which say nothing about their spread.
 *
 * @see https://www.itl.nist.gov/div898/handbook/eda/section3/eda352.htm Confidence Limits for the Mean
 */
export function confidenceInterval(values: readonly number[]): [number, number] | null {
  const count = values.length;
  if (count < 2) return null;
  const mean = meanOf(values);
  const variance = meanOf(values.map((value) => (value - mean) ** 2)) * (count / (count - 1));
  const half = jstat.studentt.inv(0.975, count - 1) * Math.sqrt(variance / count);
  return [mean - half, mean + half];
}

/**
 * One value for each seed as a figure: the plain number for one seed, mean and interval for several.
 * Null where no seed has a value.
 */
export function figureOrNone(values: readonly (number | undefined)[]): Figure | null {
  const there = values.filter((value) => value !== undefined);
  const [first] = there;
  if (first === undefined) return null;
  if (values.length === 1) return round(first, decimals);
  const interval = confidenceInterval(there);
  return {
    mean: round(meanOf(there), decimals),
    ci95: interval === null ? null : [round(interval[0], decimals), round(interval[1], decimals)],
    values: values.map((value) => (value === undefined ? null : round(value, decimals))),
  };
}

/** As `figureOrNone`, for what every seed has. */
export function figureOf(values: readonly number[]): Figure {
  return figureOrNone(values) ?? 0;
}

/** One record for each seed as figures by name, sorted; a name that a seed lacks counts as zero. */
export function figuresByName(records: readonly Readonly<Record<string, number>>[]): FiguresByName {
  const names = [...new Set(records.flatMap((record) => Object.keys(record)))].sort(compareStrings);
  return Object.fromEntries(
    names.map((name) => [name, figureOf(records.map((record) => record[name] ?? 0))]),
  );
}

/** The number that stands for a figure: itself, or its mean. */
export function centre(figure: Figure): number {
  return typeof figure === "number" ? figure : figure.mean;
}

/** Half the width of a figure's confidence interval; undefined where there is none. */
export function halfWidth(figure: Figure): number | undefined {
  if (typeof figure === "number" || figure.ci95 === null) return undefined;
  return (figure.ci95[1] - figure.ci95[0]) / 2;
}
