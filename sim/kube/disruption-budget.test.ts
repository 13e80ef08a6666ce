import { describe, expect, it } from "vitest";
import type { PodDisruptionBudget } from "../../core/apis/index.ts";
import { simTime } from "../../core/units/index.ts";
import { budgetCounts, liveDisruptions, scaledValue } from "./disruption-budget.ts";
import type { BudgetInput } from "./disruption-budget.ts";

type Limits = Partial<Pick<PodDisruptionBudget["spec"], "minAvailable" | "maxUnavailable">>;

function allowed(limits: Limits, input: Partial<BudgetInput>): number | undefined {
  const spec = { unhealthyPodEvictionPolicy: "IfHealthyBudget", ...limits } as const;
  const full = { currentHealthy: 4, matchingPods: 4, controllerScale: 4, ...input };
  return budgetCounts(spec, full)?.disruptionsAllowed;
}

describe("the arithmetic of PodDisruptionBudgets", () => {
  it.each([
    ["1", { maxUnavailable: 1 }, {}, 1],
    ["0 forbids all", { maxUnavailable: 0 }, {}, 0],
    ["30 % of 4 rounds up to 2", { maxUnavailable: "30%" }, {}, 2],
    ["100 %", { maxUnavailable: "100%" }, {}, 4],
    ["more than there are", { maxUnavailable: 9 }, {}, 4],
    ["1 with one pod down already", { maxUnavailable: 1 }, { currentHealthy: 3 }, 0],
    ["1 of a workload still growing", { maxUnavailable: 1 }, { controllerScale: 6 }, 0],
  ] as const)("maxUnavailable %s", (_, limits, input, expected) => {
    expect(allowed(limits, input)).toBe(expected);
  });

  it.each([
    ["3 of 4", { minAvailable: 3 }, {}, 1],
    ["4 of 4", { minAvailable: 4 }, {}, 0],
    ["more than there are", { minAvailable: 9 }, {}, 0],
    ["50 % of 5 rounds up to 3", { minAvailable: "50%" }, { controllerScale: 5 }, 1],
    ["0 % allows all", { minAvailable: "0%" }, {}, 4],
    ["an integer looks at pods, not at scales", { minAvailable: 3 }, { controllerScale: 9 }, 1],
  ] as const)("minAvailable %s", (_, limits, input, expected) => {
    expect(allowed(limits, input)).toBe(expected);
  });

  it("allows nothing when no pod is expected", () => {
    const none = { currentHealthy: 0, matchingPods: 0, controllerScale: 0 };
    expect(allowed({ maxUnavailable: 1 }, none)).toBe(0);
    expect(allowed({ minAvailable: 0 }, none)).toBe(0);
  });

  it("fails the sync when a controller without scale is counted by scale", () => {
    const unscaled = { controllerScale: undefined };
    expect(allowed({ maxUnavailable: 1 }, unscaled)).toBeUndefined();
    expect(allowed({ minAvailable: "50%" }, unscaled)).toBeUndefined();
    expect(allowed({ minAvailable: 3 }, unscaled)).toBe(1);
  });

  it("forgets a granted eviction after two minutes, or when the pod is gone", () => {
    const at = simTime(0);
    const disrupted = { "web-a": at, "web-b": at };
    const isPending = (name: string): boolean => name !== "web-b";
    expect(liveDisruptions(disrupted, simTime(119_999), isPending)).toEqual({ "web-a": at });
    expect(liveDisruptions(disrupted, simTime(120_000), isPending)).toEqual({});
  });

  it("rounds percentages of rollouts as asked", () => {
    expect(scaledValue("25%", 10, "up")).toBe(3);
    expect(scaledValue("25%", 10, "down")).toBe(2);
  });
});
