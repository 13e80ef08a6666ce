/*
 * From a request to a report, for run, compare and check: load the scenario, make the runs, gather
 * them, write and print what was asked for.
 */
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import nodePath from "node:path";
import type { JournalFile, Report } from "../reports/index.ts";
import {
  buildReport,
  checkOutputFolder,
  formatReportText,
  journalName,
  printable,
  writeReport,
} from "../reports/index.ts";
import type { Scenario } from "../scenarios/index.ts";
import { loadScenario } from "../scenarios/index.ts";
import { BadInputError } from "./bad-input-error.ts";
import { formatWarnings } from "./format-warnings.ts";
import { showsColour } from "./paint.ts";
import { openProgress } from "./progress.ts";
import { provenanceOf } from "./provenance.ts";
import type { RunJob, RunOutcome } from "./run-job.ts";
import type { RunRequest } from "./run-options.ts";
import { sweep } from "./sweep.ts";
import { columnsOf, jsonText } from "./terminal.ts";

/**
 * Loads a scenario and prints its warnings on stderr.
 *
 * @throws BadInputError, OutsideError
 */
export async function openScenario(path: string, request: RunRequest): Promise<Scenario> {
  const loaded = await loadScenario(path, request.load);
  if (!loaded.ok) throw new BadInputError(loaded.diagnostics);
  if (!request.isQuiet) process.stderr.write(formatWarnings(loaded.warnings));
  return loaded.value;
}

/** Makes the runs of the policies, writes the report where asked for, and answers it. */
export async function replay(
  scenario: Scenario,
  path: string,
  policies: readonly string[],
  request: RunRequest,
): Promise<Report> {
  if (request.out !== undefined) await checkOutputFolder(request.out);
  const journals = await openJournalFolder(request);
  try {
    const jobs = jobsOf(scenario, path, policies, request, journals);
    const outcomes = await performAll(scenario, jobs, request);
    const report = buildReport(outcomes, provenanceOf(scenario, policies, outcomes));
    if (request.out !== undefined) {
      await writeReport(request.out, report, request.formats, journalFiles(jobs));
    }
    return report;
  } finally {
    if (journals !== undefined) await rm(journals, { recursive: true, force: true });
  }
}

/** Beside the output folder: journals are moved into it, which works on one file system only. */
async function openJournalFolder({ out, hasJournal }: RunRequest): Promise<string | undefined> {
  if (out === undefined || !hasJournal) return undefined;
  const parent = nodePath.dirname(nodePath.resolve(out));
  await mkdir(parent, { recursive: true });
  return mkdtemp(nodePath.join(parent, ".dryfit-journal-"));
}

function jobsOf(
  scenario: Scenario,
  path: string,
  policies: readonly string[],
  request: RunRequest,
  journals: string | undefined,
): readonly RunJob[] {
  const first = request.seed ?? scenario.spec.seed;
  const seeds = Array.from({ length: request.seedCount }, (_, index) => first + index);
  const isSingle = policies.length * seeds.length === 1;
  return policies.flatMap((policy) =>
    seeds.map((seed) => {
      const name = journalName(isSingle ? undefined : { policy, seed });
      const { load } = request;
      return {
        scenario: path,
        load,
        digest: scenario.digest,
        policy,
        seed,
        ...(journals === undefined ? {} : { journalPath: nodePath.join(journals, name) }),
      };
    }),
  );
}

function journalFiles(jobs: readonly RunJob[]): readonly JournalFile[] {
  return jobs.flatMap(({ journalPath }) =>
    journalPath === undefined ? [] : [{ name: nodePath.basename(journalPath), path: journalPath }],
  );
}

async function performAll(
  scenario: Scenario,
  jobs: readonly RunJob[],
  { workers, isQuiet }: RunRequest,
): Promise<readonly RunOutcome[]> {
  const progress = await openProgress(
    `replaying ${printable(scenario.name)}`,
    jobs.length,
    isQuiet,
  );
  try {
    return await sweep(scenario, jobs, { workers, onDone: () => progress.step() });
  } finally {
    progress.stop();
  }
}

/** Prints the report on stdout, for a person or as JSON; then where the files are, on stderr. */
export function printReport(report: Report, { isJson, isQuiet, out }: RunRequest): void {
  const { stdout, stderr } = process;
  const text = isJson ? jsonText(report) : formatReportText(report, textOptions());
  stdout.write(text);
  if (out !== undefined && !isQuiet) stderr.write(`The report is in ${out}\n`);
}

/** How a report's text on stdout is formatted. */
export function textOptions(): { readonly columns: number; readonly colour: boolean } {
  const { stdout } = process;
  return { columns: columnsOf(stdout), colour: showsColour(stdout) };
}
