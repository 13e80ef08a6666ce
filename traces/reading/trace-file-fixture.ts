import { existsSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Result } from "../../core/units/index.ts";

const recordedFolder = new URL("../../../shared/data/", import.meta.url);
let folder: string | undefined;
let count = 0;

/** Writes a file for one test into a temporary folder and answers with its path. */
export function traceFile(content: string | Uint8Array): string {
  folder ??= mkdtempSync(join(tmpdir(), "dryfit-traces-"));
  count += 1;
  const path = join(folder, `trace-${count}`);
  writeFileSync(path, content);
  return path;
}

/** The path of a recorded data file, which is beside the repository where it is at all. */
export function recordedFile(name: string): string {
  return fileURLToPath(new URL(name, recordedFolder));
}

/** Whether the recorded data are there; tests that need them are skipped where they are not. */
export const hasRecordedData = existsSync(recordedFolder);

/** Code and place of each diagnostic, as `code line:column`. */
export function problemsOf(result: Result<unknown>): readonly string[] {
  return (result.ok ? result.warnings : result.diagnostics).map(
    ({ code, line, column }) => `${code} ${line ?? "-"}:${column ?? "-"}`,
  );
}

/** The value. @throws Error with the diagnostics of a failure. */
export function valueOf<Value>(result: Result<Value>): Value {
  if (!result.ok) {
    throw new Error(problemsOf(result).join("; "));
  }
  return result.value;
}
