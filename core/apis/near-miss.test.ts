import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { editDistance, nearMiss } from "./near-miss.ts";

describe("nearMiss", () => {
  it("finds a name that is a slip away, and none that is another word", () => {
    const names = ["consolidateAfter", "consolidationPolicy", "budgets"];
    expect(nearMiss("consolidationPolcy", names)).toBe("consolidationPolicy");
    expect(nearMiss("ConsolidateAfter", names)).toBe("consolidateAfter");
    expect(nearMiss("bugdets", names)).toBe("budgets");
    expect(nearMiss("expireAfter", ["limits", "weight"])).toBeUndefined();
    expect(nearMiss("x", [])).toBeUndefined();
  });

  it("takes the first of equally near names", () => {
    expect(nearMiss("cat", ["bat", "rat"])).toBe("bat");
  });
});

const word = fc.string({ unit: fc.constantFrom("a", "b", "c"), maxLength: 6 });

describe("editDistance", () => {
  it("counts a swap of neighbours once", () => {
    expect(editDistance("ab", "ba")).toBe(1);
    expect(editDistance("kitten", "sitting")).toBe(3);
  });

  test.prop([word, word])("is symmetric, bounded by the lengths, and 0 for equal words", (a, b) => {
    const distance = editDistance(a, b);
    expect(distance).toBe(editDistance(b, a));
    expect(distance === 0).toBe(a === b);
    expect(distance).toBeGreaterThanOrEqual(Math.abs(a.length - b.length));
    expect(distance).toBeLessThanOrEqual(Math.max(a.length, b.length));
  });
});
