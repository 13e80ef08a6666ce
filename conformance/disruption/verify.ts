/**
 * Asks upstream Karpenter and the core about fresh disruption cases and counts by topic. Needs Go.
 *
 * `npx tsx conformance/disruption/verify.ts --seed S --count N [--record FILE]`: at least N generated
 * cases, equally many of every topic; with `--record`, upstream's decisions go to
 * `conformance/cases/FILE`. Exit code 1 when any decision differs.
 */
import { parseArgs } from "node:util";
import { generateInstanceTypeSets } from "../generate.ts";
import { report } from "../report.ts";
import { askUpstreamAboutDisruption } from "./ask-upstream.ts";
import { holdsDisruption, writeDisruptionCases } from "./cases.ts";
import { disruptionTopics, generateDisruptionCases } from "./generate.ts";
import { replayDisruptionCases } from "./replay.ts";

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: "" },
    count: { type: "string", default: "" },
    record: { type: "string", default: "" },
  },
});
const [seed, count] = [Number(values.seed), Number(values.count)];
const isFileFine = values.record === "" || holdsDisruption(values.record);
if (values.seed === "" || !Number.isSafeInteger(seed) || !(count > 0) || !isFileFine) {
  console.error(
    "usage: npx tsx conformance/disruption/verify.ts --seed S --count N [--record disruption-FILE.json.gz]",
  );
  process.exit(2);
}

const sets = generateInstanceTypeSets(seed);
const cases = generateDisruptionCases(seed, Math.ceil(count / disruptionTopics.length), sets);
const recorded = askUpstreamAboutDisruption(cases, sets);
console.log(`seed ${seed}, against ${recorded.upstream}`);
if (values.record !== "") {
  const used = new Set(cases.map(({ instanceTypeSet }) => instanceTypeSet));
  const entries = Object.entries(sets).filter(([name]) => used.has(name));
  writeDisruptionCases(values.record, {
    ...recorded,
    instanceTypeSets: Object.fromEntries(entries),
  });
}
process.exitCode = report(replayDisruptionCases(recorded), 10);
