import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { matchesFilter, matchesTags } from "./ec2-filter.ts";

describe("an EC2 filter", () => {
  it.each([
    ["prod", "prod", true],
    ["prod", "Prod", false],
    ["prod-*", "prod-", true],
    ["*-a", "prod-a-a", true],
    ["p?od", "prod", true],
    ["p?od", "pod", false],
    ["*", "", true],
    ["a*b*c", "a-b-b-c", true],
    ["a*b*c", "a-c-b", false],
    ["", "", true],
  ])("%s lets %s pass: %s", (filter, value, expected) => {
    expect(matchesFilter(filter, value)).toBe(expected);
  });

  it("agrees with the regular expression that means the same", () => {
    const text = fc.string({ unit: fc.constantFrom("a", "b", "*", "?"), maxLength: 6 });
    const value = fc.string({ unit: fc.constantFrom("a", "b"), maxLength: 6 });
    fc.assert(
      fc.property(text, value, (filter, candidate) => {
        const pattern = filter.replaceAll("*", ".*").replaceAll("?", ".");
        expect(matchesFilter(filter, candidate)).toBe(new RegExp(`^${pattern}$`).test(candidate));
      }),
    );
  });

  it("of tags wants all of them, and with a star alone only the key", () => {
    const tags = { team: "a", stage: "" };
    expect(matchesTags({ team: "a", stage: "*" }, tags)).toBe(true);
    expect(matchesTags({ team: "b" }, tags)).toBe(false);
    expect(matchesTags({ toString: "*" }, tags)).toBe(false);
    expect(matchesTags({}, tags)).toBe(true);
  });
});
