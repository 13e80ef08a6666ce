import { describe, expect, it } from "vitest";
import type { NodeClaim } from "../apis/index.ts";
import { hours, parseTime, after, seconds } from "../units/index.ts";
import { instanceType, offering } from "../../test/support/instance-types.ts";
import { nodePool } from "../../test/support/node-pools.ts";
import { stateNode } from "../../test/support/nodes.ts";
import { pod, type PodOverrides } from "../../test/support/pods.ts";
import { CostTracker } from "./cost-tracker.ts";
import { evictionCost } from "./eviction-cost.ts";
import { NodePoolClaimStates } from "./node-pool-claim-states.ts";
import { doNotDisrupt, isReschedulable } from "./pod-predicates.ts";

const now = parseTime("2026-03-01T00:00:00Z");

describe("eviction cost", () => {
  it.each<readonly [string, PodOverrides, number]>([
    ["an ordinary pod", {}, 1],
    ["a deletion cost of 2^27", { annotations: cost("134217728") }, 2],
    ["the largest deletion cost", { annotations: cost("2147483647") }, 10],
    ["the smallest deletion cost", { annotations: cost("-2147483647") }, -10],
    ["a deletion cost that is no number", { annotations: cost("dear") }, 1],
    ["a priority of 2^25", { spec: { priority: 33554432 } }, 2],
  ])("of %s", (_title, overrides, expected) => {
    expect(evictionCost(pod(overrides))).toBe(expected);
  });

  function cost(value: string): Readonly<Record<string, string>> {
    return { "controller.kubernetes.io/pod-deletion-cost": value };
  }
});

describe("do-not-disrupt", () => {
  const at = (value: string, ageSeconds?: number) => {
    const annotations = { "karpenter.sh/do-not-disrupt": value };
    if (ageSeconds === undefined) return doNotDisrupt(pod({ annotations }), now);
    const startTime = after(now, seconds(-ageSeconds));
    return doNotDisrupt(pod({ annotations, status: { startTime } }), now);
  };

  it("is true, or a duration from the pod's start, and otherwise says what is wrong", () => {
    expect(at("true").kind).toBe("always");
    expect(at("1h30m").kind).toBe("active");
    expect(at("60s", 59)).toEqual({ kind: "active", until: after(now, seconds(1)) });
    expect(at("60s", 60).kind).toBe("elapsed");
    expect(at("false")).toEqual({
      kind: "invalid",
      message: 'failed to parse "false" as a duration: time: invalid duration "false"',
    });
    expect(at("-5m")).toEqual({ kind: "invalid", message: 'duration "-5m" must be positive' });
  });

  it("leaves a terminating pod of a StatefulSet to be placed again, and no other", () => {
    const owned = (kind: string) =>
      pod({
        nodeName: "node",
        metadata: {
          deletionTimestamp: now,
          ownerReferences: [{ apiVersion: "apps/v1", kind, name: "o", uid: "o" }],
        },
      });
    expect(isReschedulable(owned("StatefulSet"))).toBe(true);
    expect(isReschedulable(owned("ReplicaSet"))).toBe(false);
  });
});

describe("NodeClaims of a static NodePool", () => {
  it("are promised up to the limit, counting those that are deleting", () => {
    const states = new NodePoolClaimStates();
    states.set("pool", "a", "active");
    states.set("pool", "b", "deleting");
    expect(states.reserve("pool", 5, 4)).toBe(2);
    expect(states.reserve("pool", 5, 4)).toBe(0);
    states.release("pool", 9);
    expect(states.reserve("pool", 1, 4)).toBe(1);
    expect(states.reserve("pool", 7, undefined)).toBe(7);
    expect(states.reserve("pool", 1, 1)).toBe(0);
    states.set("pool", "a", "pending-disruption");
    expect(states.counts("pool")).toEqual({ active: 0, deleting: 1, pendingDisruption: 1 });
    states.remove("b");
    expect(states.counts("pool")).toEqual({ active: 0, deleting: 0, pendingDisruption: 0 });
  });
});

describe("cost tracker", () => {
  const pool = nodePool();
  let types = [instanceType({ offerings: [offering({ price: 2 }), offering({ price: 3 })] })];
  const input = {
    cluster: { nodePool: () => pool, nodePools: () => [pool] },
    cloudProvider: { getInstanceTypes: () => types },
  };
  const claim = (name: string, zone?: string): NodeClaim => {
    const { nodeClaim } = stateNode({ name, ...(zone === undefined ? {} : { zone }) });
    if (nodeClaim === undefined) throw new Error("not managed");
    return nodeClaim;
  };

  it("counts each NodeClaim once, at the price of when its offering was first seen", () => {
    const tracker = new CostTracker(input);
    const add = (object: NodeClaim) => tracker.observe({ type: "added", object }, now);
    for (const name of ["a", "a", "b"]) add(claim(name));
    expect(tracker.nodePoolCost("default")).toBe(4);
    add(claim("c", "unknown-zone"));
    expect(tracker.nodePoolCost("default")).toBe(4);
    types = [instanceType({ offerings: [offering({ price: 5 }), offering({ price: 7 })] })];
    add(claim("d"));
    expect(tracker.nodePoolCost("default")).toBe(6);
    tracker.reconcile(after(now, hours(1)));
    // Of two offerings alike the last one's price prevails at the hourly refresh.
    expect(tracker.nodePoolCost("default")).toBe(21);
    for (const name of ["a", "b", "c", "d"]) {
      tracker.observe({ type: "deleted", object: claim(name) }, now);
    }
    expect(tracker.nodePoolCost("default")).toBe(0);
  });
});
