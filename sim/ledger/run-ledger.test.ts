import { describe, expect, it } from "vitest";
import { after, hours, minutes, parseTime } from "../../core/units/index.ts";
import type { LedgerEntry } from "./entry.ts";
import { RunLedger } from "./run-ledger.ts";

const start = parseTime("2026-03-01T00:00:00Z");
const end = after(start, hours(4));
const at = (minute: number) => after(start, minutes(minute));
const gib = 2 ** 30;
const web = { kind: "Deployment", namespace: "default", name: "web" };

const launched = {
  kind: "instance-launched",
  at: at(0),
  instanceId: "i-1",
  nodeClaimName: "default-1",
  nodePoolName: "default",
  instanceType: "m5.large",
  instanceFamily: "m5",
  zone: "us-east-1a",
  capacityType: "spot",
  vcpus: 2,
  memoryBytes: 8 * gib,
  onDemandUsdPerHour: 0.1,
} as const;

function charge(from: number, until: number, usdPerHour: number): LedgerEntry {
  const hoursLong = (until - from) / 60;
  return {
    kind: "charge",
    at: at(until),
    item: "compute",
    instanceId: "i-1",
    usd: usdPerHour * hoursLong,
    onDemandEquivalentUsd: 0.1 * hoursLong,
    segments: [{ from: at(from), until: at(until), usdPerHour }],
  };
}

function pod(uid: string, minute: number): LedgerEntry {
  const requests = { cpuMillicores: 1000, memoryBytes: 4 * gib, gpus: 0 };
  return {
    kind: "pod-created",
    at: at(minute),
    podKey: `default/${uid}`,
    podUid: uid,
    workload: web,
    isDaemon: false,
    requests,
  };
}

function run(entries: readonly LedgerEntry[]) {
  const ledger = new RunLedger(start, end);
  for (const entry of entries) ledger.record(entry);
  return ledger.facts();
}

const node: LedgerEntry = {
  kind: "node-registered",
  at: at(0),
  nodeName: "node-1",
  nodeClaimName: "default-1",
  instanceId: "i-1",
  allocatableCpuMillicores: 2000,
  allocatableMemoryBytes: 8 * gib,
};
const bind = (uid: string, minute: number): LedgerEntry => ({
  kind: "pod-bound",
  at: at(minute),
  podKey: `default/${uid}`,
  podUid: uid,
  nodeName: "node-1",
});

