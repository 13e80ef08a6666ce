/** One place in the tree that breaks a rule of the house. */
export interface Finding {
  readonly file: string;
  /** Counted from 1. */
  readonly line: number;
  /** What is wrong and what to do instead. */
  readonly message: string;
}

/** Text of a file by its path from the repository root, with forward slashes. */
export type Tree = ReadonlyMap<string, string>;

/** `file:line message`, sorted by file, line and message, so that a failing test reads as a list. */
export function formatFindings(findings: readonly Finding[]): readonly string[] {
  const sorted = [...findings].sort(
    (a, b) => order(a.file, b.file) || a.line - b.line || order(a.message, b.message),
  );
  return sorted.map(({ file, line, message }) => `${file}:${line} ${message}`);
}

/** The line, counted from 1, on which the character at `index` stands. */
export function lineAt(text: string, index: number): number {
  let line = 1;
  for (let at = text.indexOf("\n"); at !== -1 && at < index; at = text.indexOf("\n", at + 1)) {
    line += 1;
  }
  return line;
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
