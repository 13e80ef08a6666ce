import { CsvError, parse } from "csv-parse/sync";
import type { ProblemLog } from "./problem-log.ts";

/** What separates the fields of a row. */
export type Delimiter = "," | "\t" | ";";

/**
 * The fields of one line. Lines without quotes, which is nearly all, are cut at the delimiters;
 * a line with quotes goes through csv-parse. A quoted field cannot go on to the next line.
 *
 * Undefined, with an error in the log, where quotes do not match.
 */
export function splitRow(
  line: string,
  lineNumber: number,
  delimiter: Delimiter,
  log: ProblemLog,
): readonly string[] | undefined {
  if (!line.includes('"')) {
    return line.split(delimiter);
  }
  try {
    const [fields]: readonly string[][] = parse(line, { delimiter, relax_column_count: true });
    return fields ?? [];
  } catch (error) {
    if (!(error instanceof CsvError)) {
      throw error;
    }
    log.error({
      line: lineNumber,
      column: line.indexOf('"') + 1,
      code: "trace/bad-quotes",
      found: line,
      allowed: 'fields quoted as "..." on one line, a quote inside doubled',
      message: `line ${lineNumber} has quotes that do not match`,
    });
    return undefined;
  }
}

/** The column, counted from 1, at which a field of a line begins, its quote not counted. */
export function columnOfField(line: string, fields: readonly string[], index: number): number {
  let column = 0;
  for (const [at, field] of fields.entries()) {
    // A field with doubled quotes is not found as it is; its neighbours still are, in this order.
    const found = line.indexOf(field, column);
    const start = found < 0 ? column : found;
    if (at === index) {
      return start + 1;
    }
    column = start + field.length + 1;
  }
  return line.length + 1;
}

/** The delimiter of a file, guessed from its first line; a comma unless only others are there. */
export function delimiterOf(line: string): Delimiter {
  if (line.includes(",")) {
    return ",";
  }
  return line.includes("\t") ? "\t" : line.includes(";") ? ";" : ",";
}
