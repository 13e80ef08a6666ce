import { CommanderError } from "commander";
import { Defect, OutsideError } from "../core/units/index.ts";
import { BadInputError } from "./bad-input-error.ts";
import { exitCodeOfUsage, exitCodes } from "./exit-codes.ts";
import type { ExitCode } from "./exit-codes.ts";
import type { DiagnosticStyle } from "./format-diagnostic.ts";
import { formatDiagnostic } from "./format-diagnostic.ts";
import { printableLines } from "./terminal.ts";

/** How a command ended that did not end well: what to say on stderr, and the exit code. */
export interface Failure {
  readonly exitCode: ExitCode;
  /** Without a final line break; empty when everything was said already. */
  readonly text: string;
}

/**
 * Turns whatever a command threw into words and an exit code.
 *
 * Bad usage, bad input and failures of the outside are told without a stack trace, since the reader
 * repairs them in files and flags. Everything else is a defect of ours and shows all there is.
 */
export function describeFailure(thrown: unknown, style?: DiagnosticStyle): Failure {
  if (thrown instanceof CommanderError) {
    // commander has printed its message, or the help or version that was asked for.
    return { exitCode: exitCodeOfUsage(thrown), text: "" };
  }
  if (thrown instanceof BadInputError) {
    const blocks = thrown.diagnostics.map((diagnostic) => formatDiagnostic(diagnostic, style));
    return { exitCode: exitCodes.badInput, text: blocks.join("\n") };
  }
  if (thrown instanceof OutsideError) {
    return { exitCode: exitCodes.badInput, text: describeOutside(thrown) };
  }
  return { exitCode: exitCodes.defect, text: describeDefect(thrown) };
}

function describeOutside(error: OutsideError): string {
  const lines = [`dryfit: ${error.message} (${error.code})`];
  if (error.cause instanceof Error) {
    lines.push(`  cause: ${error.cause.message}`);
  }
  lines.push(`  what to do: ${error.advice}`);
  return printableLines(lines.join("\n"));
}

function describeDefect(thrown: unknown): string {
  const lines = ["dryfit: this is a defect of dryfit, not of your input. Please report it with:"];
  if (thrown instanceof Defect) {
    for (const [name, value] of Object.entries(thrown.facts)) {
      lines.push(`  ${name}: ${plain(value)}`);
    }
  }
  lines.push(thrown instanceof Error ? (thrown.stack ?? thrown.message) : plain(thrown));
  if (thrown instanceof Error && thrown.cause !== undefined) {
    lines.push(`caused by: ${plain(thrown.cause)}`);
  }
  return printableLines(lines.join("\n"));
}

/** Facts may be anything; telling of a defect must not fail because of them. */
function plain(value: unknown): string {
  if (value instanceof Error) {
    return value.stack ?? value.message;
  }
  try {
    return typeof value === "string" ? value : (JSON.stringify(value) ?? String(value));
  } catch {
    return String(value);
  }
}
