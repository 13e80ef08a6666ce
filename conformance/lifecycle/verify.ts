/**
 * Asks upstream Karpenter's controllers and the core about fresh lifecycle cases, and counts by topic.
 * Needs Go.
 *
 * `npm run conformance:verify:lifecycle -- --seed S --count N`; exit code 1 when any outcome differs.
 */
import { parseRecordedFile } from "../recorded-file.ts";
import { report } from "../report.ts";
import { conformanceCommand, parseCount, parseSeed, runCommand } from "../run-command.ts";
import { askUpstreamAboutLifecycle } from "./ask-upstream.ts";
import { generateLifecycleCases, lifecycleTopics } from "./generate.ts";
import { lifecycleFilePrefix, replayLifecycleCases, writeLifecycleCases } from "./replay.ts";

/** Chance shows where both sides of a race come up. */
const timesAsked = 2;

const command = conformanceCommand(
  "conformance:verify:lifecycle",
  "Generates fresh lifecycle cases, has upstream Karpenter's controllers (each case twice) and the core " +
    "live through them, and counts by topic. Exit code 1 when any outcome differs. Needs Go.",
)
  .requiredOption("--seed <number>", "which cases", parseSeed)
  .requiredOption("--count <number>", "how many at least, as many of every topic", parseCount)
  .option(
    "--record <file>",
    "keep them, with upstream's outcomes, in conformance/cases/",
    parseRecordedFile(lifecycleFilePrefix),
  )
  .action(verify);

await runCommand(command, process.argv.slice(2));

interface Words {
  readonly seed: number;
  readonly count: number;
  readonly record?: string;
}

function verify({ seed, count, record }: Words): void {
  const cases = generateLifecycleCases(seed, Math.ceil(count / lifecycleTopics.length));
  const recorded = askUpstreamAboutLifecycle(cases, timesAsked);
  const various = recorded.outcomes.filter(({ length }) => length > 1).length;
  console.log(`seed ${seed}, against ${recorded.upstream}; ${various} by chance`);
  if (record !== undefined) writeLifecycleCases(record, recorded);
  process.exitCode = report(replayLifecycleCases(recorded), 10);
}
