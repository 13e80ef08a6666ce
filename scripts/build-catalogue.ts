/*
 * Writes the embedded catalogue, traces/catalogue/data/*.json, from tables of public facts:
 *
 *   tsx scripts/build-catalogue.ts [FOLDER]
 *
 * FOLDER (default ../shared/data, beside the repository) holds ec2-catalog/instance-types.csv,
 * ec2-catalog/on-demand-prices.csv, spot-advisor/linux-2025-06.csv and spot-advisor/buckets.csv.
 * The output depends on the tables only, and a test compares it with what is committed.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parse } from "csv-parse/sync";
import { compareStrings } from "../core/units/index.ts";
import type { Cell, InternedColumn } from "../traces/catalogue/columns.ts";
import { adviceFigure } from "../traces/catalogue/spot-advice.ts";
import { internColumn, writeSparse } from "../traces/catalogue/columns.ts";
import type { ColumnKind } from "../traces/catalogue/instance-type-facts.ts";
import { columnKinds } from "../traces/catalogue/instance-type-facts.ts";
import type {
  InstanceTypeTable,
  OnDemandPriceTable,
  OnDemandRegion,
  SpotAdvisorTable,
} from "../traces/catalogue/tables.ts";
import { advisorSources, instanceTypeSources, priceSources } from "./catalogue-sources.ts";

type Row = Readonly<Record<string, string>>;

/** The files of traces/catalogue/data by name, as text. */
export function buildCatalogue(folder: string): Readonly<Record<string, string>> {
  const types = readRows(`${folder}/ec2-catalog/instance-types.csv`);
  const prices = readRows(`${folder}/ec2-catalog/on-demand-prices.csv`);
  const advice = readRows(`${folder}/spot-advisor/linux-2025-06.csv`);
  const buckets = readRows(`${folder}/spot-advisor/buckets.csv`);
  return {
    "instance-types.json": formatTable(instanceTypeTable(types)),
    "on-demand-prices.json": formatTable(priceTable(prices)),
    "spot-advisor.json": formatTable(advisorTable(advice, buckets)),
  };
}

function readRows(file: string): readonly Row[] {
  return parse(readFileSync(file), { columns: true });
}

function instanceTypeTable(rows: readonly Row[]): InstanceTypeTable {
  const sorted = [...rows].sort((a, b) =>
    compareStrings(cellOf(a, "instance_type"), cellOf(b, "instance_type")),
  );
  const columns: Record<string, InternedColumn> = {};
  for (const [name, kind] of Object.entries(columnKinds)) {
    columns[name] = internColumn(sorted.map((row) => readCell(row, name, kind)));
  }
  return {
    about: "EC2 instance types: the public facts, one column per fact, rows ascending by name",
    sources: instanceTypeSources,
    rowCount: sorted.length,
    columns,
  };
}

function readCell(row: Row, name: string, kind: ColumnKind): Cell {
  const text = cellOf(row, name);
  if (text === "" && kind.endsWith("?")) {
    return null;
  }
  switch (kind) {
    case "text":
    case "text?":
      return text === "" ? refuse(name, text) : text;
    case "number":
    case "number?":
      return numberOf(row, name);
    case "boolean":
      return text === "true" || (text !== "false" && refuse(name, text));
  }
}

function priceTable(rows: readonly Row[]): OnDemandPriceTable {
  const types = distinct(rows, "instance_type");
  const regions = distinct(rows, "region").map((region) =>
    priceRegion(
      region,
      rows.filter((row) => row["region"] === region),
      types,
    ),
  );
  return {
    about: "On-Demand prices in USD per hour: Linux, shared tenancy, nothing pre-installed",
    sources: priceSources,
    types,
    regions,
  };
}

