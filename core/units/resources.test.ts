import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type ResourceList,
  addResources,
  bytes,
  emptyResources,
  fits,
  hasResource,
  isZeroResources,
  maxResources,
  mergeResources,
  millicores,
  subtractResources,
} from "./resources.ts";

const names = ["cpu", "memory", "pods", "nvidia.com/gpu"] as const;

function lists(min: number): fc.Arbitrary<ResourceList> {
  return fc.dictionary(fc.constantFrom(...names), fc.integer({ min, max: 2 ** 40 }));
}

function amount(list: ResourceList, name: string): number {
  return list[name] ?? 0;
}

describe("fitting", () => {
  it.each([
    ["everything is within the total", { cpu: 1, memory: 2 }, { cpu: 1, memory: 3 }, true],
    ["one resource is over", { cpu: 2, memory: 2 }, { cpu: 1, memory: 3 }, false],
    ["the total lacks the resource", { "nvidia.com/gpu": 1 }, { cpu: 1 }, false],
    ["nothing of an unknown resource is asked for", { "nvidia.com/gpu": 0 }, { cpu: 1 }, true],
    ["nothing is asked for", {}, {}, true],
    ["the total is overdrawn elsewhere", { cpu: 1 }, { cpu: 2, memory: -1 }, false],
    ["the total is overdrawn and nothing is asked for", {}, { memory: -1 }, false],
  ] as readonly (readonly [string, ResourceList, ResourceList, boolean])[])(
    "when %s",
    (_rule, candidate, total, expected) => {
      expect(fits(candidate, total)).toBe(expected);
    },
  );

  it("is the same as nothing being overdrawn after subtraction over all keys", () => {
    fc.assert(
      fc.property(lists(0), lists(-3), (candidate, total) => {
        const isOverdrawn = names.some((name) => amount(total, name) < 0);
        const isWithin = names.every((name) => amount(candidate, name) <= amount(total, name));
        expect(fits(candidate, total)).toBe(!isOverdrawn && isWithin);
      }),
    );
  });

  it("holds for a sum only if it holds for each part", () => {
    fc.assert(
      fc.property(lists(0), lists(0), lists(0), (a, b, total) => {
        if (fits(addResources(a, b), total)) expect(fits(a, total) && fits(b, total)).toBe(true);
      }),
    );
  });
});

describe("arithmetic", () => {
  it("adds over the union of keys, exactly as BigInt does", () => {
    fc.assert(
      fc.property(fc.array(lists(-(2 ** 40))), (parts) => {
        const sum = mergeResources(...parts);
        for (const name of names) {
          const exact = parts.reduce((total, part) => total + BigInt(amount(part, name)), 0n);
          expect(BigInt(amount(sum, name))).toBe(exact);
          expect(hasResource(sum, name)).toBe(parts.some((part) => hasResource(part, name)));
        }
      }),
    );
  });

  it("subtracts what was added", () => {
    fc.assert(
      fc.property(lists(0), lists(0), (a, b) => {
        const rest = subtractResources(addResources(a, b), b);
        for (const name of names) expect(amount(rest, name)).toBe(amount(a, name));
      }),
    );
  });

  it("subtracts only from the keys that are there, below zero if need be", () => {
    expect(subtractResources({ cpu: 1, pods: 2 }, { cpu: 3, memory: 4 })).toEqual({
      cpu: -2,
      pods: 2,
    });
  });

  it("takes the largest of each resource, even a negative one if it is alone", () => {
    expect(maxResources({ cpu: 1, memory: -5 }, { cpu: 3 }, { cpu: 2, pods: 0 })).toEqual({
      cpu: 3,
      memory: -5,
      pods: 0,
    });
    expect(maxResources()).toEqual({});
  });

  it("keeps keys in order of first appearance and its inputs unchanged", () => {
    const a = Object.freeze({ pods: 1, cpu: 2 });
    const b = Object.freeze({ memory: 3, cpu: 4 });
    expect(Object.keys(addResources(a, b))).toEqual(["pods", "cpu", "memory"]);
    expect(Object.keys(maxResources(b, a))).toEqual(["memory", "cpu", "pods"]);
  });

  it("refuses to leave the range in which numbers are exact", () => {
    const most = { memory: Number.MAX_SAFE_INTEGER };
    expect(() => addResources(most, { memory: 1 })).toThrow("of memory is not a whole number");
    expect(() => subtractResources({ memory: -2 }, most)).toThrow(RangeError);
    expect(() => mergeResources({ cpu: 0.5 })).toThrow(RangeError);
  });
});

describe("single amounts and the empty list", () => {
  it("are whole and not negative", () => {
    expect([millicores(500), bytes(0)]).toEqual([500, 0]);
    for (const bad of [-1, 0.5, 2 ** 53, Number.NaN]) {
      expect(() => millicores(bad)).toThrow(RangeError);
      expect(() => bytes(bad)).toThrow(RangeError);
    }
  });

  it("count an absent resource as zero, and a zero as present", () => {
    expect(isZeroResources(emptyResources)).toBe(true);
    expect(isZeroResources({ cpu: 0 })).toBe(true);
    expect(isZeroResources({ cpu: 0, pods: -1 })).toBe(false);
    expect(hasResource({ cpu: 0 }, "cpu")).toBe(true);
    expect(hasResource(emptyResources, "toString")).toBe(false);
    expect(Object.isFrozen(emptyResources)).toBe(true);
  });
});
