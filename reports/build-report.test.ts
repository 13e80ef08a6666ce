import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import type { RunFacts } from "../sim/ledger/index.ts";
import { buildReport } from "./build-report.ts";
import { centre } from "./figure.ts";
import { dayByHand } from "./ledger-fixture.ts";
import type { Provenance } from "./provenance.ts";
import { madeUpProvenance, madeUpRuns } from "./report-fixture.ts";
import { reportSchema } from "./report-schema.ts";

const onePolicy: Provenance = {
  ...madeUpProvenance,
  policies: [{ name: "only", experiments: [], decisionLatency: "ideal: decisions take no time" }],
};

function reportOf(facts: RunFacts) {
  const report = buildReport([{ policy: "only", seed: 1, facts }], onePolicy);
  const [policy] = report.policies;
  if (policy === undefined) throw new Error("a report without its policy");
  return policy;
}

describe("the report of a day told by hand", () => {
  const { cost, availability, disruption, nodes, pods } = reportOf(dayByHand());

  it("adds up the bill: 24 h at 0.40, 12 h at 0.10, the control plane", () => {
    expect(cost.computeUsd).toBe(10.8);
    expect(cost.totalUsd).toBe(13.2);
    expect(cost.byCapacityType).toEqual({ "on-demand": 9.6, spot: 1.2 });
    expect(cost.byNodePool).toEqual({ batch: 1.2, web: 9.6 });
    expect(cost.byZone).toEqual({ "us-east-1a": 9.6, "us-east-1b": 1.2 });
    expect(cost.shares).toEqual([
      { nodePool: "batch", capacityType: "spot", instanceFamily: "c7i", usd: 1.2 },
      { nodePool: "web", capacityType: "on-demand", instanceFamily: "m7i", usd: 9.6 },
    ]);
  });

  it("has rates by the hour and by a month of 730 hours", () => {
    expect(cost.usdPerHour).toBe(0.55);
    expect(cost.usdPerMonth).toBe(401.5);
  });

  it("compares with On-Demand: 36 h at 0.40 are 14.40, a quarter was saved", () => {
    expect(cost.onDemandEquivalentUsd).toBe(14.4);
    expect(cost.savingsPercent).toBe(25);
  });

  it("divides by what pods got: 30 pod-hours of one vCPU", () => {
    expect(pods.podHours).toBe(30);
    expect(pods.requestedVcpuHours).toBe(30);
    expect(cost.usdPerPodHour).toBe(0.44);
    expect(cost.usdPerVcpuHourRequested).toBe(0.44);
  });

  it("counts ready over wanted replica-hours: 24 + 6 of 48", () => {
    expect(availability.podReadyPercent).toBe(62.5);
    // Below two replicas but from 12:00 to 18:00.
    expect(availability.workloads).toMatchObject([
      { name: "Deployment/default/web", readyPercent: 62.5, minutesBelowDesired: 18 * 60 },
    ]);
  });

  it("keeps the pod that waited from 18:00 on", () => {
    expect(availability.pendingPodSeconds).toBe(6 * 3600);
    expect(availability.unschedulablePods).toBe(1);
    expect(availability.unscheduled).toEqual([
      { podKey: "default/web-3", seed: 1, pendingSeconds: 6 * 3600, message: "no room" },
    ]);
  });

  it("counts disruption once for each pod", () => {
    expect(disruption).toMatchObject({
      podsDisrupted: 1,
      podsEvicted: 1,
      podsKilled: 0,
      interruptions: 1,
    });
  });

  it("measures machines: 36 node-hours, a pod of one vCPU on four", () => {
    expect(nodes).toMatchObject({ launched: 2, peak: 2, mean: 1.5, hours: 36 });
    expect(nodes.cpuUtilizationPercent).toBeCloseTo((30 / (36 * 4)) * 100, 6);
    expect(nodes.meanAllocatableVcpus).toBe(6);
    expect(nodes.meanRequestedVcpus).toBe(1.25);
    expect(nodes.meanAllocatableGib).toBeCloseTo(24, 6);
  });
});

