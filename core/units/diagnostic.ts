/**
 * One thing that is wrong with an input, said so that its author can repair it.
 *
 * All diagnostics of an input are gathered and handed over at once, in the order of the input
 * (file, line, column). The command line prints them and exits with 2, without a stack trace.
 */
export interface Diagnostic {
  /** The file as the user named it, or a name for what is no file, such as `--duration`. */
  readonly file: string;
  /** Counted from 1. */
  readonly line?: number;
  /** Counted from 1, in UTF-16 code units. */
  readonly column?: number;
  /** Where in the document, as in `spec.policies[0].nodePools`. */
  readonly path?: string;
  /** A stable name such as `scenario/unknown-key`; tests and tools rely on it. */
  readonly code: string;
  /** What stands there, shortened if long. */
  readonly found: string;
  /** What may stand there. */
  readonly allowed: string;
  /** What to write instead, where that can be guessed. */
  readonly hint?: string;
  /** The whole complaint as one sentence, without the position. */
  readonly message: string;
}

/** What went right: the value, and what its author should know about it all the same. */
export interface Success<Value> {
  readonly ok: true;
  readonly value: Value;
  /** Things that are allowed but suspicious; empty for a clean input. */
  readonly warnings: readonly Diagnostic[];
}

/** What went wrong: at least one diagnostic, all that were found. */
export interface Failure {
  readonly ok: false;
  readonly diagnostics: readonly Diagnostic[];
}

/** The outcome of reading an input: a value, or the reasons why there is none. */
export type Result<Value> = Success<Value> | Failure;

/** Wraps a value that was read, with the warnings that came up on the way. */
export function ok<Value>(value: Value, warnings: readonly Diagnostic[] = []): Success<Value> {
  return { ok: true, value, warnings };
}

/**
 * Wraps the diagnostics of an input that could not be read, in the order given.
 *
 * @throws RangeError for no diagnostics at all: a failure has to say why.
 */
export function fail(diagnostics: Diagnostic | readonly Diagnostic[]): Failure {
  const list: readonly Diagnostic[] = isList(diagnostics) ? diagnostics : [diagnostics];
  if (list.length === 0) {
    throw new RangeError("a failure needs at least one diagnostic");
  }
  return { ok: false, diagnostics: list };
}

/** `file:line:column`, with as much of it as is known; the form that editors turn into a link. */
export function formatPosition(diagnostic: Diagnostic): string {
  const { file, line, column } = diagnostic;
  if (line === undefined) {
    return file;
  }
  return column === undefined ? `${file}:${line}` : `${file}:${line}:${column}`;
}

/** What an `OutsideError` is made of. */
export interface OutsideFailure {
  /** A stable name such as `outside/missing-package`. */
  readonly code: string;
  /** What failed, as one sentence. */
  readonly message: string;
  /** What the reader can do about it, as one sentence. */
  readonly advice: string;
  /** The error of the file system, the network or the package, where there is one. */
  readonly cause?: unknown;
}

/**
 * The outside failed: a file, the network, a missing optional package.
 *
 * Nobody's input is wrong and nothing of ours is broken. Caught in the command line only, which
 * prints message and advice and exits with 2.
 */
export class OutsideError extends Error {
  override readonly name: string = "OutsideError";

  /** A stable name such as `outside/missing-package`. */
  readonly code: string;

  /** What the reader can do about it. */
  readonly advice: string;

  constructor(failure: OutsideFailure) {
    super(failure.message, failure.cause === undefined ? {} : { cause: failure.cause });
    this.code = failure.code;
    this.advice = failure.advice;
  }
}

function isList(value: Diagnostic | readonly Diagnostic[]): value is readonly Diagnostic[] {
  return Array.isArray(value);
}
