import { describe, expect, it } from "vitest";
import { sizes } from "../../test/support/disruption-types.ts";
import { DisruptionWorld } from "../../test/support/disruption-world.ts";
import { nodePool } from "../../test/support/node-pools.ts";
import { pod } from "../../test/support/pods.ts";
import type { NodeClaim } from "../apis/index.ts";
import { setCondition } from "../state/index.ts";
import { milliseconds, minutes, seconds } from "../units/index.ts";
import type { DisruptionOptions } from "./options.ts";

function world(
  table: string,
  pool: Parameters<typeof nodePool>[0] = {},
  options: Partial<DisruptionOptions> = {},
): DisruptionWorld {
  const made = new DisruptionWorld(options);
  made.cloudProvider.instanceTypes = sizes;
  made.cluster.put(nodePool(pool));
  made.table(table);
  return made;
}

const onDemand = {
  requirements: [{ key: "karpenter.sh/capacity-type", operator: "In", values: ["on-demand"] }],
} as const;
/** A node that can be replaced by a cheaper one, and nothing else. */
const oversized = "a | default | large | on-demand | web:1500m";

/** The replacement is launched, and perhaps initialized. */
function launch(cluster: DisruptionWorld, name: string, isInitialized: boolean): void {
  const claim = cluster.cluster.nodeClaim(name) as NodeClaim;
  const launched = { ...claim, status: { ...claim.status, providerId: `fake:///${name}` } };
  const types = ["Launched", "Registered", ...(isInitialized ? ["Initialized"] : [])];
  cluster.cluster.put(
    types.reduce((it, type) => setCondition(it, { type, status: "True" }, cluster.now), launched),
  );
}

const isTainted = (cluster: DisruptionWorld, name: string): boolean =>
  cluster.cluster.node(name)?.spec.taints.some(({ key }) => key === "karpenter.sh/disrupted") ??
  false;

