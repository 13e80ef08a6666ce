/**
 * Records upstream Karpenter's disruption decisions on hand-made cases. Needs Go.
 *
 * `npx tsx conformance/disruption/record.ts TOPIC...`: the cases of these topics (none: of all), each
 * topic in `conformance/cases/disruption-titles-TOPIC.json.gz`. Prints how ours differ from what was
 * recorded; exit code 1 when any does.
 */
import { report } from "../report.ts";
import {
  disruptionTitleCases,
  disruptionTitleTopics,
  titleInstanceTypeSets,
} from "../titles/disruption/index.ts";
import { askUpstreamAboutDisruption } from "./ask-upstream.ts";
import { type RecordedDisruptionCases, writeDisruptionCases } from "./cases.ts";
import { replayDisruptionCases } from "./replay.ts";

const asked = process.argv.slice(2);
const unknown = asked.filter((it) => !disruptionTitleTopics.includes(it));
if (unknown.length > 0) {
  console.error(`unknown: ${unknown.join(", ")}; topics are ${disruptionTitleTopics.join(", ")}`);
  process.exit(2);
}

const topics = asked.length > 0 ? asked : disruptionTitleTopics;
const cases = topics.map((topic) => disruptionTitleCases(topic));
const recorded = askUpstreamAboutDisruption(cases.flat(), titleInstanceTypeSets());
for (const topic of topics) {
  const file = `disruption-titles-${topic}.json.gz`;
  const own = ofTopic(topic);
  writeDisruptionCases(file, own);
  console.log(`${own.cases.length} cases in ${file}, decided by ${own.upstream}`);
}
process.exitCode = report(replayDisruptionCases(recorded), 20);

function ofTopic(topic: string): RecordedDisruptionCases {
  const own = recorded.cases
    .map((testCase, index) => ({ testCase, decision: recorded.decisions[index] }))
    .filter(({ testCase }) => testCase.name.startsWith(`${topic}: `));
  const used = new Set(own.flatMap(({ testCase }) => setsOf(testCase)));
  const sets = Object.entries(recorded.instanceTypeSets).filter(([name]) => used.has(name));
  return {
    upstream: recorded.upstream,
    instanceTypeSets: Object.fromEntries(sets),
    cases: own.map(({ testCase }) => testCase),
    decisions: own.flatMap(({ decision }) => decision ?? []),
  };
}

function setsOf(testCase: RecordedDisruptionCases["cases"][number]): readonly string[] {
  const { instanceTypeSet, instanceTypeSetByNodePool = {}, script = [] } = testCase;
  const later = script.flatMap(({ instanceTypeSet: set }) => set ?? []);
  return [instanceTypeSet, ...Object.values(instanceTypeSetByNodePool), ...later];
}
