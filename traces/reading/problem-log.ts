import type { Diagnostic, Result } from "../../core/units/index.ts";
import { fail, ok } from "../../core/units/index.ts";

/** A diagnostic before it knows its file. */
export type Problem = Omit<Diagnostic, "file">;

interface Entry {
  readonly problem: Problem;
  count: number;
}

/** So many errors of one code are told one by one; the rest is a number. */
const errorsPerCodeMax = 20;

/**
 * What is wrong with one trace file, gathered while it is read.
 *
 * Errors are told one by one up to twenty of a code, then counted: a wrong file of two million rows
 * must not fill the memory or the screen. Tallied warnings are told once per code and value, with
 * the number of times.
 */
export class ProblemLog {
  /** The file as the user named it. */
  readonly file: string;
  readonly #errors: Problem[] = [];
  readonly #errorCountByCode = new Map<string, number>();
  readonly #warnings = new Map<string, Entry>();
  #isCutShort = false;

  constructor(file: string) {
    this.file = file;
  }

  /** Whether the file cannot be used. */
  get hasErrors(): boolean {
    return this.#errors.length > 0;
  }

  /** Whether the text ends before the file does: its last line is not whole then. */
  get isCutShort(): boolean {
    return this.#isCutShort;
  }

  /** Something that ends the reading before the file ends. */
  cutShort(problem: Problem): void {
    this.#isCutShort = true;
    this.error(problem);
  }

  /** Something that makes the file unusable. */
  error(problem: Problem): void {
    const count = (this.#errorCountByCode.get(problem.code) ?? 0) + 1;
    this.#errorCountByCode.set(problem.code, count);
    if (count <= errorsPerCodeMax) {
      this.#errors.push({ ...problem, found: shorten(problem.found) });
    }
  }

  /**
   * Something suspicious that leaves the file usable. Told once per code and value found, where it
   * was first met, with the number of rows.
   */
  warn(problem: Problem): void {
    const key = `${problem.code} ${problem.found}`;
    const entry = this.#warnings.get(key);
    if (entry === undefined) {
      this.#warnings.set(key, {
        problem: { ...problem, found: shorten(problem.found) },
        count: 1,
      });
    } else {
      entry.count += 1;
    }
  }

  /** The errors by line and column; of a code with too many, one more says how many were left out. */
  errors(): readonly Diagnostic[] {
    const told = this.#errors.map((problem) => ({ file: this.file, ...problem }));
    const leftOut: Diagnostic[] = [];
    for (const [code, count] of this.#errorCountByCode) {
      if (count > errorsPerCodeMax) {
        leftOut.push({
          file: this.file,
          code,
          found: `${count - errorsPerCodeMax} more`,
          allowed: "",
          message: `there are ${count - errorsPerCodeMax} more problems of this kind`,
        });
      }
    }
    return [...told.sort(byPosition), ...leftOut];
  }

  /** The warnings by line and column, each with the number of rows it stands for. */
  warnings(): readonly Diagnostic[] {
    return [...this.#warnings.values()]
      .map(({ problem, count }) => ({
        file: this.file,
        ...problem,
        message: count === 1 ? problem.message : `${problem.message} (${count} rows)`,
      }))
      .sort(byPosition);
  }

  /** The value with the warnings, or the errors where there are any. */
  result<Value>(value: Value): Result<Value> {
    return this.hasErrors ? fail(this.errors()) : ok(value, this.warnings());
  }
}

function byPosition(a: Problem, b: Problem): number {
  return (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0);
}

/** At most sixty characters of what was found. */
function shorten(text: string): string {
  return text.length <= 60 ? text : `${text.slice(0, 57)}...`;
}
