import { describe, expect, it } from "vitest";
import { minValuesMessage, satisfiesMinValues } from "./min-values.ts";
import { Requirement } from "./requirement.ts";
import { Requirements } from "./requirements.ts";

const item = (type: string) => ({
  requirements: Requirements.fromLabels({ type, family: type.split(".")[0] ?? "" }),
});
const wanted = Requirements.of(
  Requirement.of("type", "Exists", [], 3),
  Requirement.of("family", "Exists", [], 3),
);

describe("satisfiesMinValues", () => {
  it("counts how many items from the front are enough", () => {
    const items = ["c4.large", "c4.xlarge", "c5.xlarge", "m4.2xlarge", "m5.large"].map(item);
    expect(satisfiesMinValues(items, wanted)).toEqual({ needed: 4, unsatisfied: new Map() });
  });

  it("names the labels that stay short, with the count reached", () => {
    const items = ["c4.large", "c4.xlarge", "c5.2xlarge"].map(item);
    const { needed, unsatisfied } = satisfiesMinValues(items, wanted);
    expect(needed).toBe(3);
    expect(unsatisfied).toEqual(new Map([["family", 2]]));
    expect(minValuesMessage(unsatisfied)).toBe(
      "minValues requirement is not met for label(s) (label(s)=[family])",
    );
  });

  it("needs nothing without minValues, and finds nothing short in an empty list", () => {
    const free = Requirements.of(Requirement.of("type", "Exists"));
    expect(satisfiesMinValues([item("a.b")], free)).toEqual({ needed: 0, unsatisfied: new Map() });
    expect(satisfiesMinValues([], wanted)).toEqual({ needed: 0, unsatisfied: new Map() });
  });

  it("gives nothing for a label that an item does not define", () => {
    const bare = { requirements: Requirements.empty };
    expect(satisfiesMinValues([bare], wanted).unsatisfied).toEqual(
      new Map([
        ["family", 0],
        ["type", 0],
      ]),
    );
  });
});
