import { describe, expect, it } from "vitest";
import { generateCases, generateInstanceTypeSets, topics } from "./generate.ts";
import { applyEdits, sortedMapEdits } from "./sorted-maps.ts";

describe("generated cases", () => {
  const sets = generateInstanceTypeSets(7);

  it("are the same for the same seed, and others for another", () => {
    const cases = generateCases(7, 2, sets);
    expect(generateCases(7, 2, generateInstanceTypeSets(7))).toEqual(cases);
    expect(generateCases(8, 2, sets)).not.toEqual(cases);
  });

  it("cover every topic under distinct names", () => {
    const cases = generateCases(7, 3, sets);
    expect(new Set(cases.map(({ topic }) => topic)).size).toBe(topics.length);
    expect(new Set(cases.map(({ name }) => name)).size).toBe(cases.length);
  });

  it("don't change when more are asked for", () => {
    const names = new Set(generateCases(7, 1, sets).map(({ name }) => name));
    const more = generateCases(7, 3, sets).filter(({ name }) => names.has(name));
    expect(more).toEqual(generateCases(7, 1, sets));
  });
});

describe("the edits of upstream's loops", () => {
  it("refuse a source that has changed", () => {
    const file = "pkg/cloudprovider/types.go";
    expect(applyEdits(sortedMapEdits, file, "x lo.Keys(incompatibleKeys) y")).toContain(
      "sets.List",
    );
    expect(() => applyEdits(sortedMapEdits, file, "nothing")).toThrow("0 times");
  });
});
