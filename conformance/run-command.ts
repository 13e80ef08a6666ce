import { Command, InvalidArgumentError } from "commander";
import { describeFailure } from "../commands/failure.ts";

/** A command of this folder, with its help, that throws instead of ending the process. */
export function conformanceCommand(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .exitOverride()
    .showHelpAfterError("(--help shows the options)");
}

/**
 * Runs it on the arguments of the process. Bad usage, bad input and failures of the outside are told on
 * stderr and end with exit code 2, defects with 3.
 */
export async function runCommand(command: Command, args: readonly string[]): Promise<void> {
  try {
    await command.parseAsync(args, { from: "user" });
  } catch (thrown) {
    const { exitCode, text } = describeFailure(thrown);
    if (text !== "") process.stderr.write(`${text}\n`);
    process.exitCode = exitCode;
  }
}

/** An option's word as a seed. */
export function parseSeed(text: string): number {
  const seed = text.trim() === "" ? Number.NaN : Number(text);
  if (Number.isSafeInteger(seed)) return seed;
  throw new InvalidArgumentError("A seed is a whole number, such as 7.");
}

/** An option's word as a count of cases. */
export function parseCount(text: string): number {
  const count = Number(text);
  if (Number.isSafeInteger(count) && count > 0) return count;
  throw new InvalidArgumentError("A count is a whole number from 1 on, such as 160.");
}
