// What all commands hold to where their text meets the terminal.
import type { WriteStream } from "node:tty";
import { printable } from "../reports/index.ts";
import { paintFor } from "./paint.ts";
import type { TextStyle } from "./text-lines.ts";

const columnsElsewhere = 80;
/** Narrower than that no table makes sense, wider than that no line is read. */
const columnsMin = 40;
const columnsMax = 160;

/**
 * How wide text on a stream may be, from 40 to 160 columns: as COLUMNS says, else as wide as the
 * terminal, else 80.
 */
export function columnsOf(
  stream: Partial<Pick<WriteStream, "columns">>,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): number {
  const { COLUMNS = "" } = environment;
  // A terminal of an editor may say that it has no columns at all.
  const found = /^[1-9]\d{0,5}$/.test(COLUMNS) ? Number(COLUMNS) : stream.columns;
  return Math.min(columnsMax, Math.max(columnsMin, found || columnsElsewhere));
}

/** The width and the colours of a stream. */
export function textStyleFor(stream: Pick<WriteStream, "columns" | "isTTY">): TextStyle {
  return { columns: columnsOf(stream), paint: paintFor(stream) };
}

/** Text of several lines that a terminal shows and never obeys. */
export function printableLines(text: string): string {
  return text.split("\n").map(printable).join("\n");
}

/**
 * A value as JSON with indents, ending in a line feed. Strings keep their value; what of them is not
 * printable stands there escaped, which JSON itself asks for only below U+0020.
 */
export function jsonText(value: unknown): string {
  return `${printableLines(JSON.stringify(value, undefined, 2))}\n`;
}
