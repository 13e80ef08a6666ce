import { describe, expect, it } from "vitest";
import { parseTime, seconds, after } from "../units/index.ts";
import { nodePool } from "../../test/support/node-pools.ts";
import {
  clearCondition,
  conditionOf,
  conditionStatus,
  refreshCondition,
  setCondition,
} from "./conditions.ts";

const created = parseTime("2026-03-01T00:00:00Z");
const now = parseTime("2026-03-01T00:01:00.750Z");
const fresh = nodePool({ conditions: [], metadata: { creationTimestamp: created } });
const valid = { type: "ValidationSucceeded", status: "True" } as const;
const ready = { type: "NodeClassReady", status: "True" } as const;

describe("status conditions", () => {
  it("read as Unknown since creation while they aren't there, if the root rests on them", () => {
    expect(conditionOf(fresh, "NodeClassReady")).toMatchObject({
      status: "Unknown",
      reason: "AwaitingReconciliation",
      message: "object is awaiting reconciliation",
      lastTransitionTime: created,
    });
    expect(conditionStatus(fresh, "NodeRegistrationHealthy")).toBeUndefined();
  });

  it("change their transition time, in whole seconds, with the status alone", () => {
    const once = setCondition(fresh, { ...valid, status: "False", reason: "A", message: "a" }, now);
    const second = parseTime("2026-03-01T00:01:00Z");
    expect(conditionOf(once, valid.type)?.lastTransitionTime).toBe(second);
    const later = after(now, seconds(30));
    const twice = setCondition(once, { ...valid, status: "False", reason: "B" }, later);
    expect(conditionOf(twice, valid.type)).toMatchObject({
      reason: "B",
      lastTransitionTime: second,
    });
    expect(setCondition(twice, { ...valid, status: "False", reason: "B" }, later)).toBe(twice);
  });

  it("make the root True when all its parts are, False when one is, and Unknown otherwise", () => {
    const half = setCondition(fresh, valid, now);
    expect(conditionOf(half, "Ready")).toMatchObject({
      status: "Unknown",
      reason: "ReconcilingDependents",
      message: "NodeClassReady=Unknown",
    });
    const failed = setCondition(half, { ...ready, status: "False", reason: "X" }, now);
    expect(conditionOf(failed, "Ready")).toMatchObject({
      status: "False",
      reason: "UnhealthyDependents",
      message: "NodeClassReady=False",
    });
    expect(conditionStatus(setCondition(half, ready, now), "Ready")).toBe("True");
  });

  it("hold the root back until they are observed at the present generation", () => {
    const good = setCondition(setCondition(fresh, valid, now), ready, now);
    const changed = { ...good, metadata: { ...good.metadata, generation: 2 } };
    const half = refreshCondition(changed, valid.type, now);
    expect(conditionStatus(half, "Ready")).toBe("Unknown");
    expect(conditionStatus(refreshCondition(half, ready.type, now), "Ready")).toBe("True");
    // A deletion counts as a change too, but asks nothing new of the parts.
    const metadata = { ...changed.metadata, deletionTimestamp: now };
    const deleting = refreshCondition({ ...changed, metadata }, valid.type, now);
    expect(conditionStatus(deleting, "Ready")).toBe("True");
  });

  it("leave the root alone when they are independent, and can be taken away", () => {
    const good = setCondition(setCondition(fresh, valid, now), ready, now);
    const type = "NodeRegistrationHealthy";
    const unhealthy = setCondition(good, { type, status: "False", reason: "X" }, now);
    expect(conditionStatus(unhealthy, "Ready")).toBe("True");
    expect(conditionStatus(clearCondition(unhealthy, type), type)).toBeUndefined();
    expect(clearCondition(unhealthy, "NodeClassReady")).toBe(unhealthy);
  });
});