describe("a pass", () => {
  it("looks again after 15 seconds, then starts and ends a deletion at once", () => {
    const cluster = world("a | default | small | on-demand |");
    cluster.advance(minutes(1));
    expect(cluster.story).toEqual([
      "00:00:15 started Empty/command-1: delete: nodepools=[default]: [a] (savings: $0.02)",
      "00:00:15 succeeded command-1: command succeeded",
    ]);
    expect(cluster.cluster.nodeClaim("a-claim")?.metadata.deletionTimestamp).toBeDefined();
    expect(isTainted(cluster, "a")).toBe(true);
  });

  it("waits 15 seconds for each method whose command has become invalid", () => {
    const cluster = world(
      `
      a | default | small | on-demand |
      b | default | large | on-demand | web:1500m
    `,
      onDemand,
    );
    cluster.advance(seconds(5));
    cluster.pod("late", "a", "1800m");
    cluster.advance(seconds(30));
    expect(cluster.story).toEqual([
      "00:00:15 rejected emptiness churn: 1 candidates are no longer valid",
      "00:00:30 started Underutilized/command-1: replace: nodepools=[default]: [b, a] -> [1 replacement] (savings: $0.06)",
    ]);
  });

  it("ends with a single node's command that has become invalid, for ten seconds", () => {
    const cluster = world(oversized, onDemand);
    cluster.advance(seconds(5));
    cluster.cluster.put(pod({ name: "big", requests: { cpu: "15" } }));
    cluster.advance(seconds(19));
    expect(cluster.story).toEqual([
      "00:00:15 rejected single-node-consolidation scheduling: scheduling simulation produced new results",
    ]);
    expect(cluster.cluster.events.map(({ reason }) => reason)).toContain("ConsolidationRejected");
    cluster.cluster.remove("Pod", "default/big");
    cluster.advance(seconds(16));
    expect(cluster.story.at(-1)).toMatch(/^00:00:40 started/);
  });

  it("waits while a NodeClaim is not launched, and asks again each second", () => {
    const cluster = world("a | default | small | on-demand |");
    const claim = cluster.cluster.nodeClaim("a-claim") as NodeClaim;
    const { providerId: _, ...status } = claim.status;
    const unlaunched = { ...claim.metadata, name: "new", uid: "new" };
    cluster.cluster.put({ ...claim, metadata: unlaunched, status });
    cluster.advance(milliseconds(3500));
    cluster.cluster.remove("NodeClaim", "new");
    cluster.advance(seconds(20));
    expect(cluster.story[0]).toMatch(/^00:00:19 started/);
  });

  it("fails without a NodePool that could launch, and backs off", () => {
    const cluster = world("", { conditions: [] });
    cluster.node({ name: "a", type: "small", conditions: ["Initialized", "Drifted"] });
    cluster.pod("web", "a", "1");
    cluster.advance(seconds(1));
    const failures = cluster.story.filter((it) => it.includes("no nodepools found"));
    // At 0, 5, 15, 35, 75, 155, 315 and 635 ms.
    expect(failures).toHaveLength(8);
  });

  it("tells of the same obstacle twice where it blocks drift and prevents consolidation", () => {
    const cluster = world("");
    const conditions = ["Initialized", "Consolidatable", "Drifted"] as const;
    cluster.node({ name: "a", type: "small", conditions });
    cluster.pod("huge", "a", "100");
    cluster.advance(seconds(1));
    const told = cluster.cluster.events.filter(({ objectKey }) => objectKey === "a");
    expect(told.map(({ reason }) => reason)).toEqual(["DisruptionBlocked", "Unconsolidatable"]);
    expect(new Set(told.map(({ message }) => message)).size).toBe(1);
  });

  it("tells at the second look, too, why a node is no candidate", () => {
    const cluster = world(oversized, onDemand);
    cluster.node({ name: "b", type: "small", conditions: ["Initialized"] });
    cluster.pod("kept", "b", "1800m");
    cluster.advance(seconds(5));
    cluster.pod("kept", "b", "1800m", { annotations: { "karpenter.sh/do-not-disrupt": "true" } });
    // The replacement isn't launched, so no pass follows.
    cluster.advance(seconds(11));
    expect(cluster.story[0]).toMatch(/^00:00:15 started/);
    const told = cluster.cluster.events.filter(({ objectKey }) => objectKey === "b");
    expect(told.map(({ reason }) => reason)).toEqual(["DisruptionBlocked"]);
  });

  it("tells of pods' do-not-disrupt annotations, of each node up to the first that blocks", () => {
    const cluster = world("", { disruption: { budgets: [{ nodes: "0" }] } });
    const add = (name: string, node: string, value: string): void => {
      const annotations = { "karpenter.sh/do-not-disrupt": value };
      const status = { phase: "Running", startTime: cluster.now } as const;
      cluster.pod(name, node, "10m", { annotations, status });
    };
    for (const name of ["a", "b"]) cluster.node({ name, type: "small" });
    cluster.node({ name: "new", type: "small", conditions: [] });
    add("bad", "a", "soon");
    add("brief", "a", "1m");
    add("unread", "a", "never");
    add("forever", "b", "true");
    add("elsewhere", "new", "soon");
    cluster.advance(minutes(2));
    const told = cluster.cluster.events.filter(({ objectKind }) => objectKind === "Pod");
    expect(told.map(({ objectKey, reason }) => `${objectKey} ${reason}`)).toEqual([
      "default/bad InvalidDoNotDisruptAnnotation",
      "default/brief DoNotDisruptUntil",
      "default/brief DoNotDisruptGracePeriodElapsed",
      "default/unread InvalidDoNotDisruptAnnotation",
    ]);
  });

  it("takes marks off machines that no command is about", () => {
    const cluster = world("", { disruption: { budgets: [{ nodes: "0" }] } });
    cluster.node({ name: "a", type: "small" });
    const node = cluster.cluster.node("a");
    const taint = { key: "karpenter.sh/disrupted", value: "", effect: "NoSchedule" } as const;
    if (node !== undefined)
      cluster.cluster.put({ ...node, spec: { ...node.spec, taints: [taint] } });
    const claim = cluster.cluster.nodeClaim("a-claim") as NodeClaim;
    const change = { type: "DisruptionReason", status: "True" } as const;
    cluster.cluster.put(setCondition(claim, change, cluster.now));
    cluster.advance(seconds(1));
    expect(isTainted(cluster, "a")).toBe(false);
    const { conditions } = (cluster.cluster.nodeClaim("a-claim") as NodeClaim).status;
    expect(conditions.some(({ type }) => type === "DisruptionReason")).toBe(false);
  });
});

