/*
 * Where a scenario's files are. A scenario is a folder that can be handed on: its paths lead to files
 * in it. Large traces may live elsewhere; the person at the command line, not the scenario, says
 * where, with `--data DIR`, and the scenario names them by their path in that folder.
 */
import { stat } from "node:fs/promises";
import nodePath from "node:path";
import { glob } from "tinyglobby";
import type { Diagnostic, Result } from "../../core/units/index.ts";
import { compareStrings, fail, ok } from "../../core/units/index.ts";
import { atValue } from "./document-place.ts";
import type { ScenarioDocument, Step } from "./scenario-document.ts";

/** A file that the scenario names. */
export interface InputFile {
  /** As the scenario names it, with `/`. */
  readonly name: string;
  /** Where it is; for opening, and for messages. */
  readonly path: string;
}

/** Where files are looked for. */
export interface InputFolders {
  /** The folder of the scenario file. */
  readonly scenario: string;
  /** Further folders, in order; the first that has the file wins. */
  readonly data: readonly string[];
}

/** Finds the one file that a key of the scenario names. */
export async function findInputFile(
  document: ScenarioDocument,
  steps: readonly Step[],
  written: string,
  folders: InputFolders,
): Promise<Result<InputFile>> {
  const refusal = refuse(document, steps, written);
  if (refusal !== undefined) return fail(refusal);
  for (const folder of [folders.scenario, ...folders.data]) {
    const path = nodePath.join(folder, written);
    const found = await stat(path).catch(() => undefined);
    if (found?.isFile() === true) return ok({ name: slashed(written), path });
  }
  const looked = [folders.scenario, ...folders.data].map(shown).join(", ");
  return fail({
    ...atValue(document, steps),
    code: "scenario/missing-file",
    found: written,
    allowed: "a file in the scenario's folder, or in a folder given with --data",
    ...(folders.data.length === 0 ? { hint: "say where your data are: --data DIR" } : {}),
    message: `there is no file ${written} (looked in ${looked})`,
  });
}

/** The files that a list of paths and globs names, by name, each once. */
export async function findInputFiles(
  document: ScenarioDocument,
  steps: readonly Step[],
  patterns: readonly string[],
  folders: InputFolders,
): Promise<Result<readonly InputFile[]>> {
  const diagnostics: Diagnostic[] = [];
  const names = new Set<string>();
  for (const [index, pattern] of patterns.entries()) {
    const refusal = refuse(document, [...steps, index], pattern);
    if (refusal !== undefined) {
      diagnostics.push(refusal);
      continue;
    }
    const found = await glob(slashed(pattern), {
      cwd: folders.scenario,
      onlyFiles: true,
      dot: false,
      expandDirectories: false,
      followSymbolicLinks: false,
    });
    for (const name of found) names.add(name);
    if (found.length === 0) {
      diagnostics.push({
        ...atValue(document, [...steps, index]),
        code: "scenario/missing-file",
        found: pattern,
        allowed: "a path or glob that matches at least one file in the scenario's folder",
        message: `no file matches ${pattern} in ${shown(folders.scenario)}`,
      });
    }
  }
  if (diagnostics.length > 0) return fail(diagnostics);
  const sorted = [...names].sort(compareStrings);
  return ok(sorted.map((name) => ({ name, path: nodePath.join(folders.scenario, name) })));
}

function refuse(
  document: ScenarioDocument,
  steps: readonly Step[],
  written: string,
): Diagnostic | undefined {
  const isAbsolute = nodePath.isAbsolute(written) || /^[A-Za-z]:[\\/]/.test(written);
  const climbs = slashed(written).split("/").includes("..");
  if (!isAbsolute && !climbs) return undefined;
  return {
    ...atValue(document, steps),
    code: "scenario/path-outside",
    found: written,
    allowed: "a path inside of the scenario's folder",
    hint: `name the file by its path in a data folder, and give the folder with --data DIR`,
    message: `${written} leads out of the scenario's folder`,
  };
}

function slashed(path: string): string {
  return path.replaceAll("\\", "/");
}

function shown(folder: string): string {
  return folder === "" ? "." : folder;
}
