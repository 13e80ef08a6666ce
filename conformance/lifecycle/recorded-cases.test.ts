import { describe, expect, it } from "vitest";
import { recordedFiles } from "../recorded-file.ts";
import { lifecycleTitleCases } from "../titles/lifecycle/index.ts";
import type { Facts, LifecycleCase, Outcome } from "./cases.ts";
import { lifecycleDifferences } from "./compare.ts";
import { live } from "./live.ts";
import { holdsLifecycle, readLifecycleCases, replayLifecycle } from "./replay.ts";

const files = recordedFiles().filter(holdsLifecycle);
const titles = "lifecycle-titles.json.gz";

describe.each(files)("on %s", (file) => {
  const { cases, outcomes, upstream } = readLifecycleCases(file);

  it("the core does what upstream Karpenter's controllers did, at the same times", () => {
    const differing = replayLifecycle(file).filter((it) => it.differences.length > 0);
    expect(differing).toEqual([]);
  });

  it("upstream came to an end with every case, hardly ever in several ways", () => {
    expect(upstream).toBe("karpenter v1.14.1");
    expect(outcomes.map(([outcome]) => outcome?.name)).toEqual(cases.map(({ name }) => name));
    expect(outcomes.flat().filter(({ error }) => error !== undefined)).toEqual([]);
    const various = outcomes.filter(({ length }) => length > 1);
    expect(various.length).toBeLessThan(1 + cases.length / 20);
  });
});

describe("recorded titles", () => {
  it("are the hand-made cases as they are written", () => {
    const written: unknown = JSON.parse(JSON.stringify(lifecycleTitleCases()));
    expect(readLifecycleCases(titles).cases).toEqual(written);
  });
});

describe("comparing outcomes", () => {
  const [testCase] = lifecycleTitleCases().filter(({ name }) =>
    name.includes("should match the nodeClaim to the Node"),
  );
  if (testCase === undefined) throw new Error("the case is gone");
  const outcome = live(testCase);
  const [step] = outcome.steps.slice(-1);
  if (step === undefined) throw new Error("the case has no steps");

  /** The differences of an outcome whose last step is another. */
  function differences(change: Partial<Facts>, of: LifecycleCase = testCase as LifecycleCase) {
    const steps = [...outcome.steps.slice(0, -1), { ...(step as Facts), ...change }];
    return lifecycleDifferences(of, outcome, { ...outcome, steps });
  }

  const { claim } = step.nodeClaims;
  if (claim === undefined) throw new Error("the NodeClaim is gone");

  it.each<[string, Partial<Facts>]>([
    ["another action", { actions: ["0s delete claim"] }],
    ["another event", { events: ["Normal Evicted Pod/default/a: Evicted pod: "] }],
    ["another label", { nodeClaims: { claim: { ...claim, labels: {} } } }],
    ["a NodeClaim less", { nodeClaims: {} }],
    ["a Node less", { nodes: {} }],
    ["another state", { state: { ...step.state, isSynced: false } }],
  ])("notices %s", (_, change) => {
    expect(differences(change)).not.toEqual([]);
  });

  it("notices that a condition is younger, or has another reason", () => {
    const { Registered } = claim.conditions;
    if (Registered === undefined) throw new Error("the condition is gone");
    for (const change of [{ sinceSeconds: 9 }, { reason: "Other" }, { observedGeneration: 2 }]) {
      const conditions = { ...claim.conditions, Registered: { ...Registered, ...change } };
      expect(differences({ nodeClaims: { claim: { ...claim, conditions } } })).toHaveLength(1);
    }
  });

  it("notices other counters and a failure", () => {
    const other: Outcome = { ...outcome, counters: {} };
    expect(lifecycleDifferences(testCase, outcome, other)).not.toEqual([]);
    expect(lifecycleDifferences(testCase, outcome, { ...outcome, error: "x" })).toHaveLength(1);
  });

  it("overlooks the order in which the root condition names others, and state of duplicates", () => {
    const [first, second] = [
      "Registered=Unknown, Launched=Unknown",
      "Launched=Unknown, Registered=Unknown",
    ];
    const named = (message: string): Partial<Facts> => {
      const Ready = { ...claim.conditions["Ready"], message };
      return { nodeClaims: { claim: { ...claim, conditions: { Ready } } } } as Partial<Facts>;
    };
    const steps = (message: string): Outcome => ({
      ...outcome,
      steps: [{ ...step, ...named(message) }],
    });
    expect(lifecycleDifferences(testCase, steps(first), steps(second))).toEqual([]);
    const duplicates = { ...testCase, hasDuplicates: true };
    expect(differences({ state: { ...step.state, isSynced: false } }, duplicates)).toEqual([]);
  });
});
