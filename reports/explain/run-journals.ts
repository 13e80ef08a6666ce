import { readdir, readFile, stat } from "node:fs/promises";
import nodePath from "node:path";
import { z } from "zod";
import { OutsideError, compareStrings } from "../../core/units/index.ts";
import { parseJournalName } from "../journal-name.ts";

/** One run of an output folder, with its journal. */
export interface RunJournal {
  readonly path: string;
  /** As far as they are known: those of a single run stand in its report. */
  readonly policy: string | undefined;
  readonly seed: number | undefined;
}

/**
 * The journals of an output folder, by policy and seed. Naming a journal itself is as good.
 *
 * @throws OutsideError where there is none, and says how to get one.
 */
export async function listJournals(folder: string): Promise<readonly RunJournal[]> {
  const info = await stat(folder).catch((cause: unknown) => {
    throw new OutsideError({
      code: "outside/no-run-folder",
      message: `there is no ${folder}`,
      advice: "Give the folder that a run was written to: dryfit run SCENARIO --out DIR --journal.",
      cause,
    });
  });
  if (info.isFile()) return [await journalOf(folder)];
  const names = await readdir(folder);
  const found = names.filter((name) => parseJournalName(name) !== undefined).sort(compareStrings);
  if (found.length === 0) throw noJournal(folder, names);
  return Promise.all(found.map((name) => journalOf(nodePath.join(folder, name))));
}

function noJournal(folder: string, names: readonly string[]): OutsideError {
  const isRun = names.includes("report.json") || names.includes(".dryfit-output");
  const what = isRun ? "was written without --journal" : "is no output folder of dryfit";
  return new OutsideError({
    code: "outside/no-journal",
    message: `there is no journal in ${folder}: it ${what}`,
    advice: `Write one: dryfit run SCENARIO --out ${folder} --journal.`,
  });
}

async function journalOf(path: string): Promise<RunJournal> {
  const run = parseJournalName(nodePath.basename(path))?.run;
  if (run !== undefined) return { path, ...run };
  return { path, ...(await reportedRun(nodePath.dirname(path))) };
}

const head = z.object({
  seeds: z.array(z.number()),
  policies: z.array(z.object({ name: z.string() })),
});

/** Policy and seed of the one run that a report is about; unknown where it has none or several. */
async function reportedRun(folder: string): Promise<Pick<RunJournal, "policy" | "seed">> {
  const unknown = { policy: undefined, seed: undefined };
  let parsed: unknown;
  try {
    parsed = JSON.parse(await readFile(nodePath.join(folder, "report.json"), "utf8"));
  } catch {
    // The report is written in other forms, or not at all: the journal speaks for itself.
    return unknown;
  }
  const report = head.safeParse(parsed);
  if (!report.success) return unknown;
  const { seeds, policies } = report.data;
  const [seed, ...otherSeeds] = seeds;
  const [policy, ...otherPolicies] = policies;
  const isOne = otherSeeds.length === 0 && otherPolicies.length === 0;
  return isOne ? { policy: policy?.name, seed } : unknown;
}
