import { readFile, rename, writeFile } from "node:fs/promises";
import type { Command } from "commander";
import { OutsideError } from "../core/units/index.ts";
import type { Baseline, Report } from "../reports/index.ts";
import {
  compareWithBaseline,
  formatBaseline,
  formatComparison,
  makeBaseline,
  parseBaseline,
} from "../reports/index.ts";
import { policyNames } from "../scenarios/index.ts";
import { valueOrBadInput } from "./bad-input-error.ts";
import { exitCodes } from "./exit-codes.ts";
import { openScenario, replay, textOptions } from "./replay.ts";
import type { RunWords } from "./run-options.ts";
import {
  addReportOptions,
  addRunOptions,
  addSweepOptions,
  choosePolicies,
  readRunOptions,
} from "./run-options.ts";
import { jsonText } from "./terminal.ts";

interface CheckWords extends RunWords {
  readonly baseline: string;
  readonly update?: boolean;
}

/** `dryfit check`: fails when a figure of the report has left its tolerance around a baseline. */
export function configure(command: Command): void {
  addSweepOptions(addReportOptions(addRunOptions(command)))
    .requiredOption("--baseline <file>", "the baseline, a JSON file to keep in the repository")
    .option("--update", "write the baseline anew; tolerances that it has stay")
    .action(async (path: string, words: CheckWords) => {
      const request = readRunOptions(words);
      const baseline = await readBaseline(words.baseline, words.update === true);
      const scenario = await openScenario(path, request);
      const policies = choosePolicies("--policies", words.policies, policyNames(scenario));
      const report = await replay(scenario, path, policies, request);
      if (words.update === true || baseline === undefined) {
        await writeBaseline(words.baseline, updated(report, baseline));
        process.stdout.write(`The baseline ${words.baseline} is up to date.\n`);
        return;
      }
      const comparison = compareWithBaseline(report, baseline);
      process.stdout.write(
        request.isJson ? jsonText(comparison) : formatComparison(comparison, textOptions()),
      );
      if (!comparison.passed) process.exitCode = exitCodes.gateFailed;
    });
}

/** Undefined where there is none yet and one is about to be written. */
async function readBaseline(file: string, isUpdate: boolean): Promise<Baseline | undefined> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (cause) {
    const isMissing = cause instanceof Error && "code" in cause && cause.code === "ENOENT";
    if (isMissing && isUpdate) return undefined;
    throw new OutsideError({
      code: "outside/cannot-read-file",
      message: isMissing ? `there is no baseline ${file}` : `the baseline ${file} cannot be read`,
      advice: isMissing ? "Make one: the same command with --update." : "Check the path.",
      cause,
    });
  }
  return valueOrBadInput(parseBaseline(text, file));
}

/** A baseline of the report, with the figures and tolerances that somebody has chosen before. */
function updated(report: Report, before: Baseline | undefined): Baseline {
  const made = makeBaseline(report);
  if (before === undefined) return made;
  const figures: Baseline["figures"] = {};
  for (const { path, found } of compareWithBaseline(report, before).figures) {
    const chosen = before.figures[path];
    if (chosen !== undefined && found !== undefined) figures[path] = { ...chosen, value: found };
  }
  return { ...made, figures };
}

/** In one step, so that nobody reads half of it. */
async function writeBaseline(file: string, baseline: Baseline): Promise<void> {
  const draft = `${file}.${process.pid}.tmp`;
  try {
    await writeFile(draft, formatBaseline(baseline));
    await rename(draft, file);
  } catch (cause) {
    throw new OutsideError({
      code: "outside/cannot-write-file",
      message: `the baseline ${file} cannot be written`,
      advice: "Check that its folder exists and may be written to.",
      cause,
    });
  }
}
