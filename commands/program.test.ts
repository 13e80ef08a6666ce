import { CommanderError } from "commander";
import { describe, expect, it } from "vitest";
import type { LazyCommand } from "./program.ts";
import { createProgram } from "./program.ts";

/** Two commands that note what was loaded and what was run. */
function twoCommands(log: string[]): readonly LazyCommand[] {
  return ["run", "compare"].map((name) => ({
    name,
    summary: `${name} a scenario`,
    load: () => {
      log.push(`load ${name}`);
      return Promise.resolve({
        configure: (command) => {
          command.argument("<scenario>").option("--seed <n>", "the seed");
          command.action((scenario: string, options: { readonly seed?: string }) => {
            log.push(`${name} ${scenario} ${options.seed ?? "-"}`);
          });
        },
      });
    },
  }));
}

async function runProgram(words: readonly string[]): Promise<readonly string[]> {
  const log: string[] = [];
  const program = await createProgram(twoCommands(log), words);
  for (const command of [program, ...program.commands]) {
    command.configureOutput({
      writeOut: (text) => log.push(text),
      writeErr: (text) => log.push(text),
    });
  }
  try {
    await program.parseAsync(["node", "dryfit", ...words]);
  } catch (error) {
    if (!(error instanceof CommanderError)) {
      throw error;
    }
    log.push(`exit ${error.exitCode}`);
  }
  return log;
}

describe("the program", () => {
  it("loads only the command that was asked for, and runs it", async () => {
    expect(await runProgram(["compare", "quickstart", "--seed", "7"])).toEqual([
      "load compare",
      "compare quickstart 7",
    ]);
  });

  it("lists all commands without loading any", async () => {
    const log = await runProgram(["--help"]);
    expect(log.join("\n")).toMatch(/run .*run a scenario[\s\S]*compare .*compare a scenario/);
    expect(log.join("\n")).not.toContain("load ");
  });

  it("knows the options of a command when its help is asked for", async () => {
    expect((await runProgram(["help", "run"])).join("\n")).toContain("--seed <n>");
    expect((await runProgram(["run", "--help"])).join("\n")).toContain("--seed <n>");
  });

  it.each([[["rum", "quickstart"]], [["run"]], [["run", "quickstart", "--sed", "7"]]])(
    "refuses %j without running anything",
    async (words) => {
      const log = await runProgram(words);
      expect(log.join("\n")).toContain("error: ");
      expect(log.at(-1)).toBe("exit 1");
      expect(log.some((line) => line.startsWith("run "))).toBe(false);
    },
  );
});
