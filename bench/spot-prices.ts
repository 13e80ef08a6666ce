/**
 * How fast a Spot price history of two million rows is read and loaded, and how much memory that
 * takes, against a loop over csv-parse's stream that only counts rows of the same file.
 *
 * The file is generated (1,500 pools, prices that change) and removed again. Peak memory is the
 * resident size of the whole process, Node included, sampled every 20 ms.
 */
import { createReadStream, createWriteStream, mkdtempSync, rmSync } from "node:fs";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { reportResult } from "./harness/report-result.ts";
import { parse } from "csv-parse";
import { invariant } from "../core/units/index.ts";
import {
  ProblemLog,
  loadCatalogue,
  loadSpotPriceHistory,
  readSpotPriceHistory,
} from "../traces/index.ts";

/** One way of reading the file. */
export interface SpotPriceBenchRow {
  readonly what: string;
  readonly rowsPerSecond: number;
  readonly peakResidentMib: number;
  readonly toCsvParseRatio: number;
}

/** What `run` measured; plain JSON. */
export interface SpotPriceBenchResult {
  readonly name: "spot-prices";
  readonly rows: number;
  readonly bytes: number;
  readonly measured: readonly SpotPriceBenchRow[];
}

const zones = [..."abcdef"].map((letter) => `us-east-1${letter}`);
const types = loadCatalogue()
  .instanceTypes.slice(0, 250)
  .map(({ instanceType }) => instanceType);
const poolCount = zones.length * types.length;

/** Generates, reads and removes a history of `rows` rows as CSV and as JSON of the API. */
export async function run(options: { readonly rows?: number } = {}): Promise<SpotPriceBenchResult> {
  const rows = options.rows ?? 2_000_000;
  const folder = mkdtempSync(join(tmpdir(), "dryfit-bench-"));
  try {
    const csv = join(folder, "prices.csv");
    const json = join(folder, "prices.json");
    const bytes = await generate(
      csv,
      rows,
      "timestamp,availability_zone,instance_type,usd_per_hour\n",
      csvRow,
      "",
    );
    await generate(json, rows, '{"SpotPriceHistory": [\n', jsonRow, "\n]}\n");
    const base = await measure("csv-parse stream, rows counted", rows, () =>
      countWithCsvParse(csv),
    );
    const measured = [
      base,
      await measure("readSpotPriceHistory, CSV", rows, () => countRecords(csv)),
      await measure("loadSpotPriceHistory, CSV", rows, () => load(csv, rows)),
      await measure("loadSpotPriceHistory, JSON", rows, () => load(json, rows)),
    ].map((row) => ({ ...row, toCsvParseRatio: row.rowsPerSecond / base.rowsPerSecond }));
    return { name: "spot-prices", rows, bytes, measured };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

interface GeneratedRow {
  readonly time: string;
  readonly zone: string;
  readonly type: string;
  readonly price: string;
}

function rowAt(index: number): GeneratedRow {
  const pool = index % poolCount;
  const time = new Date(1_700_000_000_000 + index * 3000).toISOString().replace(".000Z", "Z");
  const zone = zones[pool % zones.length] ?? "";
  const type = types[Math.floor(pool / zones.length)] ?? "";
  const price = (0.01 + ((index * 7919) % 9973) / 10_000).toFixed(4);
  return { time, zone, type, price };
}

function csvRow({ time, zone, type, price }: GeneratedRow): string {
  return `${time},${zone},${type},${price}\n`;
}

function jsonRow({ time, zone, type, price }: GeneratedRow, index: number): string {
  const record = { AvailabilityZone: zone, InstanceType: type, ProductDescription: "Linux/UNIX" };
  const text = JSON.stringify({ ...record, SpotPrice: price, Timestamp: time });
  return `${index === 0 ? "" : ",\n"}${text}`;
}

async function generate(
  file: string,
  rows: number,
  head: string,
  format: (row: GeneratedRow, index: number) => string,
  tail: string,
): Promise<number> {
  const output = createWriteStream(file);
  output.write(head);
  for (let index = 0; index < rows; ) {
    let text = "";
    for (const end = Math.min(rows, index + 5000); index < end; index += 1) {
      text += format(rowAt(index), index);
    }
    if (!output.write(text)) {
      await once(output, "drain");
    }
  }
  output.end(tail);
  await once(output, "finish");
  return output.bytesWritten;
}

async function measure(
  what: string,
  rows: number,
  read: () => Promise<number>,
): Promise<Omit<SpotPriceBenchRow, "toCsvParseRatio">> {
  globalThis.gc?.();
  let peak = process.memoryUsage.rss();
  const sampler = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage.rss());
  }, 20);
  const start = performance.now();
  const count = await read();
  const seconds = (performance.now() - start) / 1000;
  clearInterval(sampler);
  invariant(count === rows, "a reader saw another number of rows", { what, count, rows });
  return { what, rowsPerSecond: rows / seconds, peakResidentMib: peak / 1_048_576 };
}

async function countWithCsvParse(file: string): Promise<number> {
  let count = -1;
  for await (const _ of createReadStream(file).pipe(parse())) {
    count += 1;
  }
  return count;
}

async function countRecords(file: string): Promise<number> {
  const log = new ProblemLog(file);
  let count = 0;
  for await (const _ of readSpotPriceHistory(file, { log })) {
    count += 1;
  }
  invariant(!log.hasErrors, "the generated file has errors", { errors: log.errors() });
  return count;
}

async function load(file: string, rows: number): Promise<number> {
  const result = await loadSpotPriceHistory(file);
  invariant(
    result.ok && result.value.pools.length === poolCount,
    "the generated file was not loaded",
  );
  return rows;
}

/** The result as a text table. */
export function formatSpotPriceBench(result: SpotPriceBenchResult): string {
  const mib = (result.bytes / 1_048_576).toFixed(0);
  const lines = result.measured.map(
    ({ what, rowsPerSecond, peakResidentMib, toCsvParseRatio }) =>
      what.padEnd(34) +
      `${(rowsPerSecond / 1000).toFixed(0)} k rows/s`.padStart(16) +
      `${peakResidentMib.toFixed(0)} MiB`.padStart(10) +
      `${toCsvParseRatio.toFixed(1)}x`.padStart(8),
  );
  return [`${result.rows} rows, ${mib} MiB of CSV`, ...lines].join("\n");
}

const script = process.argv[1];
if (script !== undefined && import.meta.url === pathToFileURL(script).href) {
  const result = await run();
  reportResult(result, formatSpotPriceBench(result));
}
