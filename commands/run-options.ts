/*
 * The options that run, compare and check share. Words are turned into values here, once.
 */
import { availableParallelism } from "node:os";
import type { Command } from "commander";
import type { ReportFormat } from "../reports/index.ts";
import { reportFormats } from "../reports/index.ts";
import type { LoadScenarioOptions } from "../scenarios/index.ts";
import { OptionReading } from "./option-reading.ts";

/** As commander hands them over. */
export interface RunWords {
  readonly seed?: string;
  readonly seeds?: string;
  readonly policy?: string;
  readonly policies?: string;
  readonly workers?: string;
  readonly out?: string;
  readonly format?: string;
  readonly until?: string;
  readonly duration?: string;
  readonly data?: readonly string[];
  readonly journal?: boolean;
  readonly quiet?: boolean;
  readonly json?: boolean;
}

/** What was asked for. */
export interface RunRequest {
  readonly load: LoadScenarioOptions;
  /** Undefined: the scenario's. */
  readonly seed: number | undefined;
  /** How many seeds, one after the other. */
  readonly seedCount: number;
  readonly workers: number;
  readonly out: string | undefined;
  readonly formats: readonly ReportFormat[];
  readonly hasJournal: boolean;
  readonly isQuiet: boolean;
  readonly isJson: boolean;
}

/** The options of every command that runs a scenario. */
export function addRunOptions(command: Command): Command {
  return command
    .argument("<scenario>", "a scenario file, or a folder with a scenario.yaml")
    .option("--seed <n>", "seed of the (first) run; default: the scenario's")
    .option("--duration <duration>", "length of the run instead of the scenario's, such as 3d")
    .option("--until <time>", "end of the run, as 2026-03-08T00:00:00Z")
    .option(
      "--data <folder>",
      "a folder with traces that the scenario names; may be given again",
      (folder: string, before: readonly string[] | undefined) => [...(before ?? []), folder],
    )
    .option("--quiet", "neither progress nor warnings")
    .option("--json", "the report as JSON on stdout");
}

/** The options of the commands that write a report. */
export function addReportOptions(command: Command): Command {
  return command
    .option("--out <folder>", "write the report into this folder, replacing it as a whole")
    .option("--format <list>", `with --out: some of ${reportFormats.join(",")}; default: all`)
    .option("--journal", "with --out: every fact of every run, as NDJSON with gzip");
}

/** The options of the commands that make several runs. */
export function addSweepOptions(command: Command): Command {
  return command
    .option("--policies <list>", "some of the scenario's policies; default: all")
    .option("--seeds <n>", "run every policy with n seeds, one after the other", "1")
    .option("--workers <n>", "threads; default: one for each processor");
}

/**
 * The words as values.
 *
 * @throws BadInputError with everything that is wrong with them.
 */
export function readRunOptions(words: RunWords): RunRequest {
  const reading = new OptionReading();
  const duration = reading.duration("--duration", words.duration);
  const until = reading.time("--until", words.until);
  if (duration !== undefined && until !== undefined) {
    reading.refuse("--until", words.until ?? "", "--duration or --until, not both");
  }
  for (const [option, isGiven] of [
    ["--format", words.format !== undefined],
    ["--journal", words.journal === true],
  ] as const) {
    if (isGiven && words.out === undefined) reading.refuse(option, option, "together with --out");
  }
  const request: RunRequest = {
    load: {
      ...(words.data === undefined ? {} : { dataFolders: words.data }),
      ...(duration === undefined ? {} : { duration }),
      ...(until === undefined ? {} : { until }),
    },
    seed: reading.count("--seed", words.seed, { min: 0 }),
    seedCount: reading.count("--seeds", words.seeds, { min: 1 }) ?? 1,
    workers: reading.count("--workers", words.workers, { min: 1 }) ?? availableParallelism(),
    out: words.out,
    formats:
      words.format === undefined
        ? reportFormats
        : reading.someOf("--format", words.format, reportFormats),
    hasJournal: words.journal === true,
    isQuiet: words.quiet === true,
    isJson: words.json === true,
  };
  reading.finish();
  return request;
}

/**
 * The policies that were asked for, in the scenario's order; all of them for no list.
 *
 * @throws BadInputError for a name that the scenario does not have.
 */
export function choosePolicies(
  option: string,
  list: string | undefined,
  known: readonly string[],
): readonly string[] {
  if (list === undefined) return known;
  const reading = new OptionReading();
  const chosen = reading.someOf(option, list, known);
  reading.finish();
  return chosen;
}
