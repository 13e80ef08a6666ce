/**
 * Records what upstream Karpenter's controllers make of lifecycle cases. Needs Go.
 *
 * `npx tsx conformance/lifecycle/record.ts --titles`: the hand-made cases, in
 * `conformance/cases/lifecycle-titles.json.gz`. Prints how ours differ from what was recorded; exit
 * code 1 when any does.
 */
import { report } from "../report.ts";
import { lifecycleTitleCases } from "../titles/lifecycle/index.ts";
import { askUpstreamAboutLifecycle } from "./ask-upstream.ts";
import { replayLifecycleCases, writeLifecycleCases } from "./replay.ts";

const file = "lifecycle-titles.json.gz";
const recorded = askUpstreamAboutLifecycle(lifecycleTitleCases(), 3);
writeLifecycleCases(file, recorded);
const various = recorded.outcomes.filter((outcomes) => outcomes.length > 1).length;
console.log(
  `${recorded.cases.length} cases in ${file}, decided by ${recorded.upstream}; ` +
    `${various} came out differently from run to run`,
);
process.exitCode = report(replayLifecycleCases(recorded), 20);
