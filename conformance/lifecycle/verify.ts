/**
 * Asks upstream Karpenter's controllers and the core about fresh lifecycle cases, and counts by topic.
 * Needs Go.
 *
 * `npm run conformance:verify:lifecycle -- --seed S --count N`; exit code 1 when any outcome differs.
 */
import { report } from "../report.ts";
import { runCommand } from "../run-command.ts";
import { verifyCommand, type VerifyWords } from "../verify-command.ts";
import { askUpstreamAboutLifecycle } from "./ask-upstream.ts";
import { generateLifecycleCases, lifecycleTopics } from "./generate.ts";
import { lifecycleFilePrefix, replayLifecycleCases, writeLifecycleCases } from "./replay.ts";

/** Chance shows where both sides of a race come up. */
const timesAsked = 2;

const command = verifyCommand(
  "conformance:verify:lifecycle",
  "Generates fresh lifecycle cases, has upstream Karpenter's controllers (each case twice) and the core " +
    "live through them, and counts by topic. Exit code 1 when any outcome differs. Needs Go.",
  lifecycleFilePrefix,
).action(verify);

await runCommand(command, process.argv.slice(2));

function verify({ seed, count, record }: VerifyWords): void {
  const cases = generateLifecycleCases(seed, Math.ceil(count / lifecycleTopics.length));
  const recorded = askUpstreamAboutLifecycle(cases, timesAsked);
  const various = recorded.outcomes.filter(({ length }) => length > 1).length;
  console.log(`seed ${seed}, against ${recorded.upstream}; ${various} by chance`);
  if (record !== undefined) writeLifecycleCases(record, recorded);
  process.exitCode = report(replayLifecycleCases(recorded), 10);
}
