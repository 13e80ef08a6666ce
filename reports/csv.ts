import { centre } from "./figure.ts";
import { placedFigures } from "./figure-paths.ts";
import type { Figure, Report } from "./report-schema.ts";

/**
 * Every figure of a report as one row: policy, figure, value, the bounds of its interval, and a column
 * for each seed. RFC 4180 with line feeds; no value is an empty field.
 */
export function formatReportCsv(report: Report): string {
  const head = ["policy", "figure", "value", "ci95Low", "ci95High"];
  const rows = placedFigures(report).map(({ policy, path, figure }) => [
    quoted(policy),
    quoted(path),
    ...numbers(figure, report.seeds.length),
  ]);
  return [[...head, ...report.seeds.map((seed) => `seed ${seed}`)], ...rows]
    .map((fields) => `${fields.join(",")}\n`)
    .join("");
}

function numbers(figure: Figure | null, seeds: number): readonly string[] {
  if (figure === null) return Array.from({ length: 3 + seeds }, () => "");
  if (typeof figure === "number") return [String(figure), "", "", String(figure)];
  const [low = "", high = ""] = figure.ci95 ?? [];
  return [
    String(centre(figure)),
    String(low),
    String(high),
    ...figure.values.map((value) => (value === null ? "" : String(value))),
  ];
}

/** A spreadsheet would run a name that begins like a formula; an apostrophe makes it text. */
function quoted(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
