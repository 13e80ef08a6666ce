import type { Command } from "commander";
import { InvalidArgumentError, Option } from "commander";
import { OutsideError } from "../core/units/index.ts";
import { printable } from "../reports/index.ts";
import { valueOrBadInput } from "./bad-input-error.ts";
import { convertTrace } from "./convert-trace.ts";
import { formatWarnings } from "./format-warnings.ts";
import { jsonText } from "./terminal.ts";
import type { TraceKind } from "./trace-kind.ts";
import { guessTraceKind, traceKinds } from "./trace-kind.ts";
import type { TraceSummary } from "./trace-summary.ts";
import { summarizeTrace } from "./trace-summary.ts";

interface TraceWords {
  readonly kind?: TraceKind;
  readonly json?: boolean;
}

/** `dryfit traces`: what is in a trace file, is it valid, can I have it in another format. */
export function configure(command: Command): void {
  const kind = () => new Option("--kind <kind>", "default: by its first line").choices(traceKinds);
  command
    .command("describe")
    .summary("what is in a trace file")
    .argument("<file>")
    .addOption(kind())
    .option("--json", "as JSON")
    .action(async (file: string, words: TraceWords) => {
      const found = words.kind ?? (await guessTraceKind(file));
      const summary = await readSummary(file, found);
      process.stdout.write(
        words.json === true
          ? jsonText({ kind: found, ...summary })
          : formatSummary({ kind: found, ...summary }),
      );
    });
  command
    .command("validate")
    .summary("complain about everything that is wrong with trace files")
    .argument("<files...>")
    .addOption(kind())
    .action(async (files: readonly string[], words: TraceWords) => {
      for (const file of files) {
        const found = words.kind ?? (await guessTraceKind(file));
        await readSummary(file, found);
        process.stdout.write(`${printable(file)}: valid ${found}\n`);
      }
    });
  command
    .command("convert")
    .summary("write a Spot price history as CSV")
    .argument("<input>")
    .argument("<output>", "a .csv or .csv.gz file", csvName)
    .addOption(kind())
    .action(async (input: string, output: string, words: TraceWords) => {
      const found = words.kind ?? (await guessTraceKind(input));
      const count = await convertTrace(found, input, output);
      process.stdout.write(`${printable(output)}: ${count} price changes\n`);
    });
  command
    .command("fetch", { hidden: false })
    .summary("not supported in this version")
    .allowUnknownOption()
    .allowExcessArguments()
    .action(() => {
      throw new OutsideError({
        code: "usage/not-supported",
        message: "dryfit traces fetch is not supported in this version",
        advice: "Use `aws ec2 describe-spot-price-history`; dryfit reads what it prints.",
      });
    });
}

function csvName(name: string): string {
  if (!/\.csv(\.gz)?$/.test(name))
    throw new InvalidArgumentError("It must end in .csv or .csv.gz.");
  return name;
}

async function readSummary(file: string, kind: TraceKind): Promise<TraceSummary> {
  const result = await summarizeTrace(file, kind);
  if (result.ok) process.stderr.write(formatWarnings(result.warnings));
  return valueOrBadInput(result);
}

function formatSummary(summary: TraceSummary): string {
  const width = Math.max(...Object.keys(summary).map((name) => name.length));
  return Object.entries(summary)
    .map(([name, value]) => `${name.padEnd(width)}  ${printable(String(value))}\n`)
    .join("");
}
