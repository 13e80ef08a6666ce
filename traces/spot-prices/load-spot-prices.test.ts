import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gunzipSync, gzipSync } from "node:zlib";
import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import type { Result, SimTime } from "../../core/units/index.ts";
import { formatTime, parseTime } from "../../core/units/index.ts";
import { loadCatalogue } from "../catalogue/catalogue.ts";
import {
  hasRecordedData,
  problemsOf,
  recordedFile,
  traceFile,
  valueOf,
} from "../reading/trace-file-fixture.ts";
import { loadSpotPriceHistory } from "./load-spot-prices.ts";
import type { SpotPriceSeries } from "./spot-price-series.ts";

const sample = "spot-prices/sample_us-east-1_2021-03-15_7d.csv";
const sixtyDays = "spot-prices/us-east-1_2021-03-02_2021-04-30.csv.gz";

/** Everything that a series says, as text. */
function contentOf(series: SpotPriceSeries): readonly string[] {
  return series.pools.flatMap(({ instanceType, availabilityZone, times, usdPerHour }) =>
    [...times].map(
      (time, index) =>
        `${formatTime(time as SimTime)} ${instanceType} ${availabilityZone} ${usdPerHour[index]}`,
    ),
  );
}

async function contentOfFile(content: string | Uint8Array): Promise<readonly string[]> {
  return contentOf(valueOf(await loadSpotPriceHistory(traceFile(content))));
}

async function loadTestdata(name: string): Promise<Result<SpotPriceSeries>> {
  const file = new URL(`./testdata/${name}`, import.meta.url);
  return loadSpotPriceHistory(fileURLToPath(file));
}

