import type { CommanderError } from "commander";

/**
 * What dryfit says to the shell.
 *
 * - `done`: it did what was asked.
 * - `gateFailed`: a comparison was made and came out badly (a regression, a divergence); nothing else.
 * - `badInput`: bad usage, bad input, or the outside failed; the reader can repair it.
 * - `defect`: dryfit is broken. Never 1, so that a pipeline does not take it for a regression.
 */
export const exitCodes = { done: 0, gateFailed: 1, badInput: 2, defect: 3 } as const;

/** One of the four exit codes. */
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** Of what commander has told by itself: help and version that were asked for, and wrong usage. */
export function exitCodeOfUsage({ exitCode }: CommanderError): ExitCode {
  return exitCode === 0 ? exitCodes.done : exitCodes.badInput;
}
