/**
 * Records upstream Karpenter's decisions in `conformance/cases/FILE`. Needs Go.
 */
import { askUpstream } from "./ask-upstream.ts";
import { type ConformanceCase, usedInstanceTypeSets, writeRecordedCases } from "./cases.ts";
import { addBuffers } from "./generate-buffers.ts";
import { addResizes } from "./generate-resizes.ts";
import { generateCases, generateInstanceTypeSets, generateLargeCases } from "./generate.ts";
import { conformanceCommand, parseCount, parseSeed, runCommand } from "./run-command.ts";
import { bufferTitleCases } from "./titles/capacity-buffers.ts";
import { titleCases, titleInstanceTypeSets } from "./titles/index.ts";
import { topicOption } from "./topic-option.ts";

type InstanceTypeSets = ReturnType<typeof generateInstanceTypeSets>;

interface Words {
  readonly seed?: number;
  readonly count?: number;
  readonly topics: readonly string[];
  readonly large?: true;
  readonly titles?: true;
  readonly buffers?: true;
  readonly resizes?: true;
}

const command = conformanceCommand(
  "record",
  "Records upstream's decisions on generated or hand-made cases. Give --titles, or --seed with " +
    "--large or --count; --buffers and --resizes want --seed and --count, too.",
)
  .argument("<file>", "name of a file in conformance/cases/, ending in .json.gz")
  .option("--seed <number>", "which generated cases", parseSeed)
  .option("--count <number>", "how many of every topic", parseCount)
  .addOption(topicOption())
  .option("--large", "a few generated cases of thousands of pods")
  .option("--titles", "the hand-made cases")
  .option("--buffers", "hand-made and generated cases with capacity buffers")
  .option("--resizes", "generated cases with pods resized in place")
  .action(record);

await runCommand(command, process.argv.slice(2));

function record(file: string, words: Words): void {
  if (!file.endsWith(".json.gz")) command.error(`${file} does not end in .json.gz`);
  const sets = instanceTypeSetsOf(words);
  const cases = casesOf(words, sets);
  const recorded = askUpstream(cases, sets);
  const instanceTypeSets = usedInstanceTypeSets(sets, cases);
  writeRecordedCases(file, { ...recorded, instanceTypeSets });
  console.log(`${cases.length} cases in ${file}, decided by ${recorded.upstream}`);
}

function instanceTypeSetsOf({ seed, titles, buffers }: Words): InstanceTypeSets {
  return {
    ...(titles === true || buffers === true ? titleInstanceTypeSets() : {}),
    ...(titles === true || seed === undefined ? {} : generateInstanceTypeSets(seed)),
  };
}

function casesOf(
  { seed, count, topics: chosen, ...words }: Words,
  sets: InstanceTypeSets,
): readonly ConformanceCase[] {
  if (words.titles === true) return titleCases();
  if (seed !== undefined && words.large === true) return generateLargeCases(seed, sets);
  if (seed === undefined || count === undefined) {
    return command.error("give --titles, --seed with --large, or --seed with --count");
  }
  const generated = generateCases(seed, count, sets).filter(({ topic }) => chosen.includes(topic));
  if (words.resizes === true) return addResizes(seed, generated);
  if (words.buffers !== true) return generated;
  return [...bufferTitleCases(), ...addBuffers(seed, generated)];
}
