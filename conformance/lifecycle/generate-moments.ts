import type { RandomStream } from "../../sim/engine/index.ts";
import type { Manifest } from "../cases.ts";
import { between } from "../dice.ts";
import type { Answers, CaseRepairPolicy, LifecycleCase, LifecycleStep } from "./cases.ts";

/** What a topic makes up; it is looked at after every step, and at last after `until` seconds. */
export interface Story {
  readonly objects: readonly Manifest[];
  readonly steps: readonly LifecycleStep[];
  readonly until: number;
  readonly answers?: Answers;
  readonly featureGates?: LifecycleCase["featureGates"];
  readonly repairPolicies?: readonly CaseRepairPolicy[];
}

const fractions = [0.35, 0.45, 0.55, 0.65] as const;

/** One of the items. */
export function pick<Item>(random: RandomStream, items: readonly Item[]): Item {
  return items[random.integer(items.length)] as Item;
}

/**
 * Moments of so many seconds at most, earliest first, no two in one second: each somewhere between
 * two whole seconds, and no two by a multiple of a tenth apart, so that nothing coincides with what a
 * controller does by itself or does again after an earlier moment.
 */
export function moments(random: RandomStream, count: number, until: number): readonly number[] {
  const seconds = new Set<number>();
  while (seconds.size < count) seconds.add(between(random, 1, until));
  return [...seconds]
    .sort((a, b) => a - b)
    .map((second, index) => second + pick(random, fractions) + 0.003 * (index + 1))
    .map((moment) => Number(moment.toFixed(3)));
}

/** The steps in their order, with a look soon after each and another one at the end. */
export function withLooks(
  steps: readonly LifecycleStep[],
  until: number,
): readonly LifecycleStep[] {
  const looks = steps.map(({ atSeconds }) => ({ atSeconds: Math.floor(atSeconds) + 1.9 }));
  return [...steps, ...looks, { atSeconds: until + 0.9 }].toSorted(
    (a, b) => a.atSeconds - b.atSeconds,
  );
}