describe("the formats of a Spot price history", () => {
  const expected = [
    "2024-05-01T09:00:00Z m5.large us-east-1a 0.037",
    "2024-05-01T12:34:56Z m5.large us-east-1a 0.0384",
    "2024-05-01T11:00:00Z m5.large us-east-1b 0.0401",
  ];

  it.each([
    ["pages.json", ["spot-prices/other-product 21:35"]],
    ["pages.txt", ["spot-prices/other-product 3:38"]],
    ["any-order.csv", ["spot-prices/other-product 4:10"]],
    ["archive-without-header.csv", []],
  ])("all say the same: %s", async (name, warnings) => {
    const result = await loadTestdata(name);
    expect(contentOf(valueOf(result))).toEqual(expected);
    expect(problemsOf(result)).toEqual(warnings);
  });

  it("include arrays of records and one record a line", async () => {
    const [page, last] = readFileSync(new URL("./testdata/pages.json", import.meta.url), "utf8")
      .split(/\n(?=\{)/)
      .map((text) => JSON.parse(text) as { SpotPriceHistory: object[] });
    const records = [...(page?.SpotPriceHistory ?? []), ...(last?.SpotPriceHistory ?? [])];
    expect(records).toHaveLength(4);
    expect(await contentOfFile(JSON.stringify(records))).toEqual(expected);
    expect(await contentOfFile(JSON.stringify([page, last]))).toEqual(expected);
    const lines = records.map((record) => JSON.stringify(record)).join("\n");
    expect(await contentOfFile(lines)).toEqual(expected);
    expect(await contentOfFile(gzipSync(lines))).toEqual(expected);
  });

  it("may be asked for another product", async () => {
    const path = fileURLToPath(new URL("./testdata/pages.json", import.meta.url));
    const result = await loadSpotPriceHistory(path, { products: ["Windows"] });
    expect(contentOf(valueOf(result))).toEqual(["2024-05-01T10:00:00Z m5.large us-east-1a 0.1304"]);
  });
});

describe("a series of Spot prices", () => {
  const header = "timestamp,availability_zone,instance_type,usd_per_hour\n";
  const row = fc.record({
    hour: fc.integer({ min: 0, max: 23 }),
    zone: fc.constantFrom("us-east-1a", "us-east-1b"),
    type: fc.constantFrom("m5.large", "c5.large"),
    price: fc.constantFrom(0.03, 0.04, 0.05),
  });
  type Row = typeof row extends fc.Arbitrary<infer Value> ? Value : never;
  const rows = fc.array(row, { minLength: 1, maxLength: 40 });
  const at = (hour: number): SimTime =>
    parseTime(`2024-05-01T${String(hour).padStart(2, "0")}:00:00Z`);
  const csvOf = (list: readonly Row[]): string =>
    header +
    list
      .map(({ hour, zone, type, price }) => `${formatTime(at(hour))},${zone},${type},${price}\n`)
      .join("");

  /** The definition, row by row: of the latest instant up to the hour, the highest price. */
  const priceByScan = (list: readonly Row[], type: string, zone: string, hour: number) => {
    const before = list.filter((r) => r.type === type && r.zone === zone && r.hour <= hour);
    const latest = Math.max(...before.map((r) => r.hour));
    const prices = before.filter((r) => r.hour === latest).map((r) => r.price);
    return prices.length === 0 ? undefined : Math.max(...prices);
  };

  test.prop([rows, fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 23 })], {
    numRuns: 60,
  })("carries each price forward, also into a window", async (list, from, hour) => {
    const path = traceFile(csvOf(list));
    const result = await loadSpotPriceHistory(path);
    const windowed = await loadSpotPriceHistory(path, { from: at(Math.min(from, hour)) });
    for (const type of ["m5.large", "c5.large"]) {
      for (const zone of ["us-east-1a", "us-east-1b"]) {
        const expected = priceByScan(list, type, zone, hour);
        expect(valueOf(result).priceAt(type, zone, at(hour))).toBe(expected);
        expect(valueOf(windowed).priceAt(type, zone, at(hour))).toBe(expected);
      }
    }
  });

  test.prop(
    [
      rows.chain((list) =>
        fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
      ),
    ],
    {
      numRuns: 60,
    },
  )("does not depend on the order of rows", async ([list, shuffled]) => {
    expect(await contentOfFile(csvOf(shuffled))).toEqual(await contentOfFile(csvOf(list)));
  });

  test.prop([rows], { numRuns: 60 })("does not change when rows are repeated", async (list) => {
    expect(await contentOfFile(csvOf([...list, ...list]))).toEqual(
      await contentOfFile(csvOf(list)),
    );
  });

  it("keeps changes only, and steps through them", async () => {
    const list: Row[] = [
      { hour: 1, zone: "us-east-1a", type: "m5.large", price: 0.03 },
      { hour: 2, zone: "us-east-1a", type: "m5.large", price: 0.03 },
      { hour: 2, zone: "us-east-1b", type: "m5.large", price: 0.05 },
      { hour: 4, zone: "us-east-1a", type: "m5.large", price: 0.04 },
      { hour: 6, zone: "us-east-1a", type: "m5.large", price: 0.05 },
    ];
    const series = valueOf(await loadSpotPriceHistory(traceFile(csvOf(list))));
    expect(series.changes(at(1), at(6)).map(({ time }) => time)).toEqual([at(1), at(2), at(4)]);
    expect(series.changes(at(2), at(5)).map(({ availabilityZone }) => availabilityZone)).toEqual([
      "us-east-1b",
      "us-east-1a",
    ]);
    expect(series.nextChangeAfter("m5.large", "us-east-1a", at(1))).toMatchObject({
      time: at(4),
      usdPerHour: 0.04,
    });
    expect(series.nextChangeAfter("m5.large", "us-east-1a", at(6))).toBeUndefined();
    expect(series.priceAt("m5.large", "us-east-1a", at(0))).toBeUndefined();
    expect(series.priceAt("r5.large", "us-east-1a", at(6))).toBeUndefined();
  });

  it("says what the window lacks", async () => {
    const list: Row[] = [{ hour: 5, zone: "us-east-1a", type: "m5.large", price: 0.03 }];
    const path = traceFile(csvOf(list));
    const until = parseTime("2024-05-09T00:00:00Z");
    expect(problemsOf(await loadSpotPriceHistory(path, { from: at(1), until }))).toEqual([
      "spot-prices/begins-late -:-",
      "spot-prices/ends-early -:-",
    ]);
    for (const options of [
      { until: at(5) },
      { instanceTypes: ["c5.large"] },
      { zones: ["us-east-1b"] },
    ]) {
      expect(problemsOf(await loadSpotPriceHistory(path, options))).toEqual([
        "spot-prices/nothing-selected -:-",
      ]);
    }
  });
});

