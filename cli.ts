#!/usr/bin/env node
import { CommanderError } from "commander";
import { exitCodeOfUsage, exitCodes } from "./commands/exit-codes.ts";
import { createProgram } from "./commands/program.ts";
import type { LazyCommand } from "./commands/program.ts";

/** In the order of the help. */
const commands: readonly LazyCommand[] = [
  {
    name: "run",
    summary: "replay a scenario under one policy",
    load: () => import("./commands/run.ts"),
  },
  {
    name: "compare",
    summary: "replay a scenario under all of its policies, side by side",
    load: () => import("./commands/compare.ts"),
  },
  {
    name: "check",
    summary: "fail when cost or availability has left its tolerance around a baseline",
    load: () => import("./commands/check.ts"),
  },
  {
    name: "plan",
    summary: "what would be launched and disrupted on a cluster snapshot, and why",
    load: () => import("./commands/plan.ts"),
  },
  {
    name: "explain",
    summary: "the story of one pod, node, NodeClaim or NodePool out of a run's journal",
    load: () => import("./commands/explain.ts"),
  },
  {
    name: "budget",
    summary: "the calendar of allowed disruptions, and what blocks it",
    load: () => import("./commands/budget.ts"),
  },
  {
    name: "traces",
    summary: "describe, validate and convert trace files",
    load: () => import("./commands/traces.ts"),
  },
  {
    name: "catalog",
    summary: "list instance types with prices, as Karpenter sees them",
    load: () => import("./commands/catalog.ts"),
  },
  {
    name: "init",
    summary: "a commented scenario to start from",
    load: () => import("./commands/init.ts"),
  },
];

/** What tells of failures is loaded when there is one: help and version come without it. */
async function endWith(thrown: unknown): Promise<void> {
  if (thrown instanceof CommanderError) {
    process.exitCode = exitCodeOfUsage(thrown);
    return;
  }
  process.exitCode = exitCodes.defect;
  const [{ describeFailure }, { paintFor }, { createSourceLines }] = await Promise.all([
    import("./commands/failure.ts"),
    import("./commands/paint.ts"),
    import("./commands/source-line.ts"),
  ]);
  const style = { paint: paintFor(process.stderr), sourceLine: createSourceLines() };
  const { exitCode, text } = describeFailure(thrown, style);
  if (text !== "") {
    process.stderr.write(`${text}\n`);
  }
  process.exitCode = exitCode;
}

function endAtOnceWith(thrown: unknown): void {
  void endWith(thrown).finally(() => process.exit());
}

// Node would end with 1 on either, which means a failed gate.
process.on("uncaughtException", endAtOnceWith);
process.on("unhandledRejection", endAtOnceWith);
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
  await endWith(error);
}
