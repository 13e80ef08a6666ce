// An independent audit of a run's compute cost. It shares no code with the simulator: it reads the
// journal's launches and terminations, a recorded Spot price history and a table of On-Demand prices,
// integrates price x time for every instance, and compares with the report.
//
//   node scripts/integrate-cost.mjs RUN_DIR --spot HISTORY.csv[.gz] --on-demand PRICES.csv
//
// RUN_DIR holds journal.ndjson.gz (written with --journal) and report.json. The history has the
// columns timestamp, availability_zone, instance_type, usd_per_hour; the table has region,
// instance_type, usd_per_hour. Exits with 1 when the two sums differ by a cent or more.
import { createReadStream, existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { createGunzip, gunzipSync } from "node:zlib";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    spot: { type: "string" },
    "on-demand": { type: "string" },
    region: { type: "string", default: "us-east-1" },
  },
});
const [runDir] = positionals;
if (runDir === undefined || values.spot === undefined || values["on-demand"] === undefined) {
  console.error("usage: integrate-cost.mjs RUN_DIR --spot HISTORY.csv[.gz] --on-demand PRICES.csv");
  process.exit(2);
}

function textOf(path) {
  const bytes = readFileSync(path);
  return (path.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8");
}

/** Change points by `type zone`: [milliseconds, price], ascending. */
function readSpotPrices(path) {
  const byPool = new Map();
  const [header, ...lines] = textOf(path).trimEnd().split("\n");
  const columns = header.trim().split(",");
  const column = (name) => columns.indexOf(name);
  const [time, zone, type, price] = [
    column("timestamp"),
    column("availability_zone"),
    column("instance_type"),
    column("usd_per_hour"),
  ];
  for (const line of lines) {
    const cells = line.trim().split(",");
    const key = `${cells[type]} ${cells[zone]}`;
    if (!byPool.has(key)) byPool.set(key, []);
    byPool.get(key).push([Date.parse(cells[time]), Number(cells[price])]);
  }
  for (const points of byPool.values()) points.sort((left, right) => left[0] - right[0]);
  return byPool;
}

function readOnDemandPrices(path, region) {
  const byType = new Map();
  const [header, ...lines] = textOf(path).trimEnd().split("\n");
  const columns = header.trim().split(",");
  for (const line of lines) {
    const cells = line.trim().split(",");
    if (cells[columns.indexOf("region")] !== region) continue;
    byType.set(
      cells[columns.indexOf("instance_type")],
      Number(cells[columns.indexOf("usd_per_hour")]),
    );
  }
  return byType;
}

/** Integral of a step function with these change points, USD. */
function integrate(points, from, until) {
  let usd = 0;
  for (let index = 0; index < points.length; index++) {
    const begins = Math.max(from, points[index][0]);
    const ends = Math.min(until, points[index + 1]?.[0] ?? Number.POSITIVE_INFINITY);
    if (ends > begins) usd += (points[index][1] * (ends - begins)) / 3_600_000;
  }
  if (points.length === 0 || points[0][0] > from) return Number.NaN;
  return usd;
}

async function readLives(path) {
  const lives = new Map();
  const lines = createInterface({ input: createReadStream(path).pipe(createGunzip()) });
  for await (const line of lines) {
    const fact = JSON.parse(line);
    if (fact.kind === "instance-launched") lives.set(fact.instanceId, { launched: fact });
    const life = lives.get(fact.instanceId);
    if (life === undefined) continue;
    if (fact.kind === "instance-running") life.from = fact.at;
    if (fact.kind === "interruption-notice") life.noticed = true;
    if (fact.kind === "instance-shutting-down") {
      life.until = fact.at;
      life.by = fact.terminatedBy;
    }
  }
  return [...lives.values()];
}

function costOfLife(life, end, spot, onDemand) {
  if (life.from === undefined) return 0;
  const { instanceType, zone, capacityType } = life.launched;
  // EC2 gives the first hour back when it is EC2 that ends it.
  const isWaived = life.noticed && life.by === "ec2" && life.until - life.from < 3_600_000;
  if (isWaived) return 0;
  const until =
    life.until === undefined
      ? end
      : life.from + Math.max(60_000, Math.ceil((life.until - life.from) / 1000) * 1000);
  if (capacityType !== "spot") {
    return (onDemand.get(instanceType) * (until - life.from)) / 3_600_000;
  }
  return integrate(spot.get(`${instanceType} ${zone}`) ?? [], life.from, until);
}

function findJournals(dir) {
  const direct = join(dir, "journal.ndjson.gz");
  if (existsSync(direct)) return [direct];
  return readdirSync(dir, { recursive: true })
    .map(String)
    .filter((name) => name.endsWith(".ndjson.gz"))
    .sort()
    .map((name) => join(dir, name));
}

const report = JSON.parse(readFileSync(join(runDir, "report.json"), "utf8"));
const spot = readSpotPrices(values.spot);
const onDemand = readOnDemandPrices(values["on-demand"], values.region);
const end = Date.parse(report.end);
const journals = findJournals(runDir);
if (journals.length !== report.policies.length) {
  console.error(
    `${journals.length} journals for ${report.policies.length} policies (one seed each)`,
  );
  process.exit(2);
}
let isEqual = true;
for (const policy of report.policies) {
  const journal =
    journals.length === 1 ? journals[0] : journals.find((path) => path.includes(policy.name));
  const lives = await readLives(journal);
  const usd = lives.reduce((sum, life) => sum + costOfLife(life, end, spot, onDemand), 0);
  const reported = policy.cost.computeUsd;
  const isSame = Math.abs(usd - reported) < 0.01;
  isEqual &&= isSame;
  console.log(
    `${policy.name}: ${lives.length} instances, integral $${usd.toFixed(4)}, ` +
      `report $${reported.toFixed(4)}: ${isSame ? "equal to the cent" : "DIFFERENT"}`,
  );
}
process.exitCode = isEqual ? 0 : 1;
