/*
 * The options that run, compare and check share. Words are turned into values here, once; what is
 * wrong with them is a diagnostic whose "file" is the option.
 */
import { availableParallelism } from "node:os";
import type { Command } from "commander";
import { nearMiss } from "../core/apis/index.ts";
import type { Diagnostic, DurationMs, SimTime } from "../core/units/index.ts";
import { parseTime, tryParseTime } from "../core/units/index.ts";
import type { ReportFormat } from "../reports/index.ts";
import { reportFormats } from "../reports/index.ts";
import type { LoadScenarioOptions } from "../scenarios/index.ts";
import { allowedDuration, parseScenarioDuration } from "../scenarios/index.ts";
import { BadInputError } from "./bad-input-error.ts";

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
    seed: reading.count("--seed", words.seed, 0),
    seedCount: reading.count("--seeds", words.seeds, 1) ?? 1,
    workers: reading.count("--workers", words.workers, 1) ?? availableParallelism(),
    out: words.out,
    formats: reading.formats(words.format),
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
  const wanted = list.split(",").map((name) => name.trim());
  for (const name of wanted) {
    if (!known.includes(name)) {
      reading.refuse(option, name, known.join(", "), nearMiss(name, known));
    }
  }
  reading.finish();
  return known.filter((name) => wanted.includes(name));
}

class OptionReading {
  readonly #diagnostics: Diagnostic[] = [];

  refuse(option: string, found: string, allowed: string, meant?: string): undefined {
    this.#diagnostics.push({
      file: option,
      code: "usage/bad-option",
      found,
      allowed,
      ...(meant === undefined ? {} : { hint: `write ${meant}` }),
      message: `${found} is not possible here`,
    });
    return undefined;
  }

  finish(): void {
    if (this.#diagnostics.length > 0) throw new BadInputError(this.#diagnostics);
  }

  count(option: string, text: string | undefined, min: number): number | undefined {
    if (text === undefined) return undefined;
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    return Number.isSafeInteger(value) && value >= min
      ? value
      : this.refuse(option, text, `a whole number, at least ${min}`);
  }

  duration(option: string, text: string | undefined): DurationMs | undefined {
    if (text === undefined) return undefined;
    const duration = parseScenarioDuration(text);
    return duration !== undefined && duration > 0
      ? duration
      : this.refuse(option, text, allowedDuration);
  }

  time(option: string, text: string | undefined): SimTime | undefined {
    if (text === undefined) return undefined;
    return tryParseTime(text) === undefined
      ? this.refuse(option, text, "an RFC 3339 time such as 2026-03-08T00:00:00Z")
      : parseTime(text);
  }

  formats(list: string | undefined): readonly ReportFormat[] {
    if (list === undefined) return reportFormats;
    const wanted = list.split(",").map((name) => name.trim());
    for (const name of wanted) {
      if (!(reportFormats as readonly string[]).includes(name)) {
        this.refuse("--format", name, reportFormats.join(", "), nearMiss(name, reportFormats));
      }
    }
    return reportFormats.filter((name) => wanted.includes(name));
  }
}
