#!/usr/bin/env node
import { describeFailure } from "./commands/failure.ts";
import { createProgram } from "./commands/program.ts";
import type { LazyCommand } from "./commands/program.ts";

/** In the order of the help. */
const commands: readonly LazyCommand[] = [];

function endWith(thrown: unknown): void {
  const { exitCode, text } = describeFailure(thrown);
  if (text !== "") {
    process.stderr.write(`${text}\n`);
  }
  process.exitCode = exitCode;
}

// Node would end with 1 on either, which means a failed gate.
process.on("uncaughtException", (error) => {
  endWith(error);
  process.exit();
});
process.on("unhandledRejection", (reason) => {
  endWith(reason);
  process.exit();
});
// The reader of a pipe has gone away, as `head` does: nobody is left to talk to.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") {
    process.exit();
  }
  throw error;
});

try {
  const words = process.argv.slice(2);
  const program = await createProgram(commands, words);
  if (words.length === 0) {
    program.help({ error: true });
  }
  await program.parseAsync(process.argv);
} catch (error) {
  endWith(error);
}
