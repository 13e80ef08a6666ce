import type { Diagnostic, Result } from "../core/units/index.ts";

/**
 * Carries the diagnostics of a bad input from a command up to the command line, which prints them all
 * and exits with 2. The rooms below return a `Result` and never throw this.
 */
export class BadInputError extends Error {
  override readonly name: string = "BadInputError";

  /** At least one, in the order of the input. */
  readonly diagnostics: readonly Diagnostic[];

  constructor(diagnostics: readonly Diagnostic[]) {
    super(diagnostics.map((diagnostic) => diagnostic.message).join("; "));
    this.diagnostics = diagnostics;
  }
}

/**
 * The value of a result. Its warnings stay with the caller, who has them in `result.warnings`.
 *
 * @throws BadInputError for a failure, with all of its diagnostics.
 */
export function valueOrBadInput<Value>(result: Result<Value>): Value {
  if (!result.ok) {
    throw new BadInputError(result.diagnostics);
  }
  return result.value;
}
