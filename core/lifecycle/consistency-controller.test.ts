import { describe, expect, it } from "vitest";
import { conditionOf } from "../state/index.ts";
import { minutes, parseResourceList } from "../units/index.ts";
import { LifecycleWorld } from "../../test/support/lifecycle-world.ts";
import { nodeShapeIssues } from "./consistency-controller.ts";

function world(): LifecycleWorld {
  const made = new LifecycleWorld();
  made.addMachine({ spec: { requests: parseResourceList({ memory: "1Gi" }) } });
  return made;
}

/** The issues of a Node with so much memory instead of 4 GiB. */
function issues(memory: string): readonly string[] {
  const made = world();
  const node = made.node();
  const capacity = { ...node.status.capacity, ...parseResourceList({ memory }) };
  return nodeShapeIssues(made.claim(), { ...node, status: { ...node.status, capacity } });
}

describe("consistency", () => {
  it.each([
    ["3686Mi", "89.990234375 % prints as 90.0 and still is less", "3686Mi", "90.0"],
    ["2Gi", "half", "2Gi", "50.0"],
    ["2090Mi", "51.025390625 %", "2090Mi", "51.0"],
    ["1Gi", "a quarter", "1Gi", "25.0"],
    ["3328Mi", "81.25 % lies between two and goes to the even one, as in Go", "3328Mi", "81.2"],
    ["3348Mi", "81.73828125 %", "3348Mi", "81.7"],
  ])("tells of %s of 4Gi: %s", (memory, _, found, percent) => {
    expect(issues(memory)).toEqual([
      `expected 4Gi of resource memory, but found ${found} (${percent}% of expected)`,
    ]);
  });

  it("doesn't mind nine tenths and more", () => {
    expect(issues("3687Mi")).toEqual([]);
    expect(issues("5Gi")).toEqual([]);
  });

  it("looks every ten minutes, and leaves a verdict that still holds as it is", () => {
    const made = world();
    made.pass(minutes(11));
    const found = conditionOf(made.claim(), "ConsistentStateFound");
    expect(found).toMatchObject({ status: "True", reason: "ConsistentStateFound" });
    const before = made.claim();
    made.pass(minutes(30));
    expect(made.claim()).toBe(before);
  });
});
