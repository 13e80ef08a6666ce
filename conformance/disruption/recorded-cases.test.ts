import { describe, expect, it } from "vitest";
import { TextComparison } from "../compared-texts.ts";
import { titleInstanceTypeSets } from "../titles/instance-types.ts";
import { disruptionTitleCases, disruptionTitleTopics } from "../titles/disruption/index.ts";
import { buildInstanceTypes } from "../decide.ts";
import { type DisruptionDecision, readDisruptionCases, recordedDisruptionFiles } from "./cases.ts";
import { disruptionDifferences, type OurDecision } from "./compare.ts";
import { decideDisruption, replayDisruption } from "./replay.ts";

const titleFiles = recordedDisruptionFiles().filter((file) => file.includes("titles"));

describe.each(titleFiles)("on %s", (file) => {
  const { cases, decisions, upstream } = readDisruptionCases(file);

  it.each([true, false])("the core decides as upstream did; idle polls left out: %s", (skip) => {
    const results = replayDisruption(file, { skipIdlePolls: skip });
    expect(results.filter((it) => it.differences.length > 0)).toEqual([]);
  });

  it("upstream decided every case, and did something in some", () => {
    expect(upstream).toBe("karpenter v1.14.1");
    expect(decisions.map(({ name }) => name)).toEqual(cases.map(({ name }) => name));
    expect(decisions.filter(({ error }) => error !== undefined)).toEqual([]);
    const acting = decisions.filter(({ methods }) => methods.some((it) => it.commands.length > 0));
    expect(acting.length).toBeGreaterThan(0);
  });
});

describe("recorded titles", () => {
  it("are the hand-made cases as they are written", () => {
    const recorded = titleFiles.flatMap((file) => readDisruptionCases(file).cases);
    const topics = titleFiles.map((file) => file.replace(/^disruption-titles-|\.json\.gz$/g, ""));
    expect([...topics].sort()).toEqual([...disruptionTitleTopics].sort());
    const written = topics.flatMap(disruptionTitleCases);
    expect(recorded).toEqual(JSON.parse(JSON.stringify(written)));
  });
});

/** A decision of ours, as upstream's program would print it. */
function asUpstream({ methods, run }: OurDecision): DisruptionDecision {
  return { name: "case", methods, run };
}

describe("comparing decisions", () => {
  const sets = new Map(
    Object.entries(titleInstanceTypeSets()).map(([name, types]) => [
      name,
      buildInstanceTypes(types),
    ]),
  );
  const [testCase] = disruptionTitleCases("candidates").filter(({ name }) =>
    name.endsWith("should consider candidates without anything that blocks them"),
  );
  if (testCase === undefined) throw new Error("the case is gone");
  const ours = decideDisruption(testCase, sets);
  const texts = new TextComparison(testCase.objects.items);
  const upstream = asUpstream(ours);
  const method = upstream.methods[2];
  if (method === undefined) throw new Error("drift is gone");

  function withMethod(change: object): DisruptionDecision {
    const methods = upstream.methods.map((it) => (it === method ? { ...it, ...change } : it));
    return { ...upstream, methods };
  }

  it("finds none between equal ones", () => {
    expect(disruptionDifferences(upstream, ours, texts)).toEqual([]);
  });

  it.each([
    ["a failed case", { ...upstream, error: "reading an object" }],
    ["another candidate", withMethod({ candidates: [] })],
    ["another budget", withMethod({ budgets: { default: 3 } })],
    ["another command", withMethod({ commands: [] })],
    ["another price", withMethod({ commands: [{ ...method.commands[0], savings: 0 }] })],
    ["another event", withMethod({ events: [{ object: "Node a", reason: "x", message: "y" }] })],
    ["an error", withMethod({ error: "no nodepools found" })],
    ["another end", { ...upstream, run: { ...upstream.run, end: [] } }],
  ])("notices %s", (_, other) => {
    expect(disruptionDifferences(other, ours, texts).length).toBeGreaterThan(0);
  });

  it("notices a command that was started later, or never", () => {
    const { facts } = upstream.run;
    expect(facts.length).toBeGreaterThan(0);
    const later = facts.map((it) => ({ ...it, atMs: it.atMs + 1000 }));
    for (const changed of [later, []]) {
      const run = { ...upstream.run, facts: changed };
      expect(disruptionDifferences({ ...upstream, run }, ours, texts).length).toBeGreaterThan(0);
    }
  });
});
