/**
 * Records upstream Karpenter's decisions in `conformance/cases/FILE`. Needs Go.
 *
 * `npx tsx conformance/record.ts FILE.json.gz --seed S --count N`: N generated cases of every topic;
 * `... FILE.json.gz --seed S --large`: a few generated cases of thousands of pods;
 * `... FILE.json.gz --titles`: the hand-made cases.
 */
import { parseArgs } from "node:util";
import { askUpstream } from "./ask-upstream.ts";
import { type ConformanceCase, type RecordedCases, writeRecordedCases } from "./cases.ts";
import { generateCases, generateInstanceTypeSets, generateLargeCases } from "./generate.ts";
import { titleCases, titleInstanceTypeSets } from "./titles/index.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: "string", default: "" },
    count: { type: "string", default: "" },
    large: { type: "boolean", default: false },
    titles: { type: "boolean", default: false },
  },
});
const [file = ""] = positionals;
const [seed, count] = [Number(values.seed), Number(values.count)];
const isSeeded = values.seed !== "" && Number.isSafeInteger(seed);
if (!file.endsWith(".json.gz") || !(values.titles || (isSeeded && (values.large || count > 0)))) {
  console.error("usage: record.ts FILE.json.gz (--titles | --seed S --large | --seed S --count N)");
  process.exit(2);
}

const sets = values.titles ? titleInstanceTypeSets() : generateInstanceTypeSets(seed);
const recorded = askUpstream(casesOf(sets), sets);
writeRecordedCases(file, withUsedSets(recorded));
console.log(`${recorded.cases.length} cases in ${file}, decided by ${recorded.upstream}`);

function casesOf(instanceTypeSets: typeof sets): readonly ConformanceCase[] {
  if (values.titles) return titleCases();
  return values.large
    ? generateLargeCases(seed, instanceTypeSets)
    : generateCases(seed, count, instanceTypeSets);
}

function withUsedSets(all: RecordedCases): RecordedCases {
  const used = new Set(all.cases.map(({ instanceTypeSet }) => instanceTypeSet));
  const entries = Object.entries(all.instanceTypeSets).filter(([name]) => used.has(name));
  return { ...all, instanceTypeSets: Object.fromEntries(entries) };
}
