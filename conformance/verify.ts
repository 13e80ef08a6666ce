/**
 * Asks upstream Karpenter and the core about fresh cases and counts by topic. Needs Go.
 *
 * `npx tsx conformance/verify.ts --seed S --count N`: at least N generated cases, equally many of
 * every topic; with `--buffers` such with capacity buffers. Exit code 1 when any decision differs.
 */
import { parseArgs } from "node:util";
import { askUpstream } from "./ask-upstream.ts";
import { generateBufferCases } from "./generate-buffers.ts";
import { generateCases, generateInstanceTypeSets, topics } from "./generate.ts";
import { replayCases } from "./replay.ts";
import { report } from "./report.ts";

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: "" },
    count: { type: "string", default: "" },
    buffers: { type: "boolean", default: false },
  },
});
const [seed, count] = [Number(values.seed), Number(values.count)];
if (values.seed === "" || !Number.isSafeInteger(seed) || !(count > 0)) {
  console.error("usage: npx tsx conformance/verify.ts [--buffers] --seed S --count N");
  process.exit(2);
}

const sets = generateInstanceTypeSets(seed);
const generate = values.buffers ? generateBufferCases : generateCases;
const cases = generate(seed, Math.ceil(count / topics.length), sets);
const recorded = askUpstream(cases, sets);
console.log(`seed ${seed}, against ${recorded.upstream}`);
process.exitCode = report(replayCases(recorded), 10);
