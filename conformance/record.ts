/**
 * Records upstream Karpenter's decisions in `conformance/cases/FILE`. Needs Go.
 *
 * `npx tsx conformance/record.ts FILE.json.gz --seed S --count N`: N generated cases of every topic;
 * `... FILE.json.gz --seed S --large`: a few generated cases of thousands of pods;
 * `... FILE.json.gz --titles`: the hand-made cases;
 * `... FILE.json.gz --buffers --seed S --count N`: those about capacity buffers, and N generated ones
 * of every topic with buffers added.
 */
import { parseArgs } from "node:util";
import { askUpstream } from "./ask-upstream.ts";
import { type ConformanceCase, type RecordedCases, writeRecordedCases } from "./cases.ts";
import { generateBufferCases } from "./generate-buffers.ts";
import { generateCases, generateInstanceTypeSets, generateLargeCases } from "./generate.ts";
import { bufferTitleCases } from "./titles/capacity-buffers.ts";
import { titleCases, titleInstanceTypeSets } from "./titles/index.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: "string", default: "" },
    count: { type: "string", default: "" },
    large: { type: "boolean", default: false },
    titles: { type: "boolean", default: false },
    buffers: { type: "boolean", default: false },
  },
});
const [file = ""] = positionals;
const [seed, count] = [Number(values.seed), Number(values.count)];
const isSeeded = values.seed !== "" && Number.isSafeInteger(seed);
if (!file.endsWith(".json.gz") || !(values.titles || (isSeeded && (values.large || count > 0)))) {
  console.error(
    "usage: record.ts FILE.json.gz (--titles | --seed S --large | [--buffers] --seed S --count N)",
  );
  process.exit(2);
}

const sets = {
  ...(values.titles || values.buffers ? titleInstanceTypeSets() : {}),
  ...(values.titles ? {} : generateInstanceTypeSets(seed)),
};
const recorded = askUpstream(casesOf(sets), sets);
writeRecordedCases(file, withUsedSets(recorded));
console.log(`${recorded.cases.length} cases in ${file}, decided by ${recorded.upstream}`);

function casesOf(instanceTypeSets: typeof sets): readonly ConformanceCase[] {
  if (values.titles) return titleCases();
  if (values.buffers) {
    return [...bufferTitleCases(), ...generateBufferCases(seed, count, instanceTypeSets)];
  }
  return values.large
    ? generateLargeCases(seed, instanceTypeSets)
    : generateCases(seed, count, instanceTypeSets);
}

function withUsedSets(all: RecordedCases): RecordedCases {
  const used = new Set(all.cases.map(({ instanceTypeSet }) => instanceTypeSet));
  const entries = Object.entries(all.instanceTypeSets).filter(([name]) => used.has(name));
  return { ...all, instanceTypeSets: Object.fromEntries(entries) };
}
