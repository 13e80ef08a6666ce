/**
 * Records what upstream Karpenter's controllers make of lifecycle cases. Needs Go.
 *
 * `npx tsx conformance/lifecycle/record.ts --titles`: the hand-made cases, in
 * `conformance/cases/lifecycle-titles.json.gz`; those that are recorded as they are written stay as
 * they are, unless `--anew` is given. Prints how ours differ from what was recorded; exit code 1 when
 * any does.
 */
import { parseArgs } from "node:util";
import { recordedFiles } from "../recorded-file.ts";
import { report } from "../report.ts";
import { lifecycleTitleCases } from "../titles/lifecycle/index.ts";
import { askUpstreamAboutLifecycle } from "./ask-upstream.ts";
import type { LifecycleCase, Outcome } from "./cases.ts";
import { readLifecycleCases, replayLifecycleCases, writeLifecycleCases } from "./replay.ts";

const { values } = parseArgs({
  options: {
    titles: { type: "boolean", default: false },
    anew: { type: "boolean", default: false },
  },
});
if (!values.titles) {
  console.error("usage: record.ts --titles [--anew]");
  process.exit(2);
}

const file = "lifecycle-titles.json.gz";
const cases = lifecycleTitleCases();
const known = values.anew ? new Map<string, readonly Outcome[]>() : recordedOutcomes(file);
const unknown = cases.filter((testCase) => !known.has(textOf(testCase)));
const asked = askUpstreamAboutLifecycle(unknown, 3);
asked.cases.forEach((testCase, index) => {
  known.set(textOf(testCase), asked.outcomes[index] ?? []);
});
const outcomes = cases.map((testCase) => known.get(textOf(testCase)) ?? []);
const recorded = { upstream: asked.upstream, cases, outcomes };
writeLifecycleCases(file, recorded);
const various = outcomes.filter(({ length }) => length > 1).length;
console.log(
  `${cases.length} cases in ${file}, ${unknown.length} of them asked of ${asked.upstream}; ` +
    `${various} came out differently from run to run`,
);
process.exitCode = report(replayLifecycleCases(recorded), 20);

function textOf(testCase: LifecycleCase): string {
  return JSON.stringify(testCase);
}

function recordedOutcomes(name: string): Map<string, readonly Outcome[]> {
  if (!recordedFiles().includes(name)) return new Map();
  const before = readLifecycleCases(name);
  return new Map(before.cases.map((each, index) => [textOf(each), before.outcomes[index] ?? []]));
}
