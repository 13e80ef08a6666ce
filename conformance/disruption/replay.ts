import type { Manifest } from "../cases.ts";
import { TextComparison } from "../compared-texts.ts";
import { buildInstanceTypes } from "../decide.ts";
import type { CaseResult } from "../replay.ts";
import { CaseWorld, type InstanceTypeSets } from "./case-world.ts";
import { type DisruptionCase, readDisruptionCases, type RecordedDisruptionCases } from "./cases.ts";
import { disruptionDifferences, type OurDecision } from "./compare.ts";
import { inspectMethods } from "./inspect-methods.ts";
import { runCase } from "./run-case.ts";

/** Which cases to replay, and how. */
export interface ReplayOptions {
  /** Those whose names contain one of these words; none: all of them. */
  readonly words?: readonly string[];
  /** Leaves out polls that provably do nothing, as by default. */
  readonly skipIdlePolls?: boolean;
}

/** Decides the cases of a recorded file anew. */
export function replayDisruption(file: string, options: ReplayOptions = {}): readonly CaseResult[] {
  return replayDisruptionCases(readDisruptionCases(file), options);
}

/** The same for cases at hand. @throws Error for a case without its decision. */
export function replayDisruptionCases(
  { instanceTypeSets, cases, decisions }: RecordedDisruptionCases,
  { words = [], skipIdlePolls = true }: ReplayOptions = {},
): readonly CaseResult[] {
  const sets: InstanceTypeSets = new Map(
    Object.entries(instanceTypeSets).map(([name, types]) => [name, buildInstanceTypes(types)]),
  );
  return cases.flatMap((testCase, index) => {
    const { name, topic } = testCase;
    if (words.length > 0 && !words.some((word) => name.includes(word))) return [];
    const recorded = decisions[index];
    if (recorded?.name !== name) throw new Error(`case ${name} lacks its decision`);
    const ours = decideDisruption(testCase, sets, skipIdlePolls);
    const texts = new TextComparison(itemsOf(testCase));
    const found = disruptionDifferences(recorded, ours, texts);
    return [{ name, topic, differences: found, texts: texts.counts }];
  });
}

/** The objects of a case, those that come later too. */
function itemsOf({ objects, script }: DisruptionCase): readonly Manifest[] {
  return [...objects.items, ...(script ?? []).flatMap(({ put }) => put ?? [])];
}

/** What our core decides on a case. */
export function decideDisruption(
  testCase: DisruptionCase,
  sets: InstanceTypeSets,
  skipIdlePolls = true,
): OurDecision {
  return {
    methods: inspectMethods(new CaseWorld(testCase, sets)),
    run: runCase(new CaseWorld(testCase, sets, skipIdlePolls), testCase),
  };
}
