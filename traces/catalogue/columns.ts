/*
 * How the embedded tables are written. A column of the instance-type table is a dictionary of its
 * distinct values and one code per row, because machines of one family repeat each other; a column
 * of a region's table (prices, advisor) is one number per type, because most of those differ. In
 * both, a negative number -n stands for n rows: n more rows of the code before it, or n types that
 * the region does not have.
 */

/** What a cell of the embedded tables may hold; null stands for an empty cell of the source. */
export type Cell = string | number | boolean | null;

/** A column of few distinct values. */
export interface InternedColumn {
  /** The distinct values in the order of their first row. */
  readonly values: readonly Cell[];
  /** Indexes into `values`, one per row; `-n` repeats the code before it for n more rows. */
  readonly codes: readonly number[];
}

/** Writes a column with its values interned and repeats counted. The empty column has no codes. */
export function internColumn(cells: readonly Cell[]): InternedColumn {
  const codeByValue = new Map<Cell, number>();
  const codes: number[] = [];
  let previous: number | undefined;
  for (const cell of cells) {
    const code = codeByValue.get(cell) ?? codeByValue.size;
    codeByValue.set(cell, code);
    const last = codes.at(-1);
    if (code !== previous) {
      codes.push(code);
    } else if (last !== undefined && last < 0) {
      codes[codes.length - 1] = last - 1;
    } else {
      codes.push(-1);
    }
    previous = code;
  }
  return { values: [...codeByValue.keys()], codes };
}

/**
 * Reads a column back, one cell per row.
 *
 * @throws RangeError when a code has no value or the number of rows is another.
 */
export function readColumn(column: InternedColumn, rowCount: number): readonly Cell[] {
  const cells: Cell[] = [];
  let current: Cell | undefined;
  for (const code of column.codes) {
    if (code >= 0) {
      current = column.values[code];
    }
    if (current === undefined) {
      throw new RangeError(`code ${code} of an interned column has no value`);
    }
    for (let count = code < 0 ? -code : 1; count > 0; count -= 1) {
      cells.push(current);
    }
  }
  if (cells.length !== rowCount) {
    throw new RangeError(`an interned column has ${cells.length} rows instead of ${rowCount}`);
  }
  return cells;
}

/**
 * Writes a region's numbers, one per type in the order of the types; undefined is a type that the
 * region does not have.
 *
 * @throws RangeError for negative numbers, which mean gaps.
 */
export function writeSparse(numbers: readonly (number | undefined)[]): readonly number[] {
  const written: number[] = [];
  for (const number of numbers) {
    if (number !== undefined && !(number >= 0)) {
      throw new RangeError(`${number} cannot stand in a sparse column`);
    }
    const last = written.at(-1);
    if (number !== undefined) {
      written.push(number);
    } else if (last !== undefined && last < 0) {
      written[written.length - 1] = last - 1;
    } else {
      written.push(-1);
    }
  }
  return written;
}

/**
 * Reads a region's numbers back by type; a type in a gap has no entry.
 *
 * @throws RangeError when the column has another number of types.
 */
export function readSparse(
  written: readonly number[],
  types: readonly string[],
): ReadonlyMap<string, number> {
  const numberByType = new Map<string, number>();
  let index = 0;
  for (const number of written) {
    const type = types[index];
    if (number < 0) {
      index -= number;
    } else if (type !== undefined) {
      numberByType.set(type, number);
      index += 1;
    } else {
      index += 1;
    }
  }
  if (index !== types.length) {
    throw new RangeError(`a sparse column has ${index} types instead of ${types.length}`);
  }
  return numberByType;
}
