// Resource lists as rows of numbers under fixed columns. Probing compares thousands of lists that
// name the same few resources; columns do that without looking up names.
import type { ResourceList } from "../units/index.ts";

/** Amounts by column; see `ResourceColumns`. */
export type ResourceRow = Float64Array;

/** A request under the columns of a catalogue. */
export interface RequestRow {
  readonly row: ResourceRow;
  /** Whether something is asked for that has no column, so that nothing can satisfy it. */
  readonly isUnknown: boolean;
}

/** Which column holds which resource, and the lists of requests already converted. */
export class ResourceColumns {
  readonly names: readonly string[];
  readonly #columnByName: ReadonlyMap<string, number>;
  readonly #requests = new WeakMap<ResourceList, RequestRow>();

  /** Columns for every resource that some list names, in order of first appearance. */
  constructor(lists: Iterable<ResourceList>) {
    const columns = new Map<string, number>();
    for (const list of lists) {
      for (const name in list) {
        if (!columns.has(name)) columns.set(name, columns.size);
      }
    }
    this.#columnByName = columns;
    this.names = [...columns.keys()];
  }

  /** The list under these columns; absent amounts are 0, and remembered by the list's identity. */
  request(list: ResourceList): RequestRow {
    let request = this.#requests.get(list);
    if (request === undefined) {
      const row = new Float64Array(this.names.length);
      let isUnknown = false;
      for (const name in list) {
        const column = this.#columnByName.get(name);
        const amount = list[name] ?? 0;
        if (column !== undefined) row[column] = amount;
        else isUnknown ||= amount > 0;
      }
      request = { row, isUnknown };
      this.#requests.set(list, request);
    }
    return request;
  }
}

/** Whether every amount is at most the one in the same column of `limit`. */
export function isRowWithin(row: ResourceRow, limit: ResourceRow): boolean {
  for (let column = 0; column < row.length; column++) {
    if ((row[column] ?? 0) > (limit[column] ?? 0)) return false;
  }
  return true;
}

/** The sum of two rows under the same columns. */
export function addRows(a: ResourceRow, b: ResourceRow): ResourceRow {
  const sum = a.slice();
  for (let column = 0; column < sum.length; column++) {
    sum[column] = (sum[column] ?? 0) + (b[column] ?? 0);
  }
  return sum;
}

/** The smallest amount of each resource that all lists name; the empty list for none. */
export function minResources(...lists: readonly ResourceList[]): ResourceList {
  const [first = {}, ...others] = lists;
  const result: Record<string, number> = { ...first };
  for (const other of others) {
    for (const name of Object.keys(result)) {
      const amount = other[name];
      if (amount === undefined) delete result[name];
      else result[name] = Math.min(result[name] ?? amount, amount);
    }
  }
  return result;
}
