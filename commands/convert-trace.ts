import { rename, rm, writeFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import type { SimTime } from "../core/units/index.ts";
import { formatTime, OutsideError } from "../core/units/index.ts";
import { loadSpotPriceHistory } from "../traces/index.ts";
import { valueOrBadInput } from "./bad-input-error.ts";
import type { TraceKind } from "./trace-kind.ts";

const firstTime = -62_167_219_200_000 as SimTime;
const endOfTime = 253_402_300_799_999 as SimTime;

/**
 * Writes a Spot price history in any format as CSV of its price changes, by time, gzipped where the
 * name ends in .gz; answers how many there are.
 *
 * @throws OutsideError for kinds that cannot be converted, and where a file cannot be read or written.
 */
export async function convertTrace(
  kind: TraceKind,
  input: string,
  output: string,
): Promise<number> {
  if (kind !== "spot-prices") {
    throw new OutsideError({
      code: "usage/not-supported",
      message: `converting ${kind} traces is not supported in this version`,
      advice: "Only spot-prices can be converted, to CSV.",
    });
  }
  const series = valueOrBadInput(await loadSpotPriceHistory(input));
  const changes = series.changes(firstTime, endOfTime);
  const rows = changes.map(
    ({ time, availabilityZone, instanceType, usdPerHour }) =>
      `${formatTime(time)},${availabilityZone},${instanceType},${usdPerHour}`,
  );
  const text = `${["timestamp,availability_zone,instance_type,usd_per_hour", ...rows].join("\n")}\n`;
  await writeWhole(output, output.endsWith(".gz") ? gzipSync(text, { level: 9 }) : text);
  return changes.length;
}

/** In one step, so that nobody reads half of it. */
async function writeWhole(path: string, content: string | Buffer): Promise<void> {
  const draft = `${path}.${process.pid}.tmp`;
  try {
    await writeFile(draft, content);
    await rename(draft, path);
  } catch (cause) {
    await rm(draft, { force: true });
    throw new OutsideError({
      code: "outside/cannot-write-file",
      message: `${path} cannot be written`,
      advice: "Check that its folder exists and may be written to.",
      cause,
    });
  }
}
