/**
 * Compares the recorded decisions of upstream Karpenter with ours and counts by topic.
 *
 * `npx tsx conformance/run.ts [NAME...]`: all cases, or those whose names contain one of the words;
 * of those that differ it prints how. Exit code 1 when any does.
 */
import { type CaseResult, replay } from "./replay.ts";
import { recordedFiles } from "./cases.ts";

const words = process.argv.slice(2);
const linesPerCase = words.length === 0 ? 3 : 100;

const results = recordedFiles().flatMap((file) => replay(file, words));
for (const { name, differences } of results) {
  for (const line of differences.slice(0, linesPerCase)) console.log(`${name}: ${line}`);
}
const topics = [...new Set(results.map(({ topic }) => topic))].sort();
for (const topic of topics) {
  console.log(
    tally(
      topic,
      results.filter((it) => it.topic === topic),
    ),
  );
}
console.log(tally("all", results));
process.exitCode = results.some(({ differences }) => differences.length > 0) ? 1 : 0;

function tally(title: string, counted: readonly CaseResult[]): string {
  const differing = counted.filter(({ differences }) => differences.length > 0).length;
  const agreeing = counted.length - differing;
  return `${title.padEnd(24)} ${String(agreeing).padStart(5)} agree ${String(differing).padStart(4)} differ`;
}
