import { describe, expect, it } from "vitest";
import { Requirement, Requirements } from "../scheduling/index.ts";
import { compatibleInstanceTypes, orderByPrice, truncateInstanceTypes } from "./instance-types.ts";
import { instanceType, offering } from "./instance-type-fixture.ts";

const types = [
  instanceType("dear", [offering("a on-demand 9"), offering("a spot 5")]),
  instanceType("gone", [offering("a spot 0.1 gone")]),
  instanceType("cheap", [offering("a on-demand 2"), offering("b spot 1")]),
  instanceType("even", [offering("a on-demand 2")]),
];
const onDemand = Requirements.of(Requirement.of("karpenter.sh/capacity-type", "In", ["on-demand"]));
const names = (list: readonly { readonly name: string }[]) => list.map(({ name }) => name);

describe("orderByPrice", () => {
  it("orders by the cheapest available compatible offering, unaffordable types last", () => {
    expect(names(orderByPrice(types, Requirements.empty))).toEqual([
      "cheap",
      "even",
      "dear",
      "gone",
    ]);
    expect(names(orderByPrice(types, onDemand))).toEqual(["cheap", "even", "dear", "gone"]);
  });

  it("keeps the order of ties among up to twelve types, and its input", () => {
    const reversed = types.toReversed();
    expect(names(orderByPrice(reversed, onDemand))).toEqual(["even", "cheap", "dear", "gone"]);
    expect(names(reversed)).toEqual(["even", "cheap", "gone", "dear"]);
  });
});

describe("compatibleInstanceTypes", () => {
  it("keeps types with an available offering that fits", () => {
    expect(names(compatibleInstanceTypes(types, Requirements.empty))).toEqual([
      "dear",
      "cheap",
      "even",
    ]);
  });
});

describe("truncateInstanceTypes", () => {
  const flexible = Requirements.of(
    Requirement.of("node.kubernetes.io/instance-type", "Exists", [], 3),
  );

  it("keeps the cheapest when enough values stay open", () => {
    const result = truncateInstanceTypes(types, flexible, 3, "Strict");
    expect(result.kind).toBe("truncated");
    expect(names(result.instanceTypes)).toEqual(["cheap", "even", "dear"]);
  });

  it("refuses to cut below minValues, unless by best effort", () => {
    expect(truncateInstanceTypes(types, flexible, 2, "Strict")).toMatchObject({
      kind: "min-values-unmet",
      unsatisfied: new Map([["node.kubernetes.io/instance-type", 2]]),
      message:
        "validating minValues, minValues requirement is not met for label(s) " +
        "(label(s)=[node.kubernetes.io/instance-type])",
    });
    const loose = truncateInstanceTypes(types, flexible, 2, "BestEffort");
    expect(names(loose.instanceTypes)).toEqual(["cheap", "even"]);
  });
});
