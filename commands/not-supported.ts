import type { Command } from "commander";
import { OutsideError } from "../core/units/index.ts";

/**
 * A command that this version does not have yet: it takes whatever it is given and says so, with
 * exit code 2, so that a pipeline does not go on without it.
 */
export function refuseAsNotSupported(command: Command, usage: string): void {
  command
    .usage(usage)
    .addHelpText("after", "\nNot supported in this version.")
    .allowUnknownOption()
    .allowExcessArguments()
    .action(() => {
      throw new OutsideError({
        code: "usage/not-supported",
        message: `dryfit ${command.name()} is not supported in this version`,
        advice: "See dryfit --help for the commands that are.",
      });
    });
}
