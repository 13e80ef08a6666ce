import { describe, expect, it } from "vitest";
import type { Condition, Node } from "../apis/index.ts";
import { minutes, simTime } from "../units/index.ts";
import { findUnhealthyCondition } from "./repair.ts";

const condition = (type: string, status: Condition["status"], at: number): Condition => ({
  type,
  status,
  reason: "",
  message: "",
  lastTransitionTime: simTime(at),
});
const node = (...conditions: readonly Condition[]): Node => ({
  kind: "Node",
  metadata: {
    name: "n",
    namespace: "",
    uid: "n",
    labels: {},
    annotations: {},
    creationTimestamp: simTime(0),
    finalizers: [],
    ownerReferences: [],
    generation: 1,
  },
  spec: { providerId: "n", taints: [], unschedulable: false },
  status: { capacity: {}, allocatable: {}, conditions },
});
const policies = [
  { conditionType: "Ready", conditionStatus: "False", tolerationDuration: minutes(30) },
  { conditionType: "GpuReady", conditionStatus: "False", tolerationDuration: minutes(10) },
] as const;

describe("findUnhealthyCondition", () => {
  it("finds nothing on a healthy node", () => {
    expect(findUnhealthyCondition(node(condition("Ready", "True", 0)), policies)).toBeUndefined();
    expect(findUnhealthyCondition(node(), policies)).toBeUndefined();
  });

  it("finds the bad condition that comes due first", () => {
    const sick = node(condition("Ready", "False", 0), condition("GpuReady", "False", 60_000));
    expect(findUnhealthyCondition(sick, policies)).toMatchObject({
      condition: { type: "GpuReady" },
      repairAt: 660_000,
    });
  });
});