describe("the ledger of a run", () => {
  it("splits compute by what it was spent on, each split adding up", () => {
    const { cost } = run([
      launched,
      { kind: "instance-running", at: at(0), instanceId: "i-1" },
      charge(0, 60, 0.04),
      charge(60, 120, 0.05),
      { kind: "control-plane-charge", at: at(120), usd: 0.2 },
    ]);
    expect(cost.computeUsd).toBeCloseTo(0.09, 12);
    expect(cost.byCapacityType).toEqual({ spot: cost.computeUsd });
    expect(cost.byNodePool).toEqual({ default: cost.computeUsd });
    expect(cost.onDemandEquivalentUsd).toBeCloseTo(0.2, 12);
    expect(cost.controlPlaneUsd).toBe(0.2);
  });

  it("takes back everything about a waived hour", () => {
    const { cost } = run([
      launched,
      { kind: "instance-running", at: at(0), instanceId: "i-1" },
      charge(0, 30, 0.04),
      { kind: "charge-waived", at: at(40), instanceId: "i-1", usd: 0.02 },
    ]);
    expect(cost.computeUsd).toBeCloseTo(0, 12);
    expect(cost.waivedUsd).toBeCloseTo(0.02, 12);
    expect(cost.onDemandEquivalentUsd).toBeCloseTo(0, 12);
  });

  it("calls idle the share of a node's price that no pod asked for", () => {
    // Empty for an hour, then half of both resources asked for.
    const { cost } = run([
      launched,
      { kind: "instance-running", at: at(0), instanceId: "i-1" },
      node,
      charge(0, 60, 0.04),
      pod("a", 60),
      bind("a", 60),
      charge(60, 120, 0.04),
    ]);
    expect(cost.idleUsd).toBeCloseTo(0.04 + 0.02, 12);
  });

  it("measures readiness against what was wanted, and waiting from creation", () => {
    const { pods } = run([
      { kind: "workload-desired", at: at(0), workload: web, replicas: 2 },
      pod("a", 0),
      pod("b", 0),
      bind("a", 1),
      { kind: "pod-ready", at: at(2), podKey: "default/a", podUid: "a" },
      bind("b", 60),
      { kind: "pod-ready", at: at(60), podKey: "default/b", podUid: "b" },
    ]);
    const [workload] = pods.workloads;
    expect(workload?.desiredReplicaHours).toBeCloseTo(8, 12);
    expect(workload?.readyReplicaHours).toBeCloseTo((238 + 180) / 60, 12);
    expect(workload?.minutesBelowDesired).toBeCloseTo(60, 12);
    expect(pods.pendingPodSeconds).toBe(60 + 3600);
    expect(pods.startup?.maxSeconds).toBe(3600);
    expect(pods.pending?.p50Seconds).toBeCloseTo((60 + 3600) / 2, 9);
  });

  it("counts a replica that is moved twice within an hour as disrupted again", () => {
    const evict = (uid: string, minute: number): LedgerEntry => ({
      kind: "pod-evicted",
      at: at(minute),
      podKey: `default/${uid}`,
      podUid: uid,
      nodeName: "node-1",
      reason: "Underutilized",
    });
    const { disruption } = run([
      pod("a", 0),
      bind("a", 1),
      evict("a", 90),
      pod("b", 90),
      bind("b", 91),
      evict("b", 120),
      pod("c", 120),
      evict("c", 200),
    ]);
    expect(disruption.podsEvicted).toBe(3);
    expect(disruption.podsDisruptedAgain).toBe(1);
  });

  it("takes a pod that comes an hour after the last one is gone for no replacement", () => {
    const evict = (uid: string, minute: number): LedgerEntry => ({
      kind: "pod-evicted",
      at: at(minute),
      podKey: `default/${uid}`,
      podUid: uid,
      nodeName: "node-1",
      reason: "Underutilized",
    });
    const gone = (uid: string, minute: number): LedgerEntry => ({
      kind: "pod-ended",
      at: at(minute),
      podKey: `default/${uid}`,
      podUid: uid,
      outcome: "deleted",
    });
    const disruptedAgain = (comesAt: number): number =>
      run([
        pod("a", 0),
        bind("a", 1),
        evict("a", 10),
        // It takes its time to go: its place is vacant from then on.
        gone("a", 40),
        pod("b", comesAt),
        bind("b", comesAt),
        evict("b", comesAt + 5),
      ]).disruption.podsDisruptedAgain;
    expect([40, 99, 100].map(disruptedAgain)).toEqual([1, 1, 0]);
  });

  it("keeps pods: created is bound and pending and ended", () => {
    const { pods } = run([
      pod("a", 0),
      pod("b", 0),
      pod("c", 0),
      bind("a", 1),
      bind("b", 1),
      { kind: "pod-ended", at: at(2), podKey: "default/b", podUid: "b", outcome: "succeeded" },
    ]);
    const { created, runningAtEnd, pendingAtEnd, succeeded, failed, deleted } = pods;
    expect(runningAtEnd + pendingAtEnd + succeeded + failed + deleted).toBe(created);
    expect(pods.unscheduled.map(({ podKey }) => podKey)).toEqual(["default/c"]);
  });

  it("refuses facts out of time order", () => {
    expect(() => run([pod("a", 5), pod("b", 4)])).toThrow(/goes back/);
  });

  it("tells the journal once what Karpenter says of a pending pod again and again", () => {
    const journal: LedgerEntry[] = [];
    const ledger = new RunLedger(start, end, { record: (entry) => journal.push(entry) });
    const failure = (minute: number, message: string): LedgerEntry => ({
      kind: "pod-failed-scheduling",
      at: at(minute),
      podKey: "default/a",
      podUid: "a",
      message,
      nodePools: [],
    });
    const told = [failure(1, "no room"), failure(2, "no room"), failure(3, "no zone")];
    for (const entry of [pod("a", 0), ...told, failure(4, "no room")]) ledger.record(entry);
    const minutesTold = journal.filter(({ kind }) => kind === "pod-failed-scheduling");
    expect(minutesTold.map((it) => it.at)).toEqual([at(1), at(3), at(4)]);
    expect(ledger.facts().pods.unscheduled[0]?.message).toBe("no room");
  });

  it("explains a pod without a node with Karpenter's last word, a nomination included", () => {
    const identity = { at: at(1), podKey: "default/a", podUid: "a" };
    const { pods } = run([
      pod("a", 0),
      { kind: "pod-failed-scheduling", ...identity, message: "no room", nodePools: [] },
      { kind: "pod-nominated", ...identity, nodeClaimName: "default-1", nodeName: "node-1" },
    ]);
    expect(pods.unscheduled[0]?.message).toBe(
      "Pod should schedule on: nodeclaim/default-1, node/node-1",
    );
  });

  it("tells the journal of a refused eviction at its begin and its end, not at every retry", () => {
    const journal: LedgerEntry[] = [];
    const ledger = new RunLedger(start, end, { record: (entry) => journal.push(entry) });
    const identity = { podKey: "default/a", podUid: "a" };
    const blocked = (minute: number, budget: string): LedgerEntry => ({
      kind: "eviction-blocked",
      at: at(minute),
      ...identity,
      nodeName: "node-1",
      podDisruptionBudgets: [budget],
    });
    const lost = { nodeName: "node-1", reason: "EvictionByEvictionAPI", lostWorkSeconds: 0 };
    const entries: readonly LedgerEntry[] = [
      pod("a", 0),
      bind("a", 1),
      ...[2, 3, 4].map((minute) => blocked(minute, "default/web")),
      ...[5, 6].map((minute) => blocked(minute, "default/all")),
      { kind: "pod-evicted", at: at(9), ...identity, ...lost },
      { kind: "pod-ended", at: at(10), ...identity, outcome: "deleted" },
    ];
    for (const entry of entries) ledger.record(entry);
    const spells = journal.filter(({ kind }) => kind.startsWith("eviction-"));
    expect(spells).toEqual([
      entries[2],
      {
        kind: "eviction-unblocked",
        at: at(5),
        ...identity,
        ...{ podDisruptionBudgets: ["default/web"], since: at(2), attempts: 3 },
      },
      entries[5],
      {
        kind: "eviction-unblocked",
        at: at(9),
        ...identity,
        ...{ podDisruptionBudgets: ["default/all"], since: at(5), attempts: 2 },
      },
    ]);
    expect(ledger.facts().disruption.pdbBlockedSeconds).toBe(7 * 60);
  });

  it("counts what was decided out of the same entries, repeats left out", () => {
    const move = {
      kind: "disruption-considered",
      at: at(1),
      method: "single-node-consolidation",
      verdict: "refused",
      decision: "replace",
      candidates: ["node-1"],
      nodePools: ["default"],
      usdPerHourBefore: 0.1,
      usdPerHourAfter: 0.1,
      replacements: [],
      scores: [],
      reason: "disruption/no-cheaper-replacement",
      message: "Can't replace with a cheaper node",
      isRepeat: false,
    } as const;
    const { reason: _, message: __, ...possible } = move;
    const pair = { method: "multi-node-consolidation", candidates: ["node-1", "node-2"] } as const;
    const { decisions } = run([
      move,
      { ...move, usdPerHourBefore: 0.2, isRepeat: true },
      { ...move, ...pair },
      { ...possible, ...pair, verdict: "superseded" },
    ]);
    expect(decisions).toEqual({
      "considered/multi-node-consolidation/refused": 1,
      "considered/multi-node-consolidation/superseded": 1,
      "considered/single-node-consolidation/refused": 1,
      "refused/disruption/no-cheaper-replacement": 1,
    });
  });
});
