/**
 * Asks upstream Karpenter and the core about fresh cases, and counts by topic. Needs Go.
 *
 * `npm run conformance:verify -- --seed S --count N`; exit code 1 when any decision differs.
 */
import { askUpstream } from "./ask-upstream.ts";
import { addBuffers } from "./generate-buffers.ts";
import { addResizes } from "./generate-resizes.ts";
import { generateCount, generateInstanceTypeSets } from "./generate.ts";
import { replayCases } from "./replay.ts";
import { report } from "./report.ts";
import { conformanceCommand, parseCount, parseSeed, runCommand } from "./run-command.ts";
import { topicOption } from "./topic-option.ts";

interface Words {
  readonly seed: number;
  readonly count: number;
  readonly topics: readonly string[];
  readonly buffers?: true;
  readonly resizes?: true;
}

const command = conformanceCommand(
  "conformance:verify",
  "Generates fresh cases, has upstream Karpenter and the core decide on them, and counts by topic. " +
    "Exit code 1 when any decision differs. Needs Go, which fetches Karpenter's modules the first " +
    "time; building takes minutes then, and seconds later.",
)
  .requiredOption("--seed <number>", "which cases", parseSeed)
  .requiredOption("--count <number>", "how many, of every topic in turn", parseCount)
  .addOption(topicOption())
  .option("--buffers", "with capacity buffers added to each case")
  .option("--resizes", "with pods resized in place in each case")
  .action(verify);

await runCommand(command, process.argv.slice(2));

function verify({ seed, count, topics: chosen, buffers, resizes }: Words): void {
  const sets = generateInstanceTypeSets(seed);
  const generated = generateCount(seed, count, sets, chosen);
  const plain = resizes === true ? addResizes(seed, generated) : generated;
  const cases = buffers === true ? addBuffers(seed, plain) : plain;
  const recorded = askUpstream(cases, sets);
  console.log(`seed ${seed}, against ${recorded.upstream}`);
  process.exitCode = report(replayCases(recorded), 10);
}
