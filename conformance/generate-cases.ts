/**
 * Writes generated cases, without decisions: `npm run conformance:generate -- --seed S --count N`.
 */
import { writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { OutsideError } from "../core/units/index.ts";
import { usedInstanceTypeSets } from "./cases.ts";
import { generateCount, generateInstanceTypeSets } from "./generate.ts";
import { conformanceCommand, parseCount, parseSeed, runCommand } from "./run-command.ts";
import { topicOption } from "./topic-option.ts";

interface Words {
  readonly seed: number;
  readonly count: number;
  readonly topics: readonly string[];
  readonly out?: string;
}

const command = conformanceCommand(
  "conformance:generate",
  "Writes random cases as JSON, the same ones for the same seed: instance types by set, and cases " +
    "with a Kubernetes List, options and a time.",
)
  .requiredOption("--seed <number>", "which cases", parseSeed)
  .requiredOption("--count <number>", "how many, of every topic in turn", parseCount)
  .addOption(topicOption())
  .option("--out <file>", "default: standard output; a name that ends in .gz is compressed")
  .action(generate);

await runCommand(command, process.argv.slice(2));

function generate({ seed, count, topics: chosen, out }: Words): void {
  const sets = generateInstanceTypeSets(seed);
  const cases = generateCount(seed, count, sets, chosen);
  const text = `${JSON.stringify({ instanceTypeSets: usedInstanceTypeSets(sets, cases), cases })}\n`;
  if (out === undefined) {
    process.stdout.write(text);
    return;
  }
  try {
    writeFileSync(out, out.endsWith(".gz") ? gzipSync(text, { level: 9 }) : text);
  } catch (cause) {
    throw new OutsideError({
      code: "outside/unwritable-file",
      message: `${out} cannot be written`,
      advice: "Give --out a file in a folder that exists and may be written to.",
      cause,
    });
  }
  process.stderr.write(`${cases.length} cases in ${out}\n`);
}
