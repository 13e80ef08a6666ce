import { readRecordedCases, type RecordedCases } from "./cases.ts";
import { differences } from "./compare.ts";
import { TextComparison, type TextCounts } from "./compared-texts.ts";
import { buildInstanceTypes, decide } from "./decide.ts";

/** A recorded case decided anew; no differences means that the two agree in everything. */
export interface CaseResult {
  readonly name: string;
  readonly topic: string;
  readonly differences: readonly string[];
  /** By which rule texts were the same; absent where all is compared to the letter. */
  readonly texts?: TextCounts;
}

/** Decides the cases of a recorded file whose names contain one of the words (none: all of them). */
export function replay(file: string, words: readonly string[] = []): readonly CaseResult[] {
  return replayCases(readRecordedCases(file), words);
}

/** The same for cases at hand. @throws Error for a case without its decision or instance types. */
export function replayCases(
  { instanceTypeSets, cases, decisions }: RecordedCases,
  words: readonly string[] = [],
): readonly CaseResult[] {
  const typesBySet = new Map(
    Object.entries(instanceTypeSets).map(([name, types]) => [name, buildInstanceTypes(types)]),
  );
  return cases.flatMap((testCase, index) => {
    const { name, topic, instanceTypeSet } = testCase;
    if (words.length > 0 && !words.some((word) => name.includes(word))) return [];
    const recorded = decisions[index];
    const types = typesBySet.get(instanceTypeSet);
    if (recorded?.name !== name || types === undefined) {
      throw new Error(`case ${name} lacks its decision or instance types`);
    }
    const texts = new TextComparison(testCase.objects.items);
    const found = differences(recorded, decide(testCase, types), texts);
    return [{ name, topic, differences: found, texts: texts.counts }];
  });
}
