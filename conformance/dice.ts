import type { RandomStream } from "../sim/engine/index.ts";

/** True with this probability. */
export function chance(random: RandomStream, probability: number): boolean {
  return random.next() < probability;
}

/** Whole number from `low` to `high`, both included. */
export function between(random: RandomStream, low: number, high: number): number {
  return low + random.integer(high - low + 1);
}

/** Between `low` and all of the items, in their order. */
export function some<Item>(random: RandomStream, items: readonly Item[], low = 1): readonly Item[] {
  const left = [...items];
  const count = between(random, low, items.length);
  while (left.length > count) left.splice(random.integer(left.length), 1);
  return left;
}

/** The value with this probability, else nothing: for optional fields, to be spread. */
export function perhaps<Fields extends object>(
  random: RandomStream,
  probability: number,
  fields: () => Fields,
): Partial<Fields> {
  return chance(random, probability) ? fields() : {};
}
