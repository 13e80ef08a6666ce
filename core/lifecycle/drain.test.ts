import { describe, expect, it } from "vitest";
import type { OwnerReference, Pod } from "../apis/index.ts";
import { after, before, minutes, parseTime, seconds } from "../units/index.ts";
import { pod, type PodOverrides } from "../../test/support/pods.ts";
import { decideDrain } from "./drain.ts";
import { forcedDeleteMessage } from "./termination-events.ts";

const now = parseTime("2026-03-01T00:00:00Z");
const daemonSet: OwnerReference = { apiVersion: "apps/v1", kind: "DaemonSet", name: "d", uid: "d" };
const node: OwnerReference = { apiVersion: "v1", kind: "Node", name: "node", uid: "node" };

function bound(name: string, overrides: PodOverrides = {}): Pod {
  return pod({ name, nodeName: "node", ...overrides });
}

function names(pods: readonly Pod[]): readonly string[] {
  return pods.map(({ metadata }) => metadata.name);
}

describe("drain", () => {
  it("takes ordinary pods first, then DaemonSets', critical ones, and critical DaemonSets'", () => {
    const critical = { priorityClassName: "system-node-critical" };
    const all = [
      bound("d-critical", { spec: critical, metadata: { ownerReferences: [daemonSet] } }),
      bound("c-critical", { spec: { priorityClassName: "system-cluster-critical" } }),
      bound("b-daemon", { metadata: { ownerReferences: [daemonSet] } }),
      bound("a-ordinary"),
    ];
    const order: string[] = [];
    for (let left = [...all]; left.length > 0; ) {
      const { evictions, waiting } = decideDrain(left, undefined, now);
      expect(waiting).toHaveLength(left.length);
      order.push(...names(evictions));
      left = left.filter((each) => !evictions.includes(each));
    }
    expect(order).toEqual(["a-ordinary", "b-daemon", "c-critical", "d-critical"]);
  });

  const toleration = { key: "karpenter.sh/disrupted", operator: "Exists", value: "" } as const;
  const long = before(now, seconds(61));

  it.each<readonly [string, PodOverrides, "waits" | "evicts" | "ignores"]>([
    ["an ordinary pod", {}, "evicts"],
    ["one that tolerates with Exists", { spec: { tolerations: [toleration] } }, "ignores"],
    [
      "one that tolerates with Equal",
      { spec: { tolerations: [{ ...toleration, operator: "Equal", effect: "NoSchedule" }] } },
      "ignores",
    ],
    [
      "one that tolerates everything",
      { spec: { tolerations: [{ ...toleration, key: "" }] } },
      "ignores",
    ],
    [
      "one that tolerates unschedulable nodes",
      { spec: { tolerations: [{ ...toleration, key: "node.kubernetes.io/unschedulable" }] } },
      "evicts",
    ],
    ["a mirror pod", { metadata: { ownerReferences: [node] } }, "ignores"],
    ["a terminal pod", { status: { phase: "Succeeded" } }, "ignores"],
    ["a terminating pod", { metadata: { deletionTimestamp: after(now, seconds(5)) } }, "waits"],
    ["a pod stuck for a minute", { metadata: { deletionTimestamp: long } }, "ignores"],
    ["a protected pod", { annotations: { "karpenter.sh/do-not-disrupt": "true" } }, "waits"],
    [
      "a pod whose protection is over",
      {
        annotations: { "karpenter.sh/do-not-disrupt": "1m" },
        status: { startTime: before(now, minutes(2)) },
      },
      "evicts",
    ],
  ])("%s", (_title, overrides, expected) => {
    const { waiting, evictions } = decideDrain([bound("p", overrides)], undefined, now);
    const found = evictions.length > 0 ? "evicts" : waiting.length > 0 ? "waits" : "ignores";
    expect(found).toBe(expected);
  });

  it("deletes a pod as soon as its grace no longer fits, with what is left of it, but a second", () => {
    const grace = { spec: { terminationGracePeriodSeconds: 60 } };
    const at = (secondsLeft: number, overrides: PodOverrides = {}): readonly number[] =>
      decideDrain(
        [bound("p", { ...grace, ...overrides })],
        after(now, seconds(secondsLeft)),
        now,
      ).forcedDeletes.map(({ gracePeriodSeconds }) => gracePeriodSeconds);
    expect(at(61)).toEqual([]);
    expect(at(60)).toEqual([]);
    expect(at(59)).toEqual([59]);
    expect(at(0)).toEqual([1]);
    expect(at(-30)).toEqual([1]);
    // A protected pod is no exception.
    const annotations = { "karpenter.sh/do-not-disrupt": "true" };
    expect(at(59, { annotations })).toEqual([59]);
    const terminating = (until: number): PodOverrides => ({
      metadata: { deletionTimestamp: after(now, seconds(until)) },
    });
    expect(at(10, terminating(30))).toEqual([10]);
    expect(at(10, terminating(10))).toEqual([]);
  });

  it("says in Go's way of writing times why it deletes a pod", () => {
    expect(forcedDeleteMessage(bound("p"), 5, now)).toBe(
      "Deleting the pod to accommodate the terminationTime 2026-03-01 00:00:00 +0000 UTC of the " +
        "node. The pod was granted 5 seconds of grace-period of its 30 " +
        "terminationGracePeriodSeconds. This bypasses the PDB of the pod and the do-not-disrupt " +
        "annotation.",
    );
  });
});
