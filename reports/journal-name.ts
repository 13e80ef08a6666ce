/** Which run of several a journal is of. */
export interface JournalRun {
  readonly policy: string;
  readonly seed: number;
}

const extension = ".ndjson.gz";
const single = `journal${extension}`;
const several = /^journal-(.+)-(\d+)\.ndjson\.gz$/;

/** The name of a run's journal in the output folder: of the only run, or of one of several. */
export function journalName(run: JournalRun | undefined): string {
  return run === undefined ? single : `journal-${run.policy}-${run.seed}${extension}`;
}

/** Whether a file of that name is a journal, and of which run, where the name says so. */
export function parseJournalName(
  name: string,
): { readonly run: JournalRun | undefined } | undefined {
  if (name === single) return { run: undefined };
  const [, policy, seed] = several.exec(name) ?? [];
  return policy === undefined ? undefined : { run: { policy, seed: Number(seed) } };
}