function priceRegion(
  region: string,
  rows: readonly Row[],
  types: readonly string[],
): OnDemandRegion {
  const priceByType = new Map<string, number>();
  const rowsBySource = new Map<string, readonly Row[]>();
  for (const row of rows) {
    const price = numberOf(row, "usd_per_hour");
    if (!(price > 0) || priceByType.has(cellOf(row, "instance_type"))) {
      refuse("usd_per_hour", JSON.stringify(row));
    }
    priceByType.set(cellOf(row, "instance_type"), price);
    const source = priceSources.find(({ name }) => name === row["source"]);
    if (source?.asOf !== row["as_of"]) {
      refuse("source", JSON.stringify(row));
    }
    const name = cellOf(row, "source");
    rowsBySource.set(name, [...(rowsBySource.get(name) ?? []), row]);
  }
  const bySize = [...rowsBySource].sort(
    ([a, rowsOfA], [b, rowsOfB]) => rowsOfB.length - rowsOfA.length || compareStrings(a, b),
  );
  const [most, ...others] = bySize.map(([name]) => name);
  const exceptions: Record<string, string> = {};
  for (const name of others) {
    for (const row of rowsBySource.get(name) ?? []) {
      exceptions[cellOf(row, "instance_type")] = name;
    }
  }
  const usdPerHour = writeSparse(types.map((type) => priceByType.get(type)));
  return { region, source: most ?? refuse("source", region), exceptions, usdPerHour };
}

function advisorTable(rows: readonly Row[], bucketRows: readonly Row[]): SpotAdvisorTable {
  const types = distinct(rows, "instance_type");
  const figureByRegionAndType = new Map(
    rows.map((row) => [
      `${cellOf(row, "region")} ${cellOf(row, "instance_type")}`,
      adviceFigure(numberOf(row, "interruption_bucket"), signedNumberOf(row, "savings_pct")),
    ]),
  );
  if (figureByRegionAndType.size !== rows.length) {
    refuse("instance_type", "two rows of one region and type");
  }
  return {
    about:
      "Spot Instance Advisor, Linux: each figure is 1000 * bucket + 500 + savings in percent, " +
      "a negative one that many types without advice",
    sources: advisorSources,
    buckets: bucketRows.map((row) => ({
      bucket: numberOf(row, "interruption_bucket"),
      label: cellOf(row, "label"),
      minPercent: numberOf(row, "min_pct"),
      maxPercent: numberOf(row, "max_pct"),
    })),
    types,
    regions: distinct(rows, "region").map((region) => ({
      region,
      figures: writeSparse(types.map((type) => figureByRegionAndType.get(`${region} ${type}`))),
    })),
  };
}

function distinct(rows: readonly Row[], name: string): readonly string[] {
  return [...new Set(rows.map((row) => cellOf(row, name)))].sort(compareStrings);
}

function cellOf(row: Row, name: string): string {
  return row[name] ?? refuse(name, "no such column");
}

function numberOf(row: Row, name: string): number {
  const text = cellOf(row, name);
  return /^\d+(\.\d+)?$/.test(text) ? Number(text) : refuse(name, text);
}

function signedNumberOf(row: Row, name: string): number {
  const text = cellOf(row, name);
  return /^-?\d+$/.test(text) ? Number(text) : refuse(name, text);
}

function refuse(name: string, found: string): never {
  throw new RangeError(`column ${name} of a source table cannot be embedded: ${found}`);
}

/** JSON with one line per column or region, so that a change of facts is a readable change. */
function formatTable(table: InstanceTypeTable | OnDemandPriceTable | SpotAdvisorTable): string {
  const lines: string[] = [];
  for (const [key, value] of Object.entries(table)) {
    lines.push(`${JSON.stringify(key)}: ${formatValue(value)}`);
  }
  return `{\n${lines.join(",\n")}\n}\n`;
}

function formatValue(value: unknown): string {
  if (typeof value !== "object" || value === null) {
    return JSON.stringify(value);
  }
  const entries = Object.entries(value);
  if (!entries.every(([, each]) => typeof each === "object")) {
    return JSON.stringify(value);
  }
  return Array.isArray(value)
    ? `[\n${entries.map(([, each]) => JSON.stringify(each)).join(",\n")}\n]`
    : `{\n${entries.map(([key, each]) => `${JSON.stringify(key)}: ${JSON.stringify(each)}`).join(",\n")}\n}`;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const root = new URL("../", import.meta.url);
  const folder = process.argv[2] ?? fileURLToPath(new URL("../shared/data", root));
  const target = new URL("traces/catalogue/data/", root);
  mkdirSync(target, { recursive: true });
  for (const [name, text] of Object.entries(buildCatalogue(folder))) {
    writeFileSync(new URL(name, target), text);
    console.log(`${name}: ${text.length} characters`);
  }
}
