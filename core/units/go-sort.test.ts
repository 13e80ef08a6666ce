import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { goSort } from "./go-sort.ts";

interface Element {
  key: number;
  readonly index: number;
}

/** The same numbers that a Go program with this generator sorts. */
function elements(count: number, modulus: number): Element[] {
  let state = 12345;
  return Array.from({ length: count }, (_, index) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return { key: (state >>> 8) % modulus, index };
  });
}

function shaped(count: number, modulus: number, shape: number): Element[] {
  const list = elements(count, modulus);
  const first = (position: number): Element => list[position] as Element;
  if (shape === 1) {
    list.sort((a, b) => a.key - b.key);
    first(Math.floor(count / 3)).key += 1;
  } else if (shape === 2) {
    list.sort((a, b) => b.key - a.key);
  } else if (shape === 3) {
    list.sort((a, b) => a.key - b.key);
    first(0).key = modulus;
    first(count - 1).key = 0;
    first(Math.floor(count / 2)).key = 0;
  } else if (shape === 4) {
    list.forEach((element, index) => {
      element.key = Math.floor((index % 2 === 0 ? index : count - index) / modulus);
    });
  }
  return list;
}

function digest(order: readonly number[]): number {
  return order.reduce((hash, value) => Math.imul(hash ^ value, 16777619) >>> 0, 2166136261);
}

describe("goSort", () => {
  // Digests of the resulting order, printed by Go 1.26's sort.Slice on the same input.
  it.each([
    [12, 3, 0, 3335664733],
    [13, 2, 0, 1252262947],
    [49, 5, 0, 785987851],
    [50, 3, 0, 2296018992],
    [51, 1000, 0, 1822724542],
    [100, 7, 0, 1795295253],
    [257, 4, 0, 946972523],
    [1000, 10, 0, 1116868971],
    [1000, 1000000, 0, 3625343535],
    [5000, 50, 0, 1930635851],
    [100, 7, 1, 644252267],
    [1000, 20, 1, 3125998405],
    [200, 9, 2, 3092736595],
    [1000, 1000000, 2, 3625343535],
    [300, 5, 3, 3523385909],
    [2000, 40, 3, 432183599],
    [64, 1, 0, 1832519941],
    [1000, 3, 4, 4267884265],
    [2048, 5, 4, 2655493571],
  ])("leaves %i elements with %i keys (shape %i) in Go's order", (count, modulus, shape, order) => {
    const list = shaped(count, modulus, shape);
    goSort(list, (a, b) => a.key < b.key);
    expect(digest(list.map(({ index }) => index))).toBe(order);
  });

  // McIlroy's adversary decides keys while it is asked, so that quicksort degrades to heap sort.
  it.each([
    [100, 27114115, 882273433, 854],
    [1000, 4054563967, 4171872747, 7185],
    [3000, 952374887, 2493301153, 24767],
  ])("survives input made against it as Go does: %i elements", (count, order, replayed, calls) => {
    const killer = adversary(count);
    expect(digest(killer.order)).toBe(order);
    const list = killer.keys.map((key, index) => ({ key: Math.floor(key / 3), index }));
    let asked = 0;
    goSort(list, (a, b) => {
      asked++;
      return a.key < b.key;
    });
    expect(digest(list.map(({ index }) => index))).toBe(replayed);
    expect(asked).toBe(calls);
  });

  it("sorts", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 30 }), { maxLength: 200 }), (numbers) => {
        const sorted = [...numbers];
        goSort(sorted, (a, b) => a < b);
        expect(sorted).toEqual([...numbers].sort((a, b) => a - b));
      }),
    );
  });
});

function adversary(count: number): { order: number[]; keys: number[] } {
  const keys = Array.from({ length: count }, () => count);
  let solid = 0;
  let candidate = 0;
  const order = Array.from({ length: count }, (_, index) => index);
  goSort(order, (x, y) => {
    if (keys[x] === count && keys[y] === count) keys[x === candidate ? x : y] = solid++;
    if (keys[x] === count) candidate = x;
    else if (keys[y] === count) candidate = y;
    return (keys[x] as number) < (keys[y] as number);
  });
  return { order, keys };
}
