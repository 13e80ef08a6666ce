/**
 * Compares the recorded decisions of upstream Karpenter with ours and counts by topic.
 *
 * `npm run conformance -- [NAME...]`: all cases, or those whose names contain one of the words; of those
 * that differ it prints how. With `--plan`, the Lists of provisioning cases go through `dryfit plan`
 * instead. Exit code 1 when any differs, or when there is nothing to compare.
 */
import { readRecordedCases } from "./cases.ts";
import { holdsDisruption } from "./disruption/cases.ts";
import { replayDisruption } from "./disruption/replay.ts";
import { holdsLifecycle, replayLifecycle } from "./lifecycle/replay.ts";
import { comparePlans } from "./plan-decision.ts";
import { recordedFiles } from "./recorded-file.ts";
import { type CaseResult, replay } from "./replay.ts";
import { report } from "./report.ts";
import { conformanceCommand, runCommand } from "./run-command.ts";

const command = conformanceCommand(
  "conformance",
  "Compares the recorded decisions of upstream Karpenter with the core's, and counts by topic. Exit " +
    "code 1 when any differs.",
)
  .argument("[names...]", "only cases whose names contain one of these; differences in full")
  .option("--plan", "what dryfit plan says of the cases' Lists, instead of the core (minutes)")
  .action(run);

await runCommand(command, process.argv.slice(2));

function run(words: readonly string[], { plan = false }: { readonly plan?: boolean }): void {
  const results = recordedFiles().flatMap((file) => resultsOf(file, words, plan));
  const exitCode = report(results, words.length === 0 ? 3 : 100);
  process.exitCode = results.length === 0 ? 1 : exitCode;
}

function resultsOf(file: string, words: readonly string[], plan: boolean): readonly CaseResult[] {
  if (holdsLifecycle(file)) return plan ? [] : replayLifecycle(file, words);
  if (holdsDisruption(file)) return plan ? [] : replayDisruption(file, { words });
  return plan ? comparePlans(readRecordedCases(file), words) : replay(file, words);
}
