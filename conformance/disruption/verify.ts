/**
 * Asks upstream Karpenter and the core about fresh disruption cases, and counts by topic. Needs Go.
 *
 * `npm run conformance:verify:disruption -- --seed S --count N`; exit code 1 when any decision differs.
 */
import { usedInstanceTypeSets } from "../cases.ts";
import { generateInstanceTypeSets } from "../generate.ts";
import { report } from "../report.ts";
import { runCommand } from "../run-command.ts";
import { verifyCommand, type VerifyWords } from "../verify-command.ts";
import { askUpstreamAboutDisruption } from "./ask-upstream.ts";
import { disruptionFilePrefix, writeDisruptionCases } from "./cases.ts";
import { disruptionTopics, generateDisruptionCases } from "./generate.ts";
import { replayDisruptionCases } from "./replay.ts";

const command = verifyCommand(
  "conformance:verify:disruption",
  "Generates fresh disruption cases, has upstream Karpenter and the core decide on them, and counts by " +
    "topic. Exit code 1 when any decision differs. Needs Go.",
  disruptionFilePrefix,
).action(verify);

await runCommand(command, process.argv.slice(2));

function verify({ seed, count, record }: VerifyWords): void {
  const sets = generateInstanceTypeSets(seed);
  const cases = generateDisruptionCases(seed, Math.ceil(count / disruptionTopics.length), sets);
  const recorded = askUpstreamAboutDisruption(cases, sets);
  console.log(`seed ${seed}, against ${recorded.upstream}`);
  if (record !== undefined) {
    const instanceTypeSets = usedInstanceTypeSets(sets, cases);
    writeDisruptionCases(record, { ...recorded, instanceTypeSets });
  }
  process.exitCode = report(replayDisruptionCases(recorded), 10);
}
