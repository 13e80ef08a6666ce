import { describe, expect, it } from "vitest";
import { after, hours } from "../core/units/index.ts";
import type { SimTime } from "../core/units/index.ts";
import type { LedgerEntry } from "../sim/ledger/index.ts";
import type { WorldPlan } from "../sim/world-plan.ts";
import {
  budgetManifest,
  deploymentManifest,
  nodePoolManifest,
  runWithJournal,
  worldPlan,
  worldStart,
} from "./support/worlds.ts";

/** A web tier that doubles and halves again, on Spot that is taken back far too often. */
function roughDay(seed: number): WorldPlan {
  const replicas = [12, 24, 18, 6, 12];
  return worldPlan({
    seed,
    interruptionScale: 1000,
    manifests: [nodePoolManifest({}), deploymentManifest("web", 12), budgetManifest("web", "25%")],
    overrides: {
      replicaPlans: [
        {
          kind: "Deployment",
          namespace: "default",
          name: "web",
          changes: replicas.map((count, index) => ({
            at: after(worldStart, hours(4 * (index + 1))),
            replicas: count,
          })),
        },
      ],
    },
  });
}

/**
 * Compute cost by another road than the meter's: for every instance, its second of running until its
 * second of shutting down, priced second by second from the market.
 */
function integrateCompute(plan: WorldPlan, journal: readonly LedgerEntry[]): number {
  interface Life {
    spot: boolean;
    type: string;
    zone: string;
    onDemand: number;
    from?: SimTime;
    noticed: boolean;
  }
  const lives = new Map<string, Life>();
  let usd = 0;
  const price = (life: Life, at: number) =>
    life.spot ? plan.market.priceAt(life.type, life.zone, at as SimTime) : life.onDemand;
  const settle = (life: Life, end: number, isOver: boolean, byEc2: boolean) => {
    if (life.from === undefined) return;
    if (byEc2 && life.noticed && end - life.from < 3_600_000) return;
    const seconds = (end - life.from) / 1000;
    const billed = isOver ? Math.max(60, Math.ceil(seconds)) : seconds;
    for (let second = 0; second < billed; second++) {
      const share = Math.min(1, billed - second);
      usd += ((price(life, life.from + second * 1000) ?? Number.NaN) / 3600) * share;
    }
  };
  for (const entry of journal) {
    if (entry.kind === "instance-launched") {
      lives.set(entry.instanceId, {
        spot: entry.capacityType === "spot",
        type: entry.instanceType,
        zone: entry.zone,
        onDemand: entry.onDemandUsdPerHour,
        noticed: false,
      });
    }
    if (!("instanceId" in entry)) continue;
    const life = lives.get(entry.instanceId);
    if (life === undefined) continue;
    if (entry.kind === "instance-running") life.from = entry.at;
    if (entry.kind === "interruption-notice") life.noticed = true;
    if (entry.kind === "instance-shutting-down") {
      settle(life, entry.at, true, entry.terminatedBy === "ec2");
      lives.delete(entry.instanceId);
    }
  }
  for (const life of lives.values()) settle(life, plan.end, false, false);
  return usd;
}

describe("a world", () => {
  const plan = roughDay(3);
  const run = runWithJournal(plan);

  it("is rough enough for the checks below to mean something", () => {
    expect(run.facts.disruption.interruptions).toBeGreaterThan(3);
    expect(run.facts.nodes.launched).toBeGreaterThan(5);
    expect(run.facts.pods.created).toBeGreaterThan(24);
  });

  it("gives the same bytes when it is run again", () => {
    const again = runWithJournal(roughDay(3));
    expect(JSON.stringify(again.facts)).toBe(JSON.stringify(run.facts));
    expect(JSON.stringify(again.journal)).toBe(JSON.stringify(run.journal));
    const other = runWithJournal(roughDay(4));
    expect(JSON.stringify(other.facts)).not.toBe(JSON.stringify(run.facts));
  });

  it("costs what an independent integral of price over time says", () => {
    const { computeUsd } = run.facts.cost;
    // Second sums on whole seconds of each life; prices change between seconds: within a cent.
    expect(Math.abs(integrateCompute(plan, run.journal) - computeUsd)).toBeLessThan(0.01);
    expect(computeUsd).toBeGreaterThan(1);
  });

  it("keeps pods and money", () => {
    const { created, runningAtEnd, pendingAtEnd, succeeded, failed, deleted } = run.facts.pods;
    expect(runningAtEnd + pendingAtEnd + succeeded + failed + deleted).toBe(created);
    const { cost } = run.facts;
    for (const split of [
      cost.byCapacityType,
      cost.byNodePool,
      cost.byInstanceFamily,
      cost.byZone,
    ]) {
      const sum = Object.values(split).reduce((total, usd) => total + usd, 0);
      expect(sum).toBeCloseTo(cost.computeUsd, 9);
    }
  });

  it("never puts a pod on two nodes, nor a node over its allocatable", () => {
    const allocatable = new Map<string, number>();
    const requested = new Map<string, number>();
    const cpu = new Map<string, number>();
    const nodeOf = new Map<string, string>();
    for (const entry of run.journal) {
      if (entry.kind === "pod-created") cpu.set(entry.podUid, entry.requests.cpuMillicores);
      if (entry.kind === "node-registered") {
        allocatable.set(entry.nodeName, entry.allocatableCpuMillicores);
      }
      if (entry.kind === "pod-bound") {
        expect(nodeOf.has(entry.podUid)).toBe(false);
        nodeOf.set(entry.podUid, entry.nodeName);
        const total = (requested.get(entry.nodeName) ?? 0) + (cpu.get(entry.podUid) ?? 0);
        requested.set(entry.nodeName, total);
        const limit = allocatable.get(entry.nodeName);
        if (limit !== undefined) expect(total).toBeLessThanOrEqual(limit);
      }
      if (entry.kind === "pod-ended") {
        const node = nodeOf.get(entry.podUid);
        if (node !== undefined) {
          requested.set(node, (requested.get(node) ?? 0) - (cpu.get(entry.podUid) ?? 0));
        }
      }
    }
    expect(nodeOf.size).toBe(run.facts.pods.bound);
  });
});
