import type { Diagnostic } from "../core/units/index.ts";
import { formatPosition } from "../core/units/index.ts";
import { printable } from "../reports/index.ts";
import type { Paint } from "./paint.ts";
import { plainPaint } from "./paint.ts";

/** What a diagnostic is shown with. */
export interface DiagnosticStyle {
  readonly paint: Paint;
  /** The line of a file, counted from 1; undefined where there is none to show. */
  readonly sourceLine: (file: string, line: number) => string | undefined;
}

const bare: DiagnosticStyle = { paint: plainPaint, sourceLine: () => undefined };

/**
 * A diagnostic as lines for a person: position and sentence, the line of the file where there is
 * one, then what was found, what may stand there and what to write instead.
 *
 * ```
 * scenario.yaml:12:7: spec.policies[0].name: a policy needs a name (scenario/missing-key)
 *   12 |   policies: [{ description: cheap }]
 *      |               ^
 *   found: nothing
 *   allowed: a string
 *   hint: name: balanced
 * ```
 */
export function formatDiagnostic(
  diagnostic: Diagnostic,
  { paint, sourceLine }: DiagnosticStyle = bare,
): string {
  const { path, message, code, found, allowed, hint } = diagnostic;
  const isTold = path === undefined || path === "" || message.includes(path);
  const where = isTold ? "" : ` ${path}:`;
  const head = paint.bold(`${printable(formatPosition(diagnostic))}:`);
  const lines = [`${head}${printable(`${where} ${message}`)} ${paint.dim(`(${code})`)}`];
  lines.push(...excerpt(diagnostic, paint, sourceLine));
  if (found !== "") {
    lines.push(`  found: ${printable(found)}`);
  }
  if (allowed !== "") {
    lines.push(`  allowed: ${printable(allowed)}`);
  }
  if (hint !== undefined) {
    lines.push(`  ${paint.green("hint")}: ${printable(hint)}`);
  }
  return lines.join("\n");
}

const widestExcerpt = 100;

/** The line and a caret under its column; nothing for lines too long to read. */
function excerpt(
  { file, line, column }: Diagnostic,
  paint: Paint,
  sourceLine: DiagnosticStyle["sourceLine"],
): readonly string[] {
  const text = line === undefined ? undefined : sourceLine(file, line);
  if (text === undefined || text.length > widestExcerpt) {
    return [];
  }
  const gutter = " ".repeat(String(line).length);
  const shown = `  ${paint.dim(`${line} |`)} ${printableCells(text)}`;
  if (column === undefined || column > text.length + 1) {
    return [shown];
  }
  // Tabs stay tabs, so that the caret lands under its character.
  const lead = printableCells(text.slice(0, column - 1)).replaceAll(/[^\t]/g, " ");
  return [shown, `  ${paint.dim(`${gutter} |`)} ${lead}${paint.red("^")}`];
}

/** Tabs are the one control that an excerpt may keep. */
function printableCells(text: string): string {
  return text.split("\t").map(printable).join("\t");
}
