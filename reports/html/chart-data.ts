import { parseTime } from "../../core/units/index.ts";
import type { Report } from "../report-schema.ts";

/** A point of a chart over time: instant in milliseconds, name of the line or area, value. */
export interface Point {
  readonly t: number;
  readonly series: string;
  readonly value: number;
}

/** Named lists with a value for each bucket, as points; the last value holds to the report's end. */
export function pointsOf(
  report: Report,
  lists: Readonly<Record<string, readonly number[]>>,
): readonly Point[] {
  const starts = report.seriesStarts.map(parseTime);
  const end = parseTime(report.end);
  return Object.entries(lists).flatMap(([series, values]) => [
    ...starts.map((t, index) => ({ t, series, value: values[index] ?? 0 })),
    { t: end, series, value: values.at(-1) ?? 0 },
  ]);
}

/** The highest sum of the lists in any bucket: how high a stack of them gets. */
export function stackPeak(lists: Readonly<Record<string, readonly number[]>>): number {
  const all = Object.values(lists);
  const buckets = Math.max(0, ...all.map((values) => values.length));
  const sums = Array.from({ length: buckets }, (_, index) =>
    all.reduce((sum, values) => sum + (values[index] ?? 0), 0),
  );
  return Math.max(0, ...sums);
}

/** The highest value of any list. */
export function linePeak(lists: Readonly<Record<string, readonly number[]>>): number {
  return Math.max(0, ...Object.values(lists).flat());
}
