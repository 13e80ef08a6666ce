import type { Command } from "commander";
import { parseRecordedFile } from "./recorded-file.ts";
import { conformanceCommand, parseCount, parseSeed } from "./run-command.ts";

/** What a verify command that can record is told. */
export interface VerifyWords {
  readonly seed: number;
  readonly count: number;
  /** Name of the file in conformance/cases/ that keeps the cases. */
  readonly record?: string;
}

/** A command that asks about fresh cases and can keep them, in files whose names start so. */
export function verifyCommand(name: string, description: string, filePrefix: string): Command {
  return conformanceCommand(name, description)
    .requiredOption("--seed <number>", "which cases", parseSeed)
    .requiredOption("--count <number>", "how many at least, as many of every topic", parseCount)
    .option(
      "--record <file>",
      "keep them, with upstream's answers, in conformance/cases/",
      parseRecordedFile(filePrefix),
    );
}