describe("a report", () => {
  const report = buildReport(madeUpRuns([3, 1, 2]), madeUpProvenance);

  it("is what its schema says", () => {
    expect(reportSchema.parse(structuredClone(report))).toEqual(report);
  });

  it("does not depend on the order in which runs come in", () => {
    const again = buildReport([...madeUpRuns([1, 2, 3])].reverse(), madeUpProvenance);
    expect(again).toEqual(report);
    expect(report.seeds).toEqual([1, 2, 3]);
    expect(report.policies.map(({ name }) => name)).toEqual(
      madeUpProvenance.policies.map(({ name }) => name),
    );
  });

  it("has sorted names wherever names come from runs", () => {
    for (const { cost, decisions, disruption } of report.policies) {
      for (const record of [cost.byZone, cost.byCapacityType, decisions, disruption.commands]) {
        expect(Object.keys(record)).toEqual(Object.keys(record).sort());
      }
    }
  });

  it("refuses a policy without a run for each seed, and runs over different times", () => {
    const runs = madeUpRuns([1, 2]);
    expect(() => buildReport(runs.slice(1), madeUpProvenance)).toThrow("lacks runs");
    const twice = [...runs.slice(0, -1), ...runs.slice(0, 1)];
    expect(() => buildReport(twice, madeUpProvenance)).toThrow("one run per policy and seed");
    const [first, ...others] = runs;
    if (first === undefined) throw new Error("no runs");
    const later = { ...first, facts: { ...first.facts, start: dayByHand().end } };
    expect(() => buildReport([later, ...others], madeUpProvenance)).toThrow("different times");
  });
});

const money = fc.double({ min: 0, max: 1e5, noNaN: true });
const parts = fc.dictionary(fc.constantFrom("a", "b", "c", "d", "e"), money, { minKeys: 1 });

describe("money", () => {
  test.prop([parts, money, money, money])(
    "is conserved: items add up to the total and each split to compute, in whole millionths",
    (byName, storageUsd, controlPlaneUsd, networkUsd) => {
      const facts = dayByHand();
      const computeUsd = Object.values(byName).reduce((sum, usd) => sum + usd, 0);
      const cost = reportOf({
        ...facts,
        cost: {
          ...facts.cost,
          computeUsd,
          storageUsd,
          controlPlaneUsd,
          networkUsd,
          byCapacityType: byName,
          byNodePool: byName,
          byInstanceFamily: byName,
          byZone: byName,
          shares: Object.entries(byName).map(([nodePool, usd]) => ({
            nodePool,
            capacityType: "spot",
            instanceFamily: "c7i",
            usd,
          })),
        },
      }).cost;
      const micro = (figure: Parameters<typeof centre>[0]) => Math.round(centre(figure) * 1e6);
      const added = (figures: readonly Parameters<typeof centre>[0][]) =>
        figures.reduce<number>((sum, figure) => sum + micro(figure), 0);
      expect(added([cost.computeUsd, cost.storageUsd, cost.controlPlaneUsd, cost.networkUsd])).toBe(
        micro(cost.totalUsd),
      );
      const splits = [cost.byCapacityType, cost.byNodePool, cost.byInstanceFamily, cost.byZone];
      for (const split of splits) {
        expect(added(Object.values(split))).toBe(micro(cost.computeUsd));
      }
      expect(added(cost.shares.map(({ usd }) => usd))).toBe(micro(cost.computeUsd));
    },
  );

  it("that does not add up is a defect, never a report", () => {
    const facts = dayByHand();
    const byZone = { ...facts.cost.byZone, "us-east-1c": 0.01 };
    expect(() => reportOf({ ...facts, cost: { ...facts.cost, byZone } })).toThrow("add up");
  });
});
