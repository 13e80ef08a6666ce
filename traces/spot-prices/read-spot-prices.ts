import type { ProblemLog } from "../reading/problem-log.ts";
import { readTextChunks } from "../reading/text-chunks.ts";
import { readDelimitedPrices } from "./delimited-prices.ts";
import { readJsonPrices } from "./json-prices.ts";
import type { PriceCheckOptions } from "./price-check.ts";
import { PriceCheck } from "./price-check.ts";
import type { SpotPriceRecord } from "./price-row.ts";

/** How a Spot price history is read. */
export interface ReadSpotPriceOptions extends PriceCheckOptions {
  /** What takes the complaints. Records that come before an error are good, but not all there are. */
  readonly log: ProblemLog;
}

/**
 * The records of a Spot price history in the order of the file, a batch for each chunk of it, so
 * that memory does not grow with the file.
 *
 * The format is found out by looking: JSON of DescribeSpotPriceHistory in one or many pages, its
 * tab-separated text, CSV with a header in any order of columns, or old archives without one; gzip
 * or plain.
 *
 * @throws OutsideError when the file cannot be read.
 */
export async function* readSpotPriceBatches(
  path: string,
  { log, ...options }: ReadSpotPriceOptions,
): AsyncGenerator<readonly SpotPriceRecord[]> {
  const check = new PriceCheck(log, options);
  const peeked = await peek(readTextChunks(path, log));
  if (peeked === undefined) {
    return;
  }
  const isJson = /^\s*[{[]/.test(peeked.start);
  const read = isJson ? readJsonPrices : readDelimitedPrices;
  for await (const _ of read(peeked.chunks, log, check)) {
    if (check.records.length > 0) {
      const records = check.records;
      check.records = [];
      yield records;
    }
  }
  if (check.rowCount === 0 && !log.hasErrors) {
    log.error({
      code: "spot-prices/no-rows",
      found: "no rows",
      allowed: "at least one price",
      message: "the file has no prices in it",
    });
  }
}

/**
 * The records of a Spot price history one by one, in the order of the file.
 *
 * @throws OutsideError when the file cannot be read.
 */
export async function* readSpotPriceHistory(
  path: string,
  options: ReadSpotPriceOptions,
): AsyncGenerator<SpotPriceRecord> {
  for await (const records of readSpotPriceBatches(path, options)) {
    yield* records;
  }
}

/** The first text that is not blank, and all the text. Undefined for a text without any. */
async function peek(
  chunks: AsyncGenerator<string>,
): Promise<{ start: string; chunks: AsyncIterable<string> } | undefined> {
  let start = "";
  for (;;) {
    const next = await chunks.next();
    if (next.done === true) {
      return start.trim() === "" ? undefined : { start, chunks: chain(start, chunks) };
    }
    start += next.value;
    if (start.trim() !== "") {
      return { start, chunks: chain(start, chunks) };
    }
  }
}

async function* chain(start: string, rest: AsyncGenerator<string>): AsyncGenerator<string> {
  yield start;
  yield* rest;
}
