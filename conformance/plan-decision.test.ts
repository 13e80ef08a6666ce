import { describe, expect, it } from "vitest";
import { readRecordedCases, type RecordedCases } from "./cases.ts";
import { TextComparison } from "./compared-texts.ts";
import { comparePlans, planDifferences, planOf } from "./plan-decision.ts";
import { buildInstanceTypes } from "./decide.ts";

const recorded = readRecordedCases("titles.json.gz");
const topics = [...new Set(recorded.cases.map(({ topic }) => topic))];

function only(isWanted: (name: string, topic: string) => boolean): RecordedCases {
  const kept = recorded.cases.map(({ name, topic }) => isWanted(name, topic));
  const keep = <Item>(items: readonly Item[]): readonly Item[] =>
    items.filter((_, index) => kept[index]);
  return { ...recorded, cases: keep(recorded.cases), decisions: keep(recorded.decisions) };
}

describe("dryfit plan, on the List of a recorded case", () => {
  it.each(topics)("plans what upstream decided: %s", (topic) => {
    const results = comparePlans(only((_, it) => it === topic));
    expect(results.length).toBeGreaterThan(4);
    expect(results.filter(({ differences }) => differences.length > 0)).toEqual([]);
  });

  it("would be noticed to plan something else", () => {
    const { cases, decisions, instanceTypeSets } = only(
      (name) => name === "limits: should partially schedule if limits would be exceeded",
    );
    const [testCase] = cases;
    const [decision] = decisions;
    if (testCase === undefined || decision === undefined) throw new Error("no such case");
    const types = buildInstanceTypes(instanceTypeSets[testCase.instanceTypeSet] ?? []);
    const plan = planOf(testCase, types);
    const texts = new TextComparison(testCase.objects.items);
    expect(planDifferences(decision, plan, texts)).toEqual([]);
    const others = [
      { ...plan, nodeClaims: plan.nodeClaims.slice(1) },
      { ...plan, unschedulable: [] },
      { ...plan, existingNodes: [{ node: "n", pods: ["default/pod-2"] }] },
    ];
    for (const other of others) expect(planDifferences(decision, other, texts)).not.toEqual([]);
  });
});
