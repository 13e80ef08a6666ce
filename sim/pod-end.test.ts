// What Karpenter makes of pods that end by themselves: their node has been in use until then.
import { describe, expect, it } from "vitest";
import { podSpec } from "../test/support/pods.ts";
import { nodePoolManifest, runWithJournal, worldPlan, worldStart } from "../test/support/worlds.ts";
import { after, hours, invariant, minutes } from "../core/units/index.ts";

describe("the node of a pod that ends", () => {
  it("is left alone for consolidateAfter from the end on, not from the pod's coming", () => {
    const arrival = {
      at: after(worldStart, minutes(1)),
      ...{ namespace: "default", name: "job-1" },
      workload: { kind: "Job", namespace: "default", name: "job" },
      template: { labels: {}, annotations: {}, spec: podSpec({ requests: { cpu: "1" } }) },
      runsFor: hours(1),
      isReplaced: false,
    };
    const { journal } = runWithJournal(
      worldPlan({
        manifests: [nodePoolManifest({ disruption: { consolidateAfter: "10m" } })],
        lasts: hours(3),
        interruptionScale: 0,
        overrides: { podArrivals: [arrival] },
      }),
    );
    const ended = journal.find((it) => it.kind === "pod-ended" && it.outcome === "succeeded");
    const emptied = journal.find((it) => it.kind === "disruption-command");
    invariant(ended !== undefined && emptied !== undefined, "the pod ends and its node goes");
    const waited = (emptied.at - ended.at) / minutes(1);
    expect(waited).toBeGreaterThan(10);
    expect(waited).toBeLessThan(11);
  });
});
