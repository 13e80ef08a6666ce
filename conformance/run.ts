/**
 * Compares the recorded decisions of upstream Karpenter with ours and counts by topic.
 *
 * `npx tsx conformance/run.ts [NAME...]`: all cases, or those whose names contain one of the words;
 * of those that differ it prints how. Exit code 1 when any does, or when there is nothing to compare.
 */
import { recordedFiles } from "./cases.ts";
import { holdsDisruption } from "./disruption/cases.ts";
import { replayDisruption } from "./disruption/replay.ts";
import { holdsLifecycle, replayLifecycle } from "./lifecycle/replay.ts";
import { replay } from "./replay.ts";
import { report } from "./report.ts";

const words = process.argv.slice(2);
const results = recordedFiles().flatMap((file) => {
  if (holdsLifecycle(file)) return replayLifecycle(file, words);
  return holdsDisruption(file) ? replayDisruption(file, { words }) : replay(file, words);
});
const exitCode = report(results, words.length === 0 ? 3 : 100);
process.exitCode = results.length === 0 ? 1 : exitCode;
