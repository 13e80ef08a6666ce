import { hang } from "../reports/index.ts";
import type { AllowedWindow } from "../scenarios/index.ts";
import { formatDay } from "./format-budget-windows.ts";
import type { TextStyle } from "./text-lines.ts";

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const numberMax = 99;

/**
 * Days by hours, three characters an hour, so that a week fits into 80 columns. An hour in which the
 * number changes shows the least of it behind a tilde; hours outside of the windows are empty.
 */
export function formatGrid(
  windows: readonly AllowedWindow[],
  { columns, paint }: TextStyle,
): readonly string[] {
  const spans = windows.map(({ from, to, allowed }) => ({
    from: Date.parse(from),
    to: Date.parse(to),
    allowed: allowed ?? Number.POSITIVE_INFINITY,
  }));
  const start = spans[0]?.from ?? 0;
  const end = spans.at(-1)?.to ?? 0;
  const hours = Array.from({ length: 24 }, (_, hour) => ` ${String(hour).padStart(2, "0")}`);
  const lines = [paint.dim(`${"".padEnd(6)}${hours.join("")}`)];
  for (let day = Math.floor(start / dayMs) * dayMs; day < end; day += dayMs) {
    const cells = Array.from({ length: 24 }, (_, hour) => {
      const from = day + hour * hourMs;
      const values = spans
        .filter((span) => span.from < from + hourMs && span.to > from)
        .map(({ allowed }) => allowed);
      return cellOf(values, paint);
    });
    lines.push(`${formatDay(day).padEnd(6)}${cells.join("")}`.trimEnd());
  }
  const text = legend(
    spans.map(({ allowed }) => allowed),
    lines,
  );
  return text === "" ? lines : [...lines, ...hang("      ", text, columns)];
}

function cellOf(values: readonly number[], paint: TextStyle["paint"]): string {
  if (values.length === 0) return "   ";
  const least = Math.min(...values);
  const isMixed = values.some((value) => value !== least);
  const number = least === Number.POSITIVE_INFINITY ? "-" : least > numberMax ? "#" : String(least);
  const cell = `${isMixed ? "~" : ""}${number}`.padStart(3);
  return least === 0 ? (isMixed ? paint.yellow(cell) : paint.red(cell)) : cell;
}

function legend(values: readonly number[], lines: readonly string[]): string {
  const parts = [
    ...(lines.some((line) => line.includes("~"))
      ? ["~ the least of an hour in which it changes"]
      : []),
    ...(values.includes(Number.POSITIVE_INFINITY) ? ["- no limit"] : []),
    ...(values.some((value) => Number.isFinite(value) && value > numberMax)
      ? [`# more than ${numberMax}`]
      : []),
  ];
  return parts.join("; ");
}
