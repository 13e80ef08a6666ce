import { mkdir, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { OutsideError } from "../core/units/index.ts";
import { formatReportCsv } from "./csv.ts";
import { formatReportMarkdown } from "./markdown.ts";
import { formatReportJson } from "./report-json.ts";
import type { Report } from "./report-schema.ts";
import { formatReportText } from "./text.ts";

/** Forms of a report; `report.<ending>` in the output folder, `text` as report.txt. */
export const reportFormats = ["text", "json", "md", "html", "csv"] as const;

/** One of `reportFormats`. */
export type ReportFormat = (typeof reportFormats)[number];

/** A finished journal to move into the output folder. */
export interface JournalFile {
  /** Its name in the output folder, `journal.ndjson.gz`. */
  readonly name: string;
  /** Where it was written; on the same file system. */
  readonly path: string;
}

/** Says that a folder is dryfit's to replace. */
const markerName = ".dryfit-output";
const markerText = "Written by dryfit, which replaces this folder as a whole.\n";
const textColumns = 100;

/**
 * Refuses, before any work is done, a folder that `writeReport` would not replace.
 *
 * @throws OutsideError for a file, or a folder that is neither empty nor an output of dryfit.
 */
export async function checkOutputFolder(outDir: string): Promise<void> {
  await stateOf(outDir);
}

/**
 * Writes the report's forms into `outDir`, which is replaced whole or not at all: everything is
 * written beside it first and renamed into place. Answers the paths of the files, sorted.
 *
 * @throws OutsideError as `checkOutputFolder` does, and where the file system fails.
 */
export async function writeReport(
  outDir: string,
  report: Report,
  formats: readonly ReportFormat[],
  journals: readonly JournalFile[] = [],
): Promise<readonly string[]> {
  const texts = await Promise.all(
    [...new Set(formats)].map(async (format) => ({
      name: `report.${format === "text" ? "txt" : format}`,
      text: await formatReport(report, format),
    })),
  );
  const state = await stateOf(outDir);
  return outsideErrors(outDir, async () => {
    const target = path.resolve(outDir);
    await mkdir(path.dirname(target), { recursive: true });
    const fresh = await makeBeside(target);
    try {
      await writeFile(path.join(fresh, markerName), markerText);
      for (const { name, text } of texts) await writeFile(path.join(fresh, name), text);
      for (const journal of journals) await rename(journal.path, path.join(fresh, journal.name));
      await replaceFolder(target, fresh, state === "there");
    } catch (error) {
      await rm(fresh, { recursive: true, force: true });
      throw error;
    }
    return [...texts, ...journals].map(({ name }) => path.join(outDir, name)).sort();
  });
}

/** One form of a report as text; the page of HTML needs what `npm run build` makes. */
async function formatReport(report: Report, format: ReportFormat): Promise<string> {
  switch (format) {
    case "text":
      return formatReportText(report, { columns: textColumns, colour: false });
    case "json":
      return formatReportJson(report);
    case "md":
      return formatReportMarkdown(report);
    case "csv":
      return formatReportCsv(report);
    case "html": {
      // The renderer is of use to this form only, so that the others do not wait for it.
      const { formatReportHtml } = await import("./html/page.tsx");
      return formatReportHtml(report);
    }
  }
}

/** A new folder `target.new-1` or the next free number, with the permissions that any folder gets. */
async function makeBeside(target: string): Promise<string> {
  for (let number = 1; ; number += 1) {
    const folder = `${target}.new-${number}`;
    try {
      await mkdir(folder);
      return folder;
    } catch (error) {
      if (!hasCode(error, "EEXIST")) throw error;
    }
  }
}

/** The old folder steps aside, and comes back where the new one cannot take its place. */
async function replaceFolder(target: string, fresh: string, isThere: boolean): Promise<void> {
  if (!isThere) return rename(fresh, target);
  const old = `${fresh}.old`;
  await rename(target, old);
  try {
    await rename(fresh, target);
  } catch (error) {
    await rename(old, target);
    throw error;
  }
  await rm(old, { recursive: true, force: true });
}

async function stateOf(outDir: string): Promise<"there" | "absent"> {
  const found = await outsideErrors(outDir, async () => {
    try {
      const isFolder = (await stat(outDir)).isDirectory();
      return isFolder ? await readdir(outDir) : "file";
    } catch (error) {
      if (hasCode(error, "ENOENT")) return undefined;
      throw error;
    }
  });
  if (found === undefined) return "absent";
  if (found === "file") {
    throw new OutsideError({
      code: "outside/output-is-a-file",
      message: `${outDir} is a file, and the output is a folder`,
      advice: "Name a folder with --out.",
    });
  }
  if (found.length > 0 && !found.includes(markerName)) {
    throw new OutsideError({
      code: "outside/output-not-ours",
      message: `${outDir} holds files that dryfit did not write, and would be replaced as a whole`,
      advice: "Name another folder with --out, or empty this one.",
    });
  }
  return "there";
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}

async function outsideErrors<Value>(outDir: string, work: () => Promise<Value>): Promise<Value> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Error && "syscall" in error)) throw error;
    throw new OutsideError({
      code: "outside/output-not-written",
      message: `the output cannot be written to ${outDir}: ${error.message}`,
      advice: "See to the permissions and the space there, or name another folder with --out.",
      cause: error,
    });
  }
}
