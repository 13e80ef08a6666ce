/*
 * Delimited files with a header and a fixed set of columns, in any order. The caller gets rows that
 * know their place, so that every complaint about a cell has line and column.
 */
import { columnOfField, delimiterOf, splitRow } from "./delimited-row.ts";
import { readLineBatches } from "./lines.ts";
import type { ProblemLog } from "./problem-log.ts";
import { readTextChunks } from "./text-chunks.ts";

/** The columns of a file. */
export interface TableSchema<Column extends string> {
  readonly required: readonly Column[];
  /** A row answers "" for an optional column that the file does not have. */
  readonly optional: readonly Column[];
  /** Columns that are known to say nothing here; any other column gives a warning. */
  readonly ignored?: readonly string[];
}

/** What a number cell may hold. */
export interface NumberRule {
  readonly min: number;
  readonly max?: number;
  readonly isWhole?: boolean;
}

/** One row of a table. */
export class TableRow<Column extends string> {
  /** Counted from 1. */
  readonly line: number;
  readonly #lineText: string;
  readonly #fields: readonly string[];
  readonly #indexByColumn: ReadonlyMap<Column, number>;
  readonly #log: ProblemLog;

  constructor(
    line: number,
    lineText: string,
    fields: readonly string[],
    indexByColumn: ReadonlyMap<Column, number>,
    log: ProblemLog,
  ) {
    this.line = line;
    this.#lineText = lineText;
    this.#fields = fields;
    this.#indexByColumn = indexByColumn;
    this.#log = log;
  }

  /** The cell; "" where it is empty or the file does not have the column. */
  text(column: Column): string {
    const index = this.#indexByColumn.get(column);
    return index === undefined ? "" : (this.#fields[index] ?? "");
  }

  /** The cell; undefined, with an error in the log, where it is empty. */
  requiredText(column: Column): string | undefined {
    const text = this.text(column);
    if (text === "") {
      this.refuse(column, "trace/missing-value", "a value");
    }
    return text === "" ? undefined : text;
  }

  /** The cell's number; undefined, with an error in the log, where the rule is broken. */
  number(column: Column, rule: NumberRule): number | undefined {
    const text = this.text(column);
    const value = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text) ? Number(text) : Number.NaN;
    const isWhole = rule.isWhole !== true || Number.isSafeInteger(value);
    if (value >= rule.min && value <= (rule.max ?? Number.MAX_VALUE) && isWhole) {
      return value;
    }
    const kind = rule.isWhole === true ? "a whole number" : "a number";
    const range =
      rule.max === undefined ? `at least ${rule.min}` : `from ${rule.min} to ${rule.max}`;
    this.refuse(column, "trace/bad-number", `${kind}, ${range}`);
    return undefined;
  }

  /** Complains about a cell, as an error. */
  refuse(column: Column, code: string, allowed: string): void {
    const found = this.text(column);
    this.#log.error({
      ...this.#place(column),
      code,
      found,
      allowed,
      message: `line ${this.line}: ${column} is ${found === "" ? "empty" : `"${found}"`}`,
    });
  }

  /** Says something about a cell that leaves the row usable; told once per code and cell content. */
  warn(column: Column, code: string, message: string, found = this.text(column)): void {
    this.#log.warn({ ...this.#place(column), code, found, allowed: "", message });
  }

  #place(column: Column): { readonly line: number; readonly column?: number; path: string } {
    const index = this.#indexByColumn.get(column);
    return index === undefined
      ? { line: this.line, path: column }
      : {
          line: this.line,
          column: columnOfField(this.#lineText, this.#fields, index),
          path: column,
        };
  }
}

/**
 * The rows of a table, a batch for each chunk of the file, gzip or plain. Nothing, with the reasons
 * in the log, where the header lacks a column. Rows of another length than the header are errors.
 *
 * @throws OutsideError when the file cannot be read.
 */
export async function* readTable<Column extends string>(
  path: string,
  schema: TableSchema<Column>,
  log: ProblemLog,
): AsyncGenerator<readonly TableRow<Column>[]> {
  let header: readonly string[] | undefined;
  let indexByColumn: ReadonlyMap<Column, number> = new Map();
  let delimiter: ReturnType<typeof delimiterOf> = ",";
  for await (const { firstLine, lines } of readLineBatches(readTextChunks(path, log), log)) {
    const rows: TableRow<Column>[] = [];
    for (const [offset, text] of lines.entries()) {
      if (text.trim() === "") {
        continue;
      }
      const line = firstLine + offset;
      if (header === undefined) {
        delimiter = delimiterOf(text);
        header = splitRow(text, line, delimiter, log)?.map((name) => name.trim());
        const found = header === undefined ? undefined : findColumns(header, line, schema, log);
        if (found === undefined) {
          return;
        }
        indexByColumn = found;
        continue;
      }
      const fields = splitRow(text, line, delimiter, log);
      if (fields !== undefined && hasLengthOf(header, fields, line, log)) {
        rows.push(new TableRow(line, text, fields, indexByColumn, log));
      }
    }
    yield rows;
  }
}

function findColumns<Column extends string>(
  header: readonly string[],
  line: number,
  schema: TableSchema<Column>,
  log: ProblemLog,
): ReadonlyMap<Column, number> | undefined {
  const indexByColumn = new Map<Column, number>();
  const known: readonly string[] = [...schema.required, ...schema.optional];
  for (const [index, name] of header.entries()) {
    if (known.includes(name)) {
      indexByColumn.set(name as Column, index);
    } else if (schema.ignored?.includes(name) !== true) {
      log.warn({
        line,
        column: columnOfField(header.join(","), header, index),
        code: "trace/unknown-column",
        found: name,
        allowed: known.join(", "),
        message: `column ${name} is not read`,
      });
    }
  }
  let isComplete = true;
  for (const column of schema.required) {
    if (!indexByColumn.has(column)) {
      isComplete = false;
      log.error({
        line,
        code: "trace/missing-column",
        path: column,
        found: header.join(", "),
        allowed: known.join(", "),
        message: `the header has no column ${column}`,
      });
    }
  }
  return isComplete ? indexByColumn : undefined;
}

function hasLengthOf(
  header: readonly string[],
  fields: readonly string[],
  line: number,
  log: ProblemLog,
): boolean {
  if (fields.length === header.length) {
    return true;
  }
  log.error({
    line,
    code: "trace/wrong-field-count",
    found: `${fields.length} fields`,
    allowed: `${header.length} fields, as in the header`,
    message: `line ${line} has ${fields.length} fields instead of ${header.length}`,
  });
  return false;
}
