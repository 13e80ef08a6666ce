import type { Scenario } from "../scenarios/index.ts";
import type { RunJob, RunOutcome } from "./run-job.ts";
import { performJob } from "./run-job.ts";
import { unpackFailure } from "./sent-failure.ts";
import type { SentOutcome } from "./sweep-worker.ts";

/** How a sweep is made. */
export interface SweepOptions {
  /** Threads at most; 1 runs everything in this one. */
  readonly workers: number;
  /** Told after each run. */
  readonly onDone: () => void;
}

/**
 * Makes all runs; the outcomes are in the order of the jobs, whatever the number of threads and
 * whichever finishes first. The first failure in that order ends it.
 */
export async function sweep(
  scenario: Scenario,
  jobs: readonly RunJob[],
  options: SweepOptions,
): Promise<readonly RunOutcome[]> {
  const threads = Math.min(options.workers, jobs.length);
  if (threads > 1) return sweepInThreads(jobs, threads, options.onDone);
  const outcomes: RunOutcome[] = [];
  for (const job of jobs) {
    outcomes.push(await performJob(job, scenario));
    options.onDone();
  }
  return outcomes;
}

async function sweepInThreads(
  jobs: readonly RunJob[],
  threads: number,
  onDone: () => void,
): Promise<readonly RunOutcome[]> {
  const { Piscina } = await import("piscina");
  const worker = new URL("./sweep-worker.ts", import.meta.url);
  const pool = new Piscina<RunJob, SentOutcome>({
    filename: worker.href,
    name: "performSentJob",
    minThreads: threads,
    maxThreads: threads,
    ...(worker.pathname.endsWith(".ts")
      ? { execArgv: ["--import", import.meta.resolve("tsx")] }
      : {}),
  });
  try {
    const sent = await Promise.all(
      jobs.map(async (job) => {
        const outcome = await pool.run(job);
        onDone();
        return outcome;
      }),
    );
    return sent.map((each) => {
      if (!each.ok) throw unpackFailure(each.failure);
      return each.outcome;
    });
  } finally {
    await pool.destroy();
  }
}
