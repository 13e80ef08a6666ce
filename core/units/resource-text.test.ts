import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  formatResource,
  formatResourceList,
  parseResource,
  parseResourceList,
} from "./resource-text.ts";

describe("amounts of resources", () => {
  it.each([
    ["cpu", "1930m", 1930, "1930m"],
    ["cpu", 2, 2000, "2"],
    ["cpu", "0.0001", 1, "1m"],
    ["memory", "6903Mi", 7_238_320_128, "6903Mi"],
    ["memory", "1G", 1_000_000_000, "1000000000"],
    ["memory", "100m", 1, "1"],
    ["ephemeral-storage", "20Gi", 21_474_836_480, "20Gi"],
    ["hugepages-2Mi", "4Mi", 4_194_304, "4Mi"],
    ["nvidia.com/gpu", "4", 4, "4"],
    ["pods", "1k", 1000, "1k"],
  ])("of %s: %j is %d, printed %s", (name, raw, amount, text) => {
    expect(parseResource(name, raw)).toBe(amount);
    expect(formatResource(name, amount)).toBe(text);
  });

  it("survive printing and reading", () => {
    const names = fc.constantFrom("cpu", "memory", "pods", "hugepages-1Gi", "example.com/widget");
    fc.assert(
      fc.property(names, fc.maxSafeInteger(), (name, amount) => {
        expect(parseResource(name, formatResource(name, amount))).toBe(amount);
      }),
    );
  });
});

describe("lists of resources", () => {
  it("have sorted keys, whatever the order of the manifest", () => {
    const parsed = parseResourceList({ pods: 58, memory: "8Gi", cpu: "3920m" });
    expect(Object.entries(parsed)).toEqual([
      ["cpu", 3920],
      ["memory", 8_589_934_592],
      ["pods", 58],
    ]);
    expect(Object.entries(formatResourceList({ pods: 58, cpu: 3920, memory: 0 }))).toEqual([
      ["cpu", "3920m"],
      ["memory", "0"],
      ["pods", "58"],
    ]);
  });

  it("name the resource whose amount or name cannot be used", () => {
    expect(() => parseResourceList({ cpu: "1", memory: "8GB" })).toThrow(
      'memory: quantity "8GB" is malformed',
    );
    expect(() => parseResourceList({ memory: "9Pi" })).toThrow("memory: quantity 9Pi is beyond");
    expect(() => parseResourceList({ constructor: "1" })).toThrow(RangeError);
    expect(() => formatResource("cpu", 0.5)).toThrow(RangeError);
  });
});
