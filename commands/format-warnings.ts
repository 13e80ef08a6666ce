import type { Diagnostic } from "../core/units/index.ts";
import { formatPosition } from "../core/units/index.ts";
import { printable } from "../reports/index.ts";
import { paintFor } from "./paint.ts";

/** Warnings for stderr, one a line; empty for none. */
export function formatWarnings(warnings: readonly Diagnostic[]): string {
  const paint = paintFor(process.stderr);
  return warnings
    .map((warning) => {
      const { message, code } = warning;
      const text = printable(`${formatPosition(warning)}: ${message}`);
      return `${paint.yellow("warning")} ${text} ${paint.dim(`(${code})`)}\n`;
    })
    .join("");
}
