/** Files of recorded cases: gzipped JSON under `conformance/cases/`, repeated parts written once. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { gunzipSync, gzipSync } from "node:zlib";
import { InvalidArgumentError } from "commander";
import { intern, type Interned, unintern } from "./interning.ts";

const folder: URL = new URL("./cases/", import.meta.url);
const ending = ".json.gz";

/** Names of the recorded files, sorted. */
export function recordedFiles(): readonly string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(ending))
    .sort();
}

/** What a file holds; the caller knows by its name what that is. */
export function readRecorded(file: string): unknown {
  const text = gunzipSync(readFileSync(new URL(file, folder))).toString("utf8");
  return unintern(JSON.parse(text) as Interned);
}

/** The same value is the same bytes. */
export function writeRecorded(file: string, value: object): void {
  writeFileSync(new URL(file, folder), gzipSync(JSON.stringify(intern(value)), { level: 9 }));
}

/** An option's word as the name of a file of one kind of cases: those begin with the prefix. */
export function parseRecordedFile(prefix: string): (text: string) => string {
  return (text) => {
    if (text.startsWith(prefix) && text.endsWith(ending) && !/[/\\]/.test(text)) return text;
    throw new InvalidArgumentError(`A file is named ${prefix}NAME${ending}, without a folder.`);
  };
}
