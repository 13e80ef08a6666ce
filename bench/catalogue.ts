/**
 * How long a command waits for the embedded catalogue: reading, decoding and indexing it, against
 * `JSON.parse` of the same text alone.
 */
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { openCatalogue } from "../traces/index.ts";
import { reportResult } from "./harness/report-result.ts";

/** What `run` measured, in milliseconds; plain JSON. */
export interface CatalogueBenchResult {
  readonly name: "catalogue";
  readonly firstLoadMs: number;
  readonly bestLoadMs: number;
  readonly bestJsonParseMs: number;
  readonly loadToJsonParseRatio: number;
  readonly characters: number;
}

const files = ["instance-types", "on-demand-prices", "spot-advisor"] as const;

/** Opens the catalogue `rounds` times over; the first time is what a command sees. */
export function run(options: { readonly rounds?: number } = {}): CatalogueBenchResult {
  const loads: number[] = [];
  const parses: number[] = [];
  let characters = 0;
  for (let round = 0; round < (options.rounds ?? 20); round += 1) {
    const start = performance.now();
    const texts = files.map((name) =>
      readFileSync(new URL(`../traces/catalogue/data/${name}.json`, import.meta.url), "utf8"),
    );
    const [instanceTypes, onDemandPrices, spotAdvisor] = texts.map((text) => JSON.parse(text));
    const parsed = performance.now();
    const catalogue = openCatalogue({ instanceTypes, onDemandPrices, spotAdvisor });
    catalogue.onDemandUsdPerHour("us-east-1", "m5.large");
    catalogue.findSpotAdvice("us-east-1", "m5.large");
    loads.push(performance.now() - start);
    parses.push(parsed - start);
    characters = texts.reduce((sum, text) => sum + text.length, 0);
  }
  const bestLoadMs = Math.min(...loads);
  const bestJsonParseMs = Math.min(...parses);
  return {
    name: "catalogue",
    firstLoadMs: loads[0] ?? Number.NaN,
    bestLoadMs,
    bestJsonParseMs,
    loadToJsonParseRatio: bestLoadMs / bestJsonParseMs,
    characters,
  };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const result = run();
  reportResult(result, JSON.stringify(result, null, 2));
}