describe("the memo", () => {
  it("lets a method rest until something changes, or five minutes have passed", () => {
    const cluster = world("a | default | medium | on-demand | web:3500m", onDemand);
    cluster.advance(seconds(5));
    // Cheaper prices are no change that anybody is told of.
    cluster.cloudProvider.instanceTypes = sizes.map((it) => ({
      ...it,
      offerings: it.offerings.map((each) =>
        it.name === "large" ? { ...each, priceUsdPerHour: 0.001 as never } : each,
      ),
    }));
    cluster.advance(minutes(6));
    expect(cluster.story[0]).toMatch(/^00:05:15 started/);
  });

  it("is gone once a pod is bound or deleted anywhere", () => {
    const cluster = world(
      `
      a | default | medium | on-demand | web:2100m
      b | default | medium | on-demand | api:1900m bulk:1900m
    `,
      onDemand,
    );
    cluster.advance(seconds(12));
    expect(cluster.story).toEqual([]);
    cluster.cluster.remove("Pod", "default/bulk");
    cluster.advance(seconds(30));
    expect(cluster.story[0]).toMatch(/^00:00:35 started .*: replace: .* \[b\]/);
  });
});

describe("a command", () => {
  it("deletes its candidates once its replacement is initialized", () => {
    const cluster = world(oversized, onDemand);
    cluster.advance(seconds(20));
    expect(cluster.story).toHaveLength(1);
    expect(isTainted(cluster, "a")).toBe(true);
    const [, replacement = ""] = cluster.cluster.nodeClaims().map(({ metadata }) => metadata.name);
    expect(replacement).toBe("default-00001");
    launch(cluster, replacement, false);
    cluster.advance(seconds(20));
    expect(cluster.cluster.nodeClaim("a-claim")?.metadata.deletionTimestamp).toBeUndefined();
    launch(cluster, replacement, true);
    cluster.advance(seconds(1));
    expect(cluster.story.at(-1)).toBe("00:00:40 succeeded command-1: command succeeded");
    expect(cluster.cluster.nodeClaim("a-claim")?.metadata.deletionTimestamp).toBeDefined();
  });

  it("is rolled back when its replacement vanishes", () => {
    const cluster = world(oversized, { ...onDemand, disruption: { budgets: [{ nodes: "1" }] } });
    cluster.advance(seconds(20));
    cluster.cluster.put(nodePool({ ...onDemand, disruption: { budgets: [{ nodes: "0" }] } }));
    cluster.cluster.remove("NodeClaim", "default-00001");
    cluster.advance(seconds(1));
    expect(cluster.story.at(-1)).toBe(
      '00:00:20 failed command-1: replacement was deleted, nodeclaims.karpenter.sh "default-00001" not found',
    );
    expect(isTainted(cluster, "a")).toBe(false);
    expect(
      cluster.state.stateNodes().map(({ isMarkedForDeletion }) => isMarkedForDeletion),
    ).toEqual([false]);
  });

  it("is rolled back after ten minutes, and its replacement lives on", () => {
    const cluster = world(oversized, onDemand);
    cluster.advance(seconds(20));
    launch(cluster, "default-00001", false);
    cluster.advance(minutes(11));
    expect(cluster.story[1]).toMatch(
      /^00:10:16 failed command-1: command reached timeout, .* \(duration=10m1s\)$/,
    );
    expect(cluster.cluster.nodeClaim("default-00001")).toBeDefined();
  });

  it("does not start when its NodePool uses more than its limits already", () => {
    const cluster = world(oversized, { ...onDemand, limits: { cpu: "4" } });
    cluster.advance(seconds(15));
    expect(cluster.story[0]).toMatch(
      /failed disrupting candidates, disrupting candidates, launching replacement nodeclaim/,
    );
    expect(cluster.cluster.nodeClaims()).toHaveLength(1);
    cluster.advance(seconds(1));
    expect(isTainted(cluster, "a")).toBe(false);
  });
});
