import { describe, expect, it } from "vitest";
import type { NodeSelectorOperator } from "../apis/index.ts";
import { Requirement } from "./requirement.ts";

const requirement = (operator: NodeSelectorOperator, ...values: readonly string[]) =>
  Requirement.of("key", operator, values);

/** Text of the intersection of `Operator values` specifications. */
function meet(...specifications: readonly string[]): string {
  const [first, ...rest] = specifications.map((text) => {
    const [operator, ...values] = text.split(" ");
    return requirement(operator as NodeSelectorOperator, ...values);
  });
  return String(rest.reduce((a, b) => a.intersection(b), first ?? requirement("Exists")));
}

describe("Requirement", () => {
  it("normalizes aliased labels", () => {
    const aliases = {
      "failure-domain.beta.kubernetes.io/zone": "topology.kubernetes.io/zone",
      "failure-domain.beta.kubernetes.io/region": "topology.kubernetes.io/region",
      "beta.kubernetes.io/arch": "kubernetes.io/arch",
      "beta.kubernetes.io/os": "kubernetes.io/os",
      "beta.kubernetes.io/instance-type": "node.kubernetes.io/instance-type",
      "topology.ebs.csi.aws.com/zone": "topology.kubernetes.io/zone",
      "example.com/zone": "example.com/zone",
    };
    for (const [alias, label] of Object.entries(aliases)) {
      expect(Requirement.of(alias, "In", ["test"]).key).toBe(label);
    }
  });

  it("has an operator that hides bounds, and In without values reads as DoesNotExist", () => {
    expect(requirement("Gt", "1").operator).toBe("Exists");
    expect(requirement("Lte", "1").operator).toBe("Exists");
    expect(requirement("NotIn", "a").operator).toBe("NotIn");
    expect(requirement("NotIn").operator).toBe("Exists");
    expect(requirement("In").operator).toBe("DoesNotExist");
  });

  it("counts a complement as the largest integer less its exclusions", () => {
    expect(requirement("In", "a", "b", "a").length).toBe(2);
    expect(requirement("DoesNotExist").length).toBe(0);
    expect(requirement("Exists").length).toBe(9223372036854775807n);
    expect(requirement("NotIn", "a", "b").length).toBe(9223372036854775805n);
  });

  it("treats Gt and Lt as exclusive, Gte and Lte as inclusive bounds on integers", () => {
    const allowed = (operator: NodeSelectorOperator, bound: string) =>
      ["4", "5", "6", "x", "", "5.5"].filter((value) => requirement(operator, bound).has(value));
    expect(allowed("Gt", "5")).toEqual(["6"]);
    expect(allowed("Gte", "5")).toEqual(["5", "6"]);
    expect(allowed("Lt", "5")).toEqual(["4"]);
    expect(allowed("Lte", "5")).toEqual(["4", "5"]);
  });

  it("compares bounds beyond 2^53 exactly", () => {
    const above = requirement("Gt", "9007199254740992");
    expect(above.has("9007199254740992")).toBe(false);
    expect(above.has("9007199254740993")).toBe(true);
    expect(above.has("9223372036854775807")).toBe(true);
    expect(above.has("9223372036854775808")).toBe(false);
  });

  it("keeps the more restrictive of two bounds", () => {
    expect(meet("Gte 1", "Gte 5")).toBe("key Exists >=5");
    expect(meet("Gt 5", "Gte 5")).toBe("key Exists >=6");
    expect(meet("Gt 5", "Gte 8")).toBe("key Exists >=8");
    expect(meet("Lt 5", "Lte 5")).toBe("key Exists <=4");
    expect(meet("Lt 5", "Lte 3")).toBe("key Exists <=3");
    expect(meet("Gte 0", "Lte 0")).toBe("key Exists >=0 <=0");
  });

  it("becomes DoesNotExist when bounds cross, and loses bounds when values are listed", () => {
    expect(meet("Gt 5", "Lt 6")).toBe("key DoesNotExist");
    expect(meet("In 1 5 9 x", "Gte 5")).toBe("key In [5 9]");
    expect(meet("NotIn 1 9 x", "Gte 5")).toBe("key NotIn [9] >=5");
  });

  it("is DoesNotExist for more than the largest integer, and then forgets minValues", () => {
    const none = Requirement.of("key", "Gt", ["9223372036854775807"], 3);
    expect(String(none)).toBe("key DoesNotExist");
  });

  it("keeps the larger minValues of an intersection", () => {
    const few = Requirement.of("key", "In", ["a", "b", "c"], 1);
    const many = Requirement.of("key", "In", ["b", "c", "d"], 2);
    const plain = requirement("In", "b");
    expect(String(few.intersection(many))).toBe("key In [b c] minValues 2");
    expect(String(plain.intersection(few))).toBe("key In [b] minValues 1");
  });

  it("returns one of the operands when the intersection says no more than that", () => {
    const narrow = requirement("In", "a");
    const wide = requirement("In", "a", "b");
    expect(wide.intersection(narrow)).toBe(narrow);
    expect(narrow.intersection(wide)).toBe(narrow);
    expect(narrow.intersection(requirement("Exists"))).toBe(narrow);
    expect(requirement("Exists").intersection(narrow)).toBe(narrow);
  });

  it("picks the smallest allowed value", () => {
    expect(requirement("In", "c", "a", "b").any()).toBe("a");
    expect(requirement("DoesNotExist").any()).toBe("");
    expect(requirement("Exists").any()).toBe("0");
    expect(requirement("NotIn", "0", "1").any()).toBe("2");
    expect(requirement("Gte", "7").any()).toBe("7");
    expect(requirement("Lte", "-3").any()).toBe("-3");
  });

  it("prints at most five values", () => {
    expect(meet("In f e d c b a g")).toBe("key In [a b c d e and 2 others]");
    expect(meet("In e d c b a")).toBe("key In [a b c d e]");
    expect(meet("NotIn b a")).toBe("key NotIn [a b]");
  });

  it("has two API entries when both bounds are set, and none for their exclusions", () => {
    const between = requirement("Gte", "1").intersection(requirement("Lte", "9"));
    const holed = between.intersection(requirement("NotIn", "5"));
    expect(holed.toNodeSelectorRequirements()).toEqual([
      { key: "key", operator: "Gte", values: ["1"] },
      { key: "key", operator: "Lte", values: ["9"] },
    ]);
  });

  it("changes minValues without touching the rest", () => {
    const before = Requirement.of("key", "In", ["a", "b"], 2);
    expect(String(before.withMinValues(1))).toBe("key In [a b] minValues 1");
    expect(before.withMinValues(2)).toBe(before);
    expect(String(before.withMinValues(undefined))).toBe("key In [a b]");
  });
});
