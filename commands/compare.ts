import type { Command } from "commander";
import { policyNames } from "../scenarios/index.ts";
import { openScenario, printReport, replay } from "./replay.ts";
import type { RunWords } from "./run-options.ts";
import {
  addReportOptions,
  addRunOptions,
  addSweepOptions,
  choosePolicies,
  readRunOptions,
} from "./run-options.ts";

/** `dryfit compare`: one scenario under all of its policies, with one seed or several. */
export function configure(command: Command): void {
  addSweepOptions(addReportOptions(addRunOptions(command))).action(
    async (path: string, words: RunWords) => {
      const request = readRunOptions(words);
      const scenario = await openScenario(path, request);
      const policies = choosePolicies("--policies", words.policies, policyNames(scenario));
      printReport(await replay(scenario, path, policies, request), request);
    },
  );
}
