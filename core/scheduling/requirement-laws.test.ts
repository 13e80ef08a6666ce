import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { nodeSelectorOperators } from "../apis/index.ts";
import { Requirement } from "./requirement.ts";

const value = fc.constantFrom("a", "b", "c", "0", "1", "2", "3", "-1", "+2", "9007199254740993");
const bound = fc.constantFrom("-2", "0", "1", "2", "3", "9007199254740992");
const single = fc
  .record({
    operator: fc.constantFrom(...nodeSelectorOperators),
    values: fc.array(value, { maxLength: 5 }),
    bound,
    minValues: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
  })
  .map(({ operator, values, bound, minValues }) =>
    Requirement.of("key", operator, /^[GL]t/.test(operator) ? [bound] : values, minValues),
  );
const requirement = fc
  .array(single, { minLength: 1, maxLength: 3 })
  .map(([first, ...rest]) =>
    rest.reduce((a, b) => a.intersection(b), first ?? Requirement.of("key", "Exists")),
  );
const probes = ["a", "b", "c", "0", "1", "2", "3", "4", "-1", "+2", "9007199254740993", "", "z"];

describe("Requirement.intersection", () => {
  it("allows exactly the values that both sides allow", () => {
    fc.assert(
      fc.property(requirement, requirement, (a, b) => {
        const both = a.intersection(b);
        for (const probe of probes) {
          expect(both.has(probe), `${a} | ${b} | ${probe}`).toBe(a.has(probe) && b.has(probe));
        }
      }),
    );
  });

  it("is commutative and idempotent as text", () => {
    fc.assert(
      fc.property(requirement, requirement, (a, b) => {
        expect(String(a.intersection(b))).toBe(String(b.intersection(a)));
        expect(String(a.intersection(a))).toBe(String(a));
      }),
    );
  });

  it("is associative in what it allows and in minValues", () => {
    fc.assert(
      fc.property(requirement, requirement, requirement, (a, b, c) => {
        const left = a.intersection(b).intersection(c);
        const right = a.intersection(b.intersection(c));
        expect(left.minValues).toBe(right.minValues);
        for (const probe of probes) expect(left.has(probe)).toBe(right.has(probe));
      }),
    );
  });

  it("leaves its operands as they were", () => {
    fc.assert(
      fc.property(requirement, requirement, (a, b) => {
        const before = [String(a), String(b)];
        a.intersection(b);
        expect([String(a), String(b)]).toEqual(before);
      }),
    );
  });
});

describe("Requirement.hasIntersection", () => {
  it("is symmetric and says whether the intersection is more than DoesNotExist", () => {
    fc.assert(
      fc.property(requirement, requirement, (a, b) => {
        const answer = a.hasIntersection(b);
        expect(b.hasIntersection(a)).toBe(answer);
        const isEmpty = a.intersection(b).operator === "DoesNotExist";
        expect(answer, `${a} | ${b}`).toBe(!isEmpty);
      }),
    );
  });
});

describe("Requirement.any", () => {
  it("answers with an allowed value wherever there is one within reach", () => {
    fc.assert(
      fc.property(requirement, (a) => {
        if (a.operator === "In" || a.gte === undefined || a.lte === undefined) {
          expect(a.operator === "DoesNotExist" || a.has(a.any()), `${a}`).toBe(true);
        }
      }),
    );
  });
});
