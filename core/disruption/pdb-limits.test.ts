import { describe, expect, it } from "vitest";
import { objectMeta, pod, type PodOverrides } from "../../test/support/pods.ts";
import type { PodDisruptionBudget } from "../apis/index.ts";
import { parseTime } from "../units/index.ts";
import { PdbLimits } from "./pdb-limits.ts";

const now = parseTime("2026-03-01T00:00:00Z");

function budget(
  name: string,
  disruptionsAllowed: number,
  unhealthyPodEvictionPolicy: "AlwaysAllow" | "IfHealthyBudget" = "IfHealthyBudget",
): PodDisruptionBudget {
  return {
    kind: "PodDisruptionBudget",
    metadata: objectMeta({ name }),
    spec: {
      selector: { matchLabels: { app: "web" }, matchExpressions: [] },
      unhealthyPodEvictionPolicy,
    },
    status: {
      disruptionsAllowed,
      currentHealthy: 1,
      desiredHealthy: 1,
      expectedPods: 1,
      disruptedPods: {},
    },
  };
}

const web = { name: "web", labels: { app: "web" }, nodeName: "node" } as const;
const unready: PodOverrides["status"] = {
  conditions: [
    { type: "Ready", status: "False", reason: "", message: "", lastTransitionTime: now },
  ],
};

describe("a pod's eviction", () => {
  it.each<readonly [string, readonly PodDisruptionBudget[], PodOverrides, readonly string[]]>([
    ["is allowed without a budget", [], {}, []],
    ["is allowed while its budget allows one", [budget("a", 1)], {}, []],
    ["is blocked by a budget that allows none", [budget("a", 0)], {}, ["default/a"]],
    [
      "is blocked by two budgets, whatever these allow",
      [budget("a", 5), budget("b", 5)],
      {},
      ["default/a", "default/b"],
    ],
    ["is allowed in another namespace", [budget("a", 0)], { namespace: "other" }, []],
    ["is allowed when no budget selects it", [budget("a", 0)], { labels: { app: "db" } }, []],
    [
      "is allowed to an unready pod whose budget always allows that",
      [budget("a", 0, "AlwaysAllow")],
      { status: unready },
      [],
    ],
    [
      "is blocked for a healthy pod of such a budget",
      [budget("a", 0, "AlwaysAllow")],
      {},
      ["default/a"],
    ],
    [
      "is blocked for an unready pod of any other budget",
      [budget("a", 0)],
      { status: unready },
      ["default/a"],
    ],
    ["is not asked for once it has ended", [budget("a", 0)], { status: { phase: "Failed" } }, []],
  ])("%s", (_, budgets, overrides, blocking) => {
    const blocked = new PdbLimits(budgets).blocked([pod({ ...web, ...overrides })], now);
    expect(blocked?.podDisruptionBudgets ?? []).toEqual(blocking);
  });
});
