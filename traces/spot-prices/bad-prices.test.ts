import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { OutsideError } from "../../core/units/index.ts";
import { problemsOf, traceFile } from "../reading/trace-file-fixture.ts";
import { loadSpotPriceHistory } from "./load-spot-prices.ts";
import type { PriceCheckOptions } from "./price-check.ts";

const header = "timestamp,availability_zone,instance_type,usd_per_hour\n";
const good = "2024-05-01T09:00:00Z,us-east-1a,m5.large,0.037\n";

async function problems(
  content: string | Uint8Array,
  options: PriceCheckOptions = {},
): Promise<readonly string[]> {
  return problemsOf(await loadSpotPriceHistory(traceFile(content), options));
}

function csv(...rows: readonly string[]): string {
  return header + good + rows.map((row) => `${row}\n`).join("");
}

describe("a bad price history is refused with code, line and column", () => {
  it.each([
    ["spot-prices/negative-price 3:42", "2024-05-01T10:00:00Z,us-east-1a,m5.large,-0.037"],
    ["spot-prices/zero-price 3:42", "2024-05-01T10:00:00Z,us-east-1a,m5.large,0.0"],
    ["spot-prices/absurd-price 3:42", "2024-05-01T10:00:00Z,us-east-1a,m5.large,37000"],
    ["spot-prices/price-not-a-number 3:42", "2024-05-01T10:00:00Z,us-east-1a,m5.large,$0.037"],
    ["spot-prices/price-not-a-number 3:42", "2024-05-01T10:00:00Z,us-east-1a,m5.large,NaN"],
    ["spot-prices/bad-timestamp 3:1", "2024-05-32T10:00:00Z,us-east-1a,m5.large,0.037"],
    ["spot-prices/bad-timestamp 3:1", "1714557600,us-east-1a,m5.large,0.037"],
    ["spot-prices/bad-zone 3:22", "2024-05-01T10:00:00Z,use1-az1,m5.large,0.037"],
    ["spot-prices/bad-instance-type 3:33", "2024-05-01T10:00:00Z,us-east-1a,m5large,0.037"],
    ["spot-prices/missing-value 3:42", "2024-05-01T10:00:00Z,us-east-1a,m5.large,"],
    ["spot-prices/missing-value 3:41", "2024-05-01T10:00:00Z,us-east-1a,m5.large"],
    ["trace/bad-quotes 3:22", '2024-05-01T10:00:00Z,"us-east-1a,m5.large,0.037'],
  ])("%s in %s", async (problem, row) => {
    expect(await problems(csv(row))).toEqual([problem]);
    expect(await problems(gzipSync(csv(row)))).toEqual([problem]);
  });

  it.each([
    ["trace/empty-file -:-", ""],
    ["spot-prices/no-rows -:-", header],
    ["spot-prices/no-rows -:-", '{"SpotPriceHistory": [], "NextToken": ""}'],
    ["spot-prices/missing-column 1:-", "timestamp,availability_zone,instance_type\n"],
    ["spot-prices/missing-column 1:-", "us-east-1a,m5.large,0.037\n"],
    ["spot-prices/ambiguous-column 1:-", `${header.trimEnd()},SpotPrice\n`],
    ["spot-prices/ambiguous-column 1:-", `7,${good}`],
    ["trace/bad-json 1:27", '{"SpotPriceHistory": [{}, oops]}'],
    ["trace/truncated-gzip 1:-", gzipSync(csv()).subarray(0, 20)],
  ])("%s (case %#)", async (problem, content) => {
    expect(await problems(content)).toEqual([problem]);
  });

  it("spot-prices/missing-value 2:1 and negative-price 3:19 in JSON", async () => {
    const records =
      '[\n{"Timestamp": "2024-05-01T09:00:00Z", "InstanceType": "m5.large", "SpotPrice": "1"},\n' +
      '{"SpotPrice":     "-1", "Timestamp": "2024-05-01T09:00:00Z", ' +
      '"AvailabilityZone": "us-east-1a", "InstanceType": "m5.large"}]';
    expect(await problems(records)).toEqual([
      "spot-prices/missing-value 2:1",
      "spot-prices/negative-price 3:19",
    ]);
  });

  it("with every problem at once, not only the first", async () => {
    const row = "yesterday,moon,m5.large,-1";
    expect(await problems(csv(row, row))).toEqual([
      "spot-prices/bad-timestamp 3:1",
      "spot-prices/bad-zone 3:11",
      "spot-prices/negative-price 3:25",
      "spot-prices/bad-timestamp 4:1",
      "spot-prices/bad-zone 4:11",
      "spot-prices/negative-price 4:25",
    ]);
  });

  it("unless it is not there, which nobody's input can be blamed for", async () => {
    await expect(loadSpotPriceHistory("no-such-file.json")).rejects.toThrow(OutsideError);
  });
});

describe("a suspicious price history is read with warnings, once each with a count", () => {
  it("spot-prices/unknown-instance-type and unknown-zone", async () => {
    const row = "2024-05-01T10:00:00Z,us-moon-1a,m99.large,0.037";
    const result = await loadSpotPriceHistory(traceFile(csv(row, row, row)));
    expect(problemsOf(result)).toEqual([
      "spot-prices/unknown-zone 3:22",
      "spot-prices/unknown-instance-type 3:33",
    ]);
    expect(result.ok && result.warnings.map(({ message }) => message)).toEqual([
      "zone us-moon-1a is in a region that the catalogue does not know (3 rows)",
      "instance type m99.large is not in the catalogue (3 rows)",
    ]);
  });

  it("spot-prices/time-goes-backwards where the format promises order, an error if strict", async () => {
    const early = "2024-05-01T08:00:00Z,us-east-1a,m5.large,0.036";
    expect(await problems(csv(early, early))).toEqual(["spot-prices/time-goes-backwards 3:1"]);
    expect(await problems(csv(early, early), { strict: true })).toEqual([
      "spot-prices/time-goes-backwards 3:1",
      "spot-prices/time-goes-backwards 4:1",
    ]);
    expect(await problems(`${good}${early}\n`)).toEqual([]);
  });

  it("spot-prices/conflicting-prices", async () => {
    const row = "2024-05-01T09:00:00Z,us-east-1a,m5.large,0.039";
    expect(await problems(csv(row))).toEqual(["spot-prices/conflicting-prices -:-"]);
  });

  it("spot-prices/time-without-offset", async () => {
    const row = "2024-05-01 10:00:00,us-east-1a,m5.large,0.039";
    expect(await problems(csv(row, row))).toEqual(["spot-prices/time-without-offset 3:1"]);
  });

  it("spot-prices/unknown-object", async () => {
    const record = good.trimEnd().split(",");
    const price = {
      Timestamp: record[0],
      AvailabilityZone: record[1],
      InstanceType: record[2],
      SpotPrice: record[3],
    };
    expect(await problems(JSON.stringify([{ a: 1 }, price]))).toEqual([
      "spot-prices/unknown-object 1:2",
    ]);
  });
});
