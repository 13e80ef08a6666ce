import { OutsideError } from "../core/units/index.ts";
import { openJournal } from "../reports/index.ts";
import type { LoadScenarioOptions, Scenario } from "../scenarios/index.ts";
import { loadScenario, planRun } from "../scenarios/index.ts";
import type { RunFacts } from "../sim/ledger/index.ts";
import { runWorld } from "../sim/world.ts";
import { valueOrBadInput } from "./bad-input-error.ts";

/** One run, as plain data that can be sent to a thread. */
export interface RunJob {
  readonly scenario: string;
  readonly load: LoadScenarioOptions;
  /** The digest that the scenario had when the sweep began. */
  readonly digest: string;
  readonly policy: string;
  readonly seed: number;
  /** Where its journal goes; absent: none is written. */
  readonly journalPath?: string;
}

/** What the simulated cluster does not do, and was asked for. */
export interface RunNotice {
  readonly code: string;
  readonly message: string;
}

/** What became of a run, as plain data. */
export interface RunOutcome {
  readonly policy: string;
  readonly seed: number;
  readonly facts: RunFacts;
  readonly notices: readonly RunNotice[];
}

/** A thread makes many runs of one scenario: it is loaded once. */
const scenarios = new Map<string, Promise<Scenario>>();

/**
 * Makes one run: a pure function of scenario, policy and seed, whichever thread it happens in.
 *
 * @throws OutsideError when the scenario's files have changed since the sweep began: its runs would
 * not be of one input.
 */
export async function performJob(job: RunJob, loaded?: Scenario): Promise<RunOutcome> {
  const scenario = loaded ?? (await scenarioOf(job));
  if (scenario.digest !== job.digest) {
    throw new OutsideError({
      code: "outside/input-changed",
      message: `the files of ${job.scenario} changed while it was running`,
      advice: "Run it again.",
    });
  }
  const plan = planRun(scenario, { policyName: job.policy, seed: job.seed });
  const journal = job.journalPath === undefined ? undefined : openJournal(job.journalPath);
  const { facts, notices } = runWorld(plan, journal);
  journal?.close();
  return {
    policy: job.policy,
    seed: job.seed,
    facts,
    notices: notices.map(({ code, objectKind, objectKey, message }) => ({
      code,
      message: `${objectKind} ${objectKey}: ${message}`,
    })),
  };
}

async function scenarioOf({ scenario, load }: RunJob): Promise<Scenario> {
  const key = JSON.stringify([scenario, load]);
  let loading = scenarios.get(key);
  if (loading === undefined) {
    loading = loadScenario(scenario, load).then(valueOrBadInput);
    scenarios.set(key, loading);
  }
  return loading;
}
