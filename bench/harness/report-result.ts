import { writeFileSync } from "node:fs";

/** Words of the command line, with `--json FILE` taken out. */
export interface BenchArguments {
  readonly words: readonly string[];
  readonly jsonFile: string | undefined;
}

/** Reads `--json FILE` wherever it stands. */
export function benchArguments(words: readonly string[] = process.argv.slice(2)): BenchArguments {
  const at = words.indexOf("--json");
  if (at < 0) return { words, jsonFile: undefined };
  const jsonFile = words[at + 1];
  if (jsonFile === undefined) throw new Error("--json needs the name of a file");
  return { words: words.filter((_, index) => index !== at && index !== at + 1), jsonFile };
}

/** Prints the text, and writes the result to the file that the command line names with `--json`. */
export function reportResult(result: object, text: string): void {
  console.log(text);
  const { jsonFile } = benchArguments();
  if (jsonFile !== undefined) writeFileSync(jsonFile, `${JSON.stringify(result, null, 2)}\n`);
}
