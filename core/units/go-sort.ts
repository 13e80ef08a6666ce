// Go's unstable sort, step for step: pattern-defeating quicksort. Which of two equal elements comes
// first depends on the algorithm alone, and upstream leaves ties to it (open NodeClaims with equally
// many pods, instance types of one price), so deciding alike means sorting alike.
import { breakPatterns, choosePivot, type Less } from "./go-sort-pivot.ts";

/**
 * Sorts in place, leaving equal elements in the very order in which Go's `sort.Slice` leaves them.
 *
 * Up to twelve elements, and for sorted input of any length, the order of equals is kept.
 *
 * @see https://cs.opensource.google/go/go/+/refs/tags/go1.26.0:src/sort/zsortfunc.go
 */
export function goSort<T>(items: T[], less: Less<T>): void {
  quickSort(items, less, 0, items.length, bitLength(items.length));
}

/** How many bits the number takes: 0 for 0, 1 for 1, 2 for 2 and 3. */
function bitLength(value: number): number {
  return value === 0 ? 0 : 32 - Math.clz32(value);
}

const insertionSortMax = 12;

function quickSort<T>(items: T[], less: Less<T>, from: number, to: number, depth: number): void {
  let [a, b, limit] = [from, to, depth];
  let wasBalanced = true;
  let wasPartitioned = true;
  for (;;) {
    const length = b - a;
    if (length <= insertionSortMax) return insertionSort(items, less, a, b);
    if (limit === 0) return heapSort(items, less, a, b);
    if (!wasBalanced) {
      breakPatterns(items, a, b);
      limit--;
    }
    let { pivot, hint } = choosePivot(items, less, a, b);
    if (hint === "decreasing") {
      reverse(items, a, b);
      pivot = b - 1 - (pivot - a);
      hint = "increasing";
    }
    if (wasBalanced && wasPartitioned && hint === "increasing") {
      if (partialInsertionSort(items, less, a, b)) return;
    }
    if (a > 0 && !less(at(items, a - 1), at(items, pivot))) {
      a = partitionEqual(items, less, a, b, pivot);
      continue;
    }
    const { middle, alreadyPartitioned } = partition(items, less, a, b, pivot);
    wasPartitioned = alreadyPartitioned;
    const left = middle - a;
    const right = b - middle;
    const threshold = Math.floor(length / 8);
    if (left < right) {
      wasBalanced = left >= threshold;
      quickSort(items, less, a, middle, limit);
      a = middle + 1;
    } else {
      wasBalanced = right >= threshold;
      quickSort(items, less, middle + 1, b, limit);
      b = middle;
    }
  }
}

function at<T>(items: readonly T[], index: number): T {
  return items[index] as T;
}

function swap<T>(items: T[], i: number, j: number): void {
  const item = at(items, i);
  items[i] = at(items, j);
  items[j] = item;
}

function insertionSort<T>(items: T[], less: Less<T>, a: number, b: number): void {
  for (let i = a + 1; i < b; i++) {
    for (let j = i; j > a && less(at(items, j), at(items, j - 1)); j--) swap(items, j, j - 1);
  }
}

function heapSort<T>(items: T[], less: Less<T>, a: number, b: number): void {
  const length = b - a;
  for (let root = Math.floor((length - 1) / 2); root >= 0; root--) {
    siftDown(items, less, root, length, a);
  }
  for (let last = length - 1; last >= 0; last--) {
    swap(items, a, a + last);
    siftDown(items, less, 0, last, a);
  }
}

function siftDown<T>(items: T[], less: Less<T>, low: number, high: number, first: number): void {
  let root = low;
  for (;;) {
    let child = 2 * root + 1;
    if (child >= high) return;
    if (child + 1 < high && less(at(items, first + child), at(items, first + child + 1))) child++;
    if (!less(at(items, first + root), at(items, first + child))) return;
    swap(items, first + root, first + child);
    root = child;
  }
}

function reverse<T>(items: T[], a: number, b: number): void {
  for (let i = a, j = b - 1; i < j; i++, j--) swap(items, i, j);
}

/** Moves what is less than the pivot before it and the rest behind it. */
function partition<T>(
  items: T[],
  less: Less<T>,
  a: number,
  b: number,
  pivot: number,
): { readonly middle: number; readonly alreadyPartitioned: boolean } {
  swap(items, a, pivot);
  const value = at(items, a);
  let i = a + 1;
  let j = b - 1;
  while (i <= j && less(at(items, i), value)) i++;
  while (i <= j && !less(at(items, j), value)) j--;
  const alreadyPartitioned = i > j;
  while (i <= j) {
    swap(items, i, j);
    i++;
    j--;
    while (i <= j && less(at(items, i), value)) i++;
    while (i <= j && !less(at(items, j), value)) j--;
  }
  swap(items, j, a);
  return { middle: j, alreadyPartitioned };
}

/** Moves what equals the pivot to the front, when nothing is less; answers where the rest starts. */
function partitionEqual<T>(items: T[], less: Less<T>, a: number, b: number, pivot: number): number {
  swap(items, a, pivot);
  const value = at(items, a);
  let i = a + 1;
  let j = b - 1;
  for (;;) {
    while (i <= j && !less(value, at(items, i))) i++;
    while (i <= j && less(value, at(items, j))) j--;
    if (i > j) return i;
    swap(items, i, j);
    i++;
    j--;
  }
}

const partialSteps = 5;
const shortestShifting = 50;

/** Puts a few misplaced elements right; whether the range is sorted then. */
function partialInsertionSort<T>(items: T[], less: Less<T>, a: number, b: number): boolean {
  let i = a + 1;
  for (let step = 0; step < partialSteps; step++) {
    while (i < b && !less(at(items, i), at(items, i - 1))) i++;
    if (i === b) return true;
    if (b - a < shortestShifting) return false;
    swap(items, i, i - 1);
    if (i - a >= 2) {
      for (let j = i - 1; j >= 1 && less(at(items, j), at(items, j - 1)); j--) {
        swap(items, j, j - 1);
      }
    }
    if (b - i >= 2) {
      for (let j = i + 1; j < b && less(at(items, j), at(items, j - 1)); j++) {
        swap(items, j, j - 1);
      }
    }
  }
  return false;
}
