import { describe, expect, it } from "vitest";
import { generateLifecycleCases, lifecycleTopics } from "./generate.ts";

describe("generated lifecycle cases", () => {
  it("are the same for the same seed, and others for another", () => {
    expect(generateLifecycleCases(7, 2)).toEqual(generateLifecycleCases(7, 2));
    expect(generateLifecycleCases(7, 2)).not.toEqual(generateLifecycleCases(8, 2));
  });

  it("are equally many of every topic, each with its own name", () => {
    const cases = generateLifecycleCases(7, 3);
    expect(cases).toHaveLength(3 * lifecycleTopics.length);
    expect(new Set(cases.map(({ name }) => name)).size).toBe(cases.length);
    expect(new Set(cases.map(({ topic }) => topic)).size).toBe(lifecycleTopics.length);
  });

  it("go forward in time", () => {
    for (const { steps } of generateLifecycleCases(7, 3)) {
      const times = steps.map(({ atSeconds }) => atSeconds);
      expect(times).toEqual(times.toSorted((a, b) => a - b));
    }
  });
});
