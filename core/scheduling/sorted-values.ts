// Sets of label values as sorted arrays without duplicates. Nearly every set in scheduling has one
// or a few members, so that scanning beats hashing; and a sorted set has one order only. Each
// operation returns one of its operands unchanged when that is the result, so that narrowing a
// requirement that is narrow already allocates nothing and keeps identity.
import { compareStrings } from "../units/index.ts";

/** Label values in code-unit order, each once. Never changed. */
export type SortedValues = readonly string[];

/** The set without values. */
export const noValues: SortedValues = Object.freeze([]);

/** Sorts and removes duplicates; copies. */
export function sortedValues(values: readonly string[]): SortedValues {
  if (values.length === 0) return noValues;
  if (values.length === 1) return [...values];
  const sorted = [...new Set(values)].sort(compareStrings);
  return sorted;
}

const scanLimit = 12;

/** Whether the set holds the value. */
export function includesValue(values: SortedValues, value: string): boolean {
  if (values.length <= scanLimit) {
    for (let index = 0; index < values.length; index++) {
      if (values[index] === value) return true;
    }
    return false;
  }
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((values[middle] ?? "") < value) low = middle + 1;
    else high = middle;
  }
  return values[low] === value;
}

/** Values in both sets; `a` or `b` itself when the other holds all of it. */
export function intersectValues(a: SortedValues, b: SortedValues): SortedValues {
  const both = countInBoth(a, b);
  if (both === a.length) return a;
  if (both === b.length) return b;
  if (both === 0) return noValues;
  const [smaller, larger] = a.length <= b.length ? [a, b] : [b, a];
  return smaller.filter((value) => includesValue(larger, value));
}

/** Values of `a` that are not in `b`; `a` itself when the sets are disjoint. */
export function subtractValues(a: SortedValues, b: SortedValues): SortedValues {
  if (b.length === 0 || a.length === 0) return a;
  const both = countInBoth(a, b);
  if (both === 0) return a;
  if (both === a.length) return noValues;
  return a.filter((value) => !includesValue(b, value));
}

/** Values in either set; `a` or `b` itself when it holds all of the other. */
export function uniteValues(a: SortedValues, b: SortedValues): SortedValues {
  const both = countInBoth(a, b);
  if (both === b.length) return a;
  if (both === a.length) return b;
  return sortedValues([...a, ...b]);
}

function countInBoth(a: SortedValues, b: SortedValues): number {
  if (a === b) return a.length;
  const smaller = a.length <= b.length ? a : b;
  const larger = smaller === a ? b : a;
  let count = 0;
  for (let index = 0; index < smaller.length; index++) {
    if (includesValue(larger, smaller[index] ?? "")) count++;
  }
  return count;
}

/** Whether two sets have the same members. */
export function equalValues(a: SortedValues, b: SortedValues): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let index = 0; index < a.length; index++) {
    if (a[index] !== b[index]) return false;
  }
  return true;
}
