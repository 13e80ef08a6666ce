/**
 * Asks upstream Karpenter's controllers and the core about fresh lifecycle cases and counts by topic.
 * Needs Go.
 *
 * `npx tsx conformance/lifecycle/verify.ts --seed S --count N [--record FILE]`: at least N generated
 * cases, equally many of every topic; with `--record`, upstream's outcomes go to
 * `conformance/cases/FILE`. Each case is asked twice. Exit code 1 when any outcome differs.
 */
import { parseArgs } from "node:util";
import { report } from "../report.ts";
import { askUpstreamAboutLifecycle } from "./ask-upstream.ts";
import { generateLifecycleCases, lifecycleTopics } from "./generate.ts";
import { holdsLifecycle, replayLifecycleCases, writeLifecycleCases } from "./replay.ts";

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: "" },
    count: { type: "string", default: "" },
    record: { type: "string", default: "" },
  },
});
const [seed, count] = [Number(values.seed), Number(values.count)];
const isFileFine = values.record === "" || holdsLifecycle(values.record);
if (values.seed === "" || !Number.isSafeInteger(seed) || !(count > 0) || !isFileFine) {
  console.error(
    "usage: npx tsx conformance/lifecycle/verify.ts --seed S --count N [--record lifecycle-FILE.json.gz]",
  );
  process.exit(2);
}

const cases = generateLifecycleCases(seed, Math.ceil(count / lifecycleTopics.length));
const recorded = askUpstreamAboutLifecycle(cases, 2);
const various = recorded.outcomes.filter(({ length }) => length > 1).length;
console.log(`seed ${seed}, against ${recorded.upstream}; ${various} by chance`);
if (values.record !== "") writeLifecycleCases(values.record, recorded);
process.exitCode = report(replayLifecycleCases(recorded), 10);
