import type { Delimiter } from "../reading/delimited-row.ts";
import { columnOfField, delimiterOf, splitRow } from "../reading/delimited-row.ts";
import { readLineBatches } from "../reading/lines.ts";
import type { ProblemLog } from "../reading/problem-log.ts";
import type { PriceColumns } from "./price-columns.ts";
import { findPriceColumns } from "./price-columns.ts";
import type { PriceField, PricePlace, PriceRow } from "./price-row.ts";

/** What takes the rows of a file one by one. A row is valid during the call only. */
export interface PriceRowSink {
  /** Told once before the first row. */
  begin(format: { readonly promisesOrder: boolean }): void;
  row(row: PriceRow): void;
}

/** One object for all rows of a file: two million rows need not be two million objects. */
class DelimitedRow implements PriceRow {
  line = 0;
  fields: readonly string[] = [];
  lineText = "";
  readonly #indexByField: ReadonlyMap<PriceField, number>;

  constructor(columns: PriceColumns) {
    this.#indexByField = columns.indexByField;
  }

  text(field: PriceField): string | undefined {
    const index = this.#indexByField.get(field);
    return index === undefined ? undefined : this.fields[index];
  }

  place(field: PriceField): PricePlace {
    const { line, lineText, fields } = this;
    const index = this.#indexByField.get(field);
    return index === undefined
      ? { line }
      : { line, column: columnOfField(lineText, fields, index) };
  }
}

/**
 * Reads CSV, and the tab-separated text of `aws ec2 describe-spot-price-history --output text`, whose
 * rows begin with SPOTPRICEHISTORY and whose other lines carry the paging token.
 *
 * Yields after each chunk, so that the consumer can take what the sink has gathered.
 */
export async function* readDelimitedPrices(
  chunks: AsyncIterable<string>,
  log: ProblemLog,
  sink: PriceRowSink,
): AsyncGenerator<void> {
  let delimiter: Delimiter | undefined;
  let row: DelimitedRow | undefined;
  for await (const { firstLine, lines } of readLineBatches(chunks, log)) {
    for (const [offset, lineText] of lines.entries()) {
      if (lineText === "" || isPagingLine(lineText)) {
        continue;
      }
      delimiter ??= delimiterOf(lineText);
      const line = firstLine + offset;
      const fields = splitRow(lineText, line, delimiter, log);
      if (fields === undefined) {
        continue;
      }
      if (row === undefined) {
        const columns = findPriceColumns(fields, line, log);
        if (columns === undefined) {
          return;
        }
        sink.begin(columns);
        row = new DelimitedRow(columns);
        if (columns.hasHeader) {
          continue;
        }
      }
      row.line = line;
      row.lineText = lineText;
      row.fields = fields;
      sink.row(row);
    }
    yield;
  }
}

/** What `--output text` prints for the next token: a line of its own, `None` at the end. */
function isPagingLine(line: string): boolean {
  return line.startsWith("NEXTTOKEN") || line === "None" || line.trim() === "";
}
