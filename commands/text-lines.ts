import { hang, printable } from "../reports/index.ts";
import type { Paint } from "./paint.ts";

/** How wide, and in which colours. */
export interface TextStyle {
  readonly columns: number;
  readonly paint: Paint;
}

/** A title and rows of a name with a text behind or below it; nothing for no rows. */
export function section(
  title: string,
  rows: readonly (readonly [string, string])[],
  { columns, paint }: TextStyle,
): readonly string[] {
  if (rows.length === 0) return [];
  const lines = rows.flatMap(([name, text]) => {
    const line = `  ${printable(name)}: ${printable(text)}`;
    return line.length <= columns
      ? [line]
      : [...hang("  ", `${name}:`, columns), ...hang("    ", text, columns)];
  });
  return ["", paint.bold(title), ...lines];
}

/** Names with the same text as one list of at most `max`, in the order of the first. */
export function grouped(
  rows: readonly (readonly [string, string])[],
  max: number,
): readonly (readonly [string, string])[] {
  const namesByText = new Map<string, string[]>();
  for (const [name, text] of rows) {
    const names = namesByText.get(text);
    if (names === undefined) namesByText.set(text, [name]);
    else names.push(name);
  }
  return [...namesByText].map(([text, names]) => [list(names, max), text]);
}

/** Names with commas between; of many the first, and how many more there are. */
export function list(names: readonly string[], max: number): string {
  const more = names.length > max ? `, and ${names.length - max} more (--json has all)` : "";
  return names.slice(0, max).join(", ") + more;
}

/** `1 pod`, `2 pods`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
