import { describe, expect, it } from "vitest";
import { sizes } from "../../test/support/disruption-types.ts";
import { DisruptionWorld } from "../../test/support/disruption-world.ts";
import { nodePool } from "../../test/support/node-pools.ts";
import { minutes, seconds } from "../units/index.ts";

const onDemand = {
  requirements: [{ key: "karpenter.sh/capacity-type", operator: "In", values: ["on-demand"] }],
} as const;
/** A node that can be replaced by a cheaper one, and nothing else. */
const oversized = "a | default | large | on-demand | web:1500m";

/** A scheduling run takes that long, whatever it is about. */
function world(table: string, baseMs: number, pool: Parameters<typeof nodePool>[0] = onDemand) {
  const decisionLatency = { baseMs, perNodeMs: 0, perPodMs: 0 };
  const made = new DisruptionWorld(baseMs === 0 ? {} : { decisionLatency });
  made.cloudProvider.instanceTypes = sizes;
  made.cluster.put(nodePool(pool));
  made.table(table);
  return made;
}

describe("with a decision latency, disruption", () => {
  it("starts a command when search, second look and its simulation have taken their time", () => {
    const cluster = world(oversized, 4000);
    cluster.advance(minutes(1));
    // 4 s for the search, 15 s of waiting, 4 s for the simulation.
    expect(cluster.story[0]).toMatch(/^00:00:23 started/);
  });

  it("replaces a drifted node when its one search has taken its time", () => {
    const cluster = world("", 4000);
    cluster.node({ name: "a", type: "small", conditions: ["Initialized", "Drifted"] });
    cluster.pod("web", "a", "1");
    cluster.advance(minutes(1));
    expect(cluster.story[0]).toMatch(/^00:00:04 started Drifted/);
  });

  it("takes the candidates that have changed during a simulation for invalid", () => {
    const cluster = world(oversized, 4000);
    cluster.advance(seconds(20));
    expect(cluster.story).toEqual([]);
    cluster.pod("kept", "a", "10m", { annotations: { "karpenter.sh/do-not-disrupt": "true" } });
    cluster.advance(seconds(5));
    expect(cluster.story).toEqual([
      "00:00:23 rejected single-node-consolidation churn: 1 candidates are no longer valid",
    ]);
  });

  it("does not see what happens during a fruitless search until something else happens", () => {
    const full = "a | default | large | on-demand | web:15";
    const cluster = world(full, 4000);
    cluster.advance(seconds(2));
    cluster.cluster.remove("Pod", "default/web");
    cluster.pod("small", "a", "500m");
    cluster.advance(minutes(4));
    expect(cluster.story.filter((it) => it.includes("started"))).toEqual([]);
    // The memo is five minutes old at 00:05:04, and the next poll after that is at 00:05:14.
    cluster.advance(minutes(2));
    const started = cluster.story.find((it) => it.includes("started")) ?? "";
    expect(started.slice(0, "00:05".length)).toBe("00:05");
  });

  it("waits ten seconds from the end of a search that has found nothing", () => {
    const cluster = world("a | default | large | on-demand | web:15", 4000);
    const begin = cluster.now;
    cluster.advance(seconds(4));
    expect(cluster.controller.nextDueAt()).toBe(begin + 14_000);
  });
});
