/** Whether `a` belongs before `b`. */
export type Less<T> = (a: T, b: T) => boolean;

/** Whether the samples came in order, in reverse order, or neither. */
export type PivotHint = "unknown" | "increasing" | "decreasing";

const shortestNinther = 50;
const shortestMedian = 8;
const swapsMax = 4 * 3;

/**
 * Index of the element to split the range [a, b) by: a median of three, of three medians from fifty
 * elements on. Moves nothing.
 *
 * @see https://cs.opensource.google/go/go/+/refs/tags/go1.26.0:src/sort/zsortfunc.go choosePivot_func
 */
export function choosePivot<T>(
  items: readonly T[],
  less: Less<T>,
  a: number,
  b: number,
): { pivot: number; hint: PivotHint } {
  const length = b - a;
  const quarter = Math.floor(length / 4);
  let swaps = 0;
  let i = a + quarter;
  let j = a + quarter * 2;
  let k = a + quarter * 3;
  const isLess = (p: number, q: number): boolean => less(items[p] as T, items[q] as T);
  const median = (first: number, second: number, third: number): number => {
    let [x, y, z] = [first, second, third];
    if (isLess(y, x)) [x, y, swaps] = [y, x, swaps + 1];
    if (isLess(z, y)) [y, z, swaps] = [z, y, swaps + 1];
    if (isLess(y, x)) [x, y, swaps] = [y, x, swaps + 1];
    return y;
  };
  if (length >= shortestMedian) {
    if (length >= shortestNinther) {
      i = median(i - 1, i, i + 1);
      j = median(j - 1, j, j + 1);
      k = median(k - 1, k, k + 1);
    }
    j = median(i, j, k);
  }
  if (swaps === 0) return { pivot: j, hint: "increasing" };
  return { pivot: j, hint: swaps === swapsMax ? "decreasing" : "unknown" };
}

const word = 64;

/**
 * Scatters three elements around the middle, so that input made to unbalance the sort does not.
 * The generator is seeded with the length: the same range is always scattered alike.
 *
 * @see https://cs.opensource.google/go/go/+/refs/tags/go1.26.0:src/sort/zsortfunc.go breakPatterns_func
 */
export function breakPatterns<T>(items: T[], a: number, b: number): void {
  const length = b - a;
  if (length < shortestMedian) return;
  let random = BigInt(length);
  const mask = (1n << BigInt(32 - Math.clz32(length))) - 1n;
  const center = a + Math.floor(length / 4) * 2 - 1;
  for (let index = 0; index < 3; index++) {
    random = BigInt.asUintN(word, random ^ (random << 13n));
    random = random ^ (random >> 7n);
    random = BigInt.asUintN(word, random ^ (random << 17n));
    let other = Number(random & mask);
    if (other >= length) other -= length;
    const item = items[center + index] as T;
    items[center + index] = items[a + other] as T;
    items[a + other] = item;
  }
}