describe.skipIf(!hasRecordedData)("the recorded histories (needs ../shared/data)", () => {
  it("of 60 days have the pools, the span and the restatements that were counted", async () => {
    const result = await loadSpotPriceHistory(recordedFile(sixtyDays));
    const series = valueOf(result);
    expect(problemsOf(result)).toEqual([]);
    expect(series.pools).toHaveLength(1241);
    expect(new Set(series.pools.map(({ instanceType }) => instanceType)).size).toBe(254);
    const times = series.pools.map(({ times: [first] }) => first ?? 0);
    expect(formatTime(Math.min(...times) as SimTime)).toBe("2021-03-02T01:39:04Z");
    const points = series.pools.reduce((sum, pool) => sum + pool.times.length, 0);
    expect(Math.round((1 - points / 176_132) * 100)).toBe(23);
  });

  it("never cost more than On-Demand", async () => {
    const catalogue = loadCatalogue();
    const series = valueOf(await loadSpotPriceHistory(recordedFile(sixtyDays)));
    for (const { instanceType, usdPerHour } of series.pools) {
      const onDemand = catalogue.onDemandUsdPerHour("us-east-1", instanceType);
      expect(Math.max(...usdPerHour)).toBeLessThanOrEqual(onDemand);
    }
  });

  it("of a week are a window of the 60 days, each pool priced from the first moment", async () => {
    const from = parseTime("2021-03-15T00:00:00Z");
    const until = parseTime("2021-03-22T00:00:00Z");
    const week = valueOf(await loadSpotPriceHistory(recordedFile(sample), { from, until }));
    expect(week.pools).toHaveLength(60);
    const instanceTypes = [...new Set(week.pools.map(({ instanceType }) => instanceType))];
    const window = { from, until, instanceTypes };
    const cut = valueOf(await loadSpotPriceHistory(recordedFile(sixtyDays), window));
    expect(contentOf(cut)).toEqual(contentOf(week));
    for (const { instanceType, availabilityZone } of week.pools) {
      expect(week.priceAt(instanceType, availabilityZone, from)).toBeGreaterThan(0);
    }
  });

  it("hold the prices of rows picked by hand", async () => {
    const series = valueOf(await loadSpotPriceHistory(recordedFile(sixtyDays)));
    const time = parseTime("2021-03-02T02:00:00Z");
    expect(series.priceAt("r4.2xlarge", "us-east-1e", time)).toBe(0.1782);
    expect(series.priceAt("m5a.16xlarge", "us-east-1a", time)).toBe(1.1585);
    expect(series.priceAt("r5ad.8xlarge", "us-east-1a", time)).toBeUndefined();
    const late = parseTime("2021-04-30T23:59:59Z");
    expect(series.priceAt("r5ad.8xlarge", "us-east-1a", late)).toBeGreaterThan(0);
  });

  it("are the same compressed, plain, and as JSON", async () => {
    const plain = readFileSync(recordedFile(sample), "utf8");
    const expected = await contentOfFile(plain);
    expect(await contentOfFile(gzipSync(plain))).toEqual(expected);
    const records = plain
      .trimEnd()
      .split("\n")
      .slice(1)
      .map((line) => {
        const [Timestamp, AvailabilityZone, InstanceType, SpotPrice] = line.split(",");
        const ProductDescription = "Linux/UNIX";
        return { AvailabilityZone, InstanceType, ProductDescription, SpotPrice, Timestamp };
      });
    expect(records).toHaveLength(1071);
    const newestFirst = JSON.stringify({ SpotPriceHistory: records.reverse() }, null, 4);
    expect(await contentOfFile(newestFirst)).toEqual(expected);
  });

  it("of GPUs cover two regions", async () => {
    const gpus = "spot-prices/gpu-p2-p3_us-east-1_us-west-2_2019-12_2020-03.csv.gz";
    const text = gunzipSync(readFileSync(recordedFile(gpus))).toString();
    expect(text.trimEnd().split("\n")).toHaveLength(9592);
    const series = valueOf(await loadSpotPriceHistory(recordedFile(gpus)));
    expect(new Set(series.pools.map(({ instanceType }) => instanceType)).size).toBe(6);
    expect(new Set(series.pools.map(({ availabilityZone }) => availabilityZone)).size).toBe(9);
  });
});
