import { Command } from "commander";
import { version } from "./version.ts";

/** A command whose options and code are loaded only when it is the one that was asked for. */
export interface LazyCommand {
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** Imports `commands/<name>.ts`. */
  readonly load: () => Promise<CommandModule>;
}

/** What a file in commands/ exports. */
export interface CommandModule {
  /**
   * Gives the command its description, arguments, options and action. The action sets
   * `process.exitCode` to 1 for a failed gate, and throws for everything else that goes wrong.
   */
  readonly configure: (command: Command) => void;
}

/**
 * The command line, with only the command named in `words` loaded, since every import of yaml, zod
 * or vega would be paid for by `--help` as well.
 *
 * commander throws instead of ending the process, so that the caller decides on the exit code.
 */
export async function createProgram(
  commands: readonly LazyCommand[],
  words: readonly string[],
): Promise<Command> {
  const program = new Command("dryfit")
    .description("Replays Karpenter's decisions against a simulated EC2, and what they cost.")
    .version(version, "-V, --version", "print the version")
    .helpOption("-h, --help", "print help")
    .showHelpAfterError("Run dryfit --help for the list of commands.")
    .exitOverride();
  // The first of the words, since a scenario's folder may be called like a command.
  const word = words.find((each) => commands.some((command) => command.name === each));
  for (const { name, summary, load } of commands) {
    const command = program.command(name).summary(summary).description(summary);
    if (name === word) {
      (await load()).configure(command);
    }
  }
  return program;
}
