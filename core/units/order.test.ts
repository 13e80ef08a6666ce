import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compareStrings, sortedEntries } from "./order.ts";

describe("the order of strings", () => {
  it("is total: antisymmetric, transitive, and zero only for equal strings", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string(), (a, b, c) => {
        expect(compareStrings(a, b)).toBe(0 - compareStrings(b, a));
        expect(compareStrings(a, b) === 0).toBe(a === b);
        if (compareStrings(a, b) <= 0 && compareStrings(b, c) <= 0) {
          expect(compareStrings(a, c)).toBeLessThanOrEqual(0);
        }
      }),
    );
  });

  it("is that of bytes for ASCII, so capitals come before small letters", () => {
    expect(["b", "a", "B", "-", "10", "9"].sort(compareStrings)).toEqual([
      "-",
      "10",
      "9",
      "B",
      "a",
      "b",
    ]);
  });

  it("sorts a record's entries by key, also where objects put numbers first", () => {
    expect(sortedEntries({ b: 1, a: 2, 10: 3, 9: 4 })).toEqual([
      ["10", 3],
      ["9", 4],
      ["a", 2],
      ["b", 1],
    ]);
    expect(sortedEntries({})).toEqual([]);
  });
});
