import { describe, expect, it } from "vitest";
import { after, hours, simTime } from "../core/units/index.ts";
import type { WorldPlan } from "../sim/world-plan.ts";
import { integrateCompute } from "./support/price-integral.ts";
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

  it("is over at its end: what would come about then does not", () => {
    const short = (at: number) =>
      worldPlan({
        lasts: hours(1),
        manifests: [nodePoolManifest({}), deploymentManifest("web", 0)],
        overrides: {
          replicaPlans: [
            {
              kind: "Deployment",
              namespace: "default",
              name: "web",
              changes: [{ at: simTime(at), replicas: 1 }],
            },
          ],
        },
      });
    const end = after(worldStart, hours(1));
    expect(runWithJournal(short(end - 1)).facts.pods.created).toBe(1);
    const atEnd = runWithJournal(short(end));
    expect(atEnd.facts.pods.created).toBe(0);
    const kinds = atEnd.journal.filter(({ at }) => at >= end).map(({ kind }) => kind);
    expect(kinds).toEqual(["control-plane-charge"]);
  });
});
