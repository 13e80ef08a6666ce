import type { Command } from "commander";
import { policyNames } from "../scenarios/index.ts";
import { openScenario, printReport, replay } from "./replay.ts";
import type { RunWords } from "./run-options.ts";
import { addReportOptions, addRunOptions, choosePolicies, readRunOptions } from "./run-options.ts";

/** `dryfit run`: one scenario under one policy. */
export function configure(command: Command): void {
  addReportOptions(addRunOptions(command))
    .option("--policy <name>", "one of the scenario's policies; default: the first")
    .action(async (path: string, words: RunWords) => {
      const request = readRunOptions(words);
      const scenario = await openScenario(path, request);
      const [policy = ""] = choosePolicies("--policy", words.policy, policyNames(scenario));
      printReport(await replay(scenario, path, [policy], request), request);
    });
}
