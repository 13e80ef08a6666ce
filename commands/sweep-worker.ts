import type { RunJob, RunOutcome } from "./run-job.ts";
import { performJob } from "./run-job.ts";
import type { SentFailure } from "./sent-failure.ts";
import { packFailure } from "./sent-failure.ts";

/** What a thread answers. */
export type SentOutcome =
  | { readonly ok: true; readonly outcome: RunOutcome }
  | { readonly ok: false; readonly failure: SentFailure };

/** The entry of a thread of a sweep. */
export async function performSentJob(job: RunJob): Promise<SentOutcome> {
  try {
    return { ok: true, outcome: await performJob(job) };
  } catch (error) {
    return { ok: false, failure: packFailure(error) };
  }
}
