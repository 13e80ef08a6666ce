import { readRecorded, writeRecorded } from "../recorded-file.ts";
import type { CaseResult } from "../replay.ts";
import type { RecordedLifecycle } from "./cases.ts";
import { lifecycleDifferences } from "./compare.ts";
import { live } from "./live.ts";

/** Names of files with lifecycle cases begin so. */
export const lifecycleFilePrefix = "lifecycle-";

/** Whether a recorded file holds lifecycle cases, by its name. */
export function holdsLifecycle(file: string): boolean {
  return file.startsWith(lifecycleFilePrefix);
}

export function readLifecycleCases(file: string): RecordedLifecycle {
  return readRecorded(file) as RecordedLifecycle;
}

export function writeLifecycleCases(file: string, recorded: RecordedLifecycle): void {
  writeRecorded(file, recorded);
}

/** Lives through the cases of a file whose names contain one of the words (none: all of them). */
export function replayLifecycle(
  file: string,
  words: readonly string[] = [],
): readonly CaseResult[] {
  return replayLifecycleCases(readLifecycleCases(file), words);
}

/**
 * The same for cases at hand. Where upstream's outcome depends on chance, ours has to be one of those
 * that were seen. @throws Error for a case without its outcome.
 */
export function replayLifecycleCases(
  { cases, outcomes }: RecordedLifecycle,
  words: readonly string[] = [],
): readonly CaseResult[] {
  return cases.flatMap((testCase, index) => {
    const { name, topic } = testCase;
    if (words.length > 0 && !words.some((word) => name.includes(word))) return [];
    const recorded = outcomes[index] ?? [];
    if (recorded.length === 0 || recorded.some((outcome) => outcome.name !== name)) {
      throw new Error(`case ${name} lacks its outcome`);
    }
    const ours = live(testCase);
    const [closest = []] = recorded
      .map((outcome) => lifecycleDifferences(testCase, outcome, ours))
      .toSorted((a, b) => a.length - b.length);
    return [{ name, topic, differences: closest }];
  });
}
