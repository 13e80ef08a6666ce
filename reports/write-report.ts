import { Defect } from "../core/units/index.ts";
import type { Report } from "./report-schema.ts";

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

/**
 * Refuses, before any work is done, a folder that `writeReport` would not replace.
 *
 * @throws OutsideError for a file, or a folder that is neither empty nor an output of dryfit.
 */
export async function checkOutputFolder(outDir: string): Promise<void> {
  throw new Defect("checkOutputFolder is not written yet", { outDir });
}

/**
 * Writes the report's forms into `outDir`, which is replaced whole or not at all. Answers the paths
 * of the files, sorted.
 *
 * @throws OutsideError as `checkOutputFolder` does, and where the file system fails.
 */
export async function writeReport(
  outDir: string,
  report: Report,
  formats: readonly ReportFormat[],
  journals: readonly JournalFile[] = [],
): Promise<readonly string[]> {
  throw new Defect("writeReport is not written yet", { outDir, report, formats, journals });
}
