import type { Report } from "./report-schema.ts";

/**
 * JSON for people and machines: keys in the order of the schema, two spaces, lists of plain values on
 * one line (series would have a line for each point else), a line feed at the end.
 */
export function formatJson(value: unknown): string {
  return `${print(value, "")}\n`;
}

/** The text of `report.json`. */
export function formatReportJson(report: Report): string {
  return formatJson(report);
}

function print(value: unknown, indent: string): string {
  const inner = `${indent}  `;
  if (Array.isArray(value)) {
    const items: readonly unknown[] = value;
    if (items.every((item) => typeof item !== "object" || item === null)) {
      return `[${items.map((item) => JSON.stringify(item)).join(", ")}]`;
    }
    return `[\n${items.map((item) => inner + print(item, inner)).join(",\n")}\n${indent}]`;
  }
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).filter(([, each]) => each !== undefined);
  if (entries.length === 0) return "{}";
  const lines = entries.map(
    ([key, each]) => `${inner}${JSON.stringify(key)}: ${print(each, inner)}`,
  );
  return `{\n${lines.join(",\n")}\n${indent}}`;
}
