import { readFileSync, statSync } from "node:fs";

const largestFile = 4_000_000;

/**
 * Shows lines of files in complaints about them. Answers undefined for what is no file, is no text, or
 * is too large to be worth it: a complaint must not fail over its decoration.
 */
export function createSourceLines(): (file: string, line: number) => string | undefined {
  const linesByFile = new Map<string, readonly string[]>();
  return (file, line) => {
    let lines = linesByFile.get(file);
    if (lines === undefined) {
      lines = readLines(file);
      linesByFile.set(file, lines);
    }
    return lines[line - 1]?.replace(/\r$/, "");
  };
}

function readLines(file: string): readonly string[] {
  const found = statSync(file, { throwIfNoEntry: false });
  if (found?.isFile() !== true || found.size > largestFile) {
    return [];
  }
  const text = readFileSync(file, "utf8");
  return text.includes("\0") || text.includes("\u{fffd}") ? [] : text.split("\n");
}
