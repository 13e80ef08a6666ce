import { describe, expect, it } from "vitest";
import { after, days, type DurationMs, hours, minutes, seconds } from "../core/units/index.ts";
import {
  budgetManifest,
  deploymentManifest,
  nodePoolManifest,
  runWithJournal,
  worldPlan,
  worldStart,
} from "../test/support/worlds.ts";
import type { LedgerEntry } from "./ledger/index.ts";
import { defaultKarpenterOptions, type PlannedFault } from "./world-plan.ts";

/** Off the minutes on which Karpenter polls. */
const at = after(worldStart, seconds(7_210));

function fault(effect: PlannedFault["effect"], count = 1): PlannedFault {
  return { effect, matchLabels: {}, strikes: { kind: "at", at, count } };
}

type Condition = Extract<PlannedFault["effect"], { kind: "node-condition" }>;

function condition(type: Condition["type"], status: Condition["status"] = "False"): Condition {
  return { kind: "node-condition", type, status };
}

interface Options {
  readonly nodeRepair?: boolean;
  readonly hasQueue?: boolean;
  readonly capacityType?: string;
  readonly lasts?: DurationMs;
  readonly replicas?: number;
  readonly maxUnavailable?: number;
}

/** A quiet world of small On-Demand nodes, four pods each, in which only faults happen. */
function run(faults: readonly PlannedFault[], options: Options = {}) {
  const {
    nodeRepair = true,
    hasQueue = true,
    capacityType = "on-demand",
    replicas = 24,
    maxUnavailable = 1,
  } = options;
  const nodePool = JSON.parse(
    JSON.stringify(
      nodePoolManifest({
        capacityTypes: [capacityType],
        disruption: { consolidateAfter: "Never" },
      }),
    ).replace(
      '"requirements":[',
      '"requirements":[{"key":"karpenter.k8s.aws/instance-cpu","operator":"In","values":["4"]},',
    ),
  ) as Readonly<Record<string, unknown>>;
  const plan = worldPlan({
    manifests: [
      nodePool,
      deploymentManifest("app", replicas),
      budgetManifest("app", maxUnavailable),
    ],
    lasts: options.lasts ?? hours(4),
    interruptionScale: 0,
  });
  const { featureGates } = defaultKarpenterOptions;
  const result = runWithJournal({
    ...plan,
    faults,
    aws: { ...plan.aws, hasInterruptionQueue: hasQueue },
    karpenter: { ...defaultKarpenterOptions, featureGates: { ...featureGates, nodeRepair } },
  });
  const minutesIn = (entry: LedgerEntry): number => (entry.at - at) / minutes(1);
  const of = <Kind extends LedgerEntry["kind"]>(kind: Kind) =>
    result.journal.flatMap((entry) =>
      entry.kind === kind ? [entry as Extract<LedgerEntry, { kind: Kind }>] : [],
    );
  return {
    ...result,
    of,
    /** `minutes since the fault: reason` of NodeClaims that went. */
    deleted: of("node-claim-deleted").map(
      (entry) => `${Math.round(minutesIn(entry) * 10) / 10}: ${entry.reason}`,
    ),
    struck: of("fault").length,
    nodes: of("node-registered").length,
  };
}

describe("node repair", () => {
  it.each([
    [condition("AcceleratedHardwareReady"), "10: unhealthy"],
    [condition("StorageReady"), "30: unhealthy"],
    [condition("NetworkingReady"), "30: unhealthy"],
    [condition("KernelReady"), "30: unhealthy"],
    [condition("ContainerRuntimeReady"), "30: unhealthy"],
    [condition("Ready"), "30: unhealthy"],
  ])("replaces a node with %j by force once it has lasted: %s", (effect, expected) => {
    const { deleted, facts, struck } = run([fault(effect)]);
    expect(struck).toBe(1);
    expect(deleted).toEqual([expected]);
    expect(facts.disruption.repaired).toBe(1);
    expect(facts.pods.pendingAtEnd).toBe(0);
  });

  it("counts silence from when it is noticed, and the machine is billed until it is replaced", () => {
    const { deleted, of } = run([fault(condition("Ready", "Unknown"))]);
    expect(deleted).toHaveLength(1);
    // Noticed 35 to 50 s after the last sign of life.
    expect(deleted[0]).toMatch(/^30\.[6-9]: unhealthy$/);
    const [lost] = of("fault");
    const end = of("instance-shutting-down").find((it) => it.instanceId === lost?.instanceId);
    expect(((end?.at ?? 0) - at) / minutes(1)).toBeGreaterThan(30);
    expect(of("pod-killed").every(({ reason }) => reason === "node-failure")).toBe(true);
  });

  it("does not ask PodDisruptionBudgets, which hold up a drain that is not forced", () => {
    const ofVictim = (effect: PlannedFault["effect"]) => {
      const { of } = run([fault(effect)], { maxUnavailable: 0 });
      const [victim] = of("fault");
      return {
        forced: of("pod-killed").filter(({ nodeName }) => nodeName === victim?.nodeName),
        blocked: of("eviction-blocked").length,
        ended: of("instance-terminated").length,
      };
    };
    const repaired = ofVictim(condition("KernelReady"));
    expect(new Set(repaired.forced.map(({ reason }) => reason))).toEqual(
      new Set(["forced-delete"]),
    );
    expect(repaired).toMatchObject({ blocked: 0, ended: 1 });
    const drained = ofVictim({ kind: "instance", fault: "scheduled-change" });
    expect(drained).toMatchObject({ forced: [], ended: 0 });
    expect(drained.blocked).toBeGreaterThan(0);
  });

  it("leaves a node alone that is well again in time, and one whose gate is off", () => {
    const effect = { ...condition("KernelReady"), lasts: minutes(29) } as const;
    expect(run([fault(effect)]).deleted).toEqual([]);
    expect(run([fault(condition("KernelReady"))], { nodeRepair: false }).deleted).toEqual([]);
  });

  it("stops while more than a fifth of the NodePool's nodes are ill, rounded up", () => {
    const { nodes } = run([]);
    const most = Math.ceil(nodes / 5);
    const ill = (count: number) => run([fault(condition("KernelReady"), count)]);
    expect(ill(most).deleted).toHaveLength(most);
    const blocked = ill(most + 1);
    expect(blocked.deleted).toEqual([]);
    const events = blocked.of("event").filter(({ reason }) => reason === "NodeRepairBlocked");
    expect(events[0]?.message).toBe("more than 20% nodes are unhealthy in the nodepool");
  });
});

describe("faults that overlap", () => {
  const ill = (type: Condition["type"], fromMinutes: number, lastsMinutes?: number) => {
    const lasts = lastsMinutes === undefined ? {} : { lasts: minutes(lastsMinutes) };
    const strikes = { kind: "at", at: after(at, minutes(fromMinutes)), count: 1 } as const;
    return { effect: { ...condition(type), ...lasts }, matchLabels: {}, strikes };
  };
  const oneNode = { replicas: 1 };

  it.each(["KernelReady", "Ready"] as const)(
    "do not heal each other: %s is bad until the last of them ends",
    (type) => {
      // Together 31 minutes of illness; each by itself less than the 30 of node repair.
      const { deleted, struck } = run([ill(type, 0, 20), ill(type, 2, 29)], oneNode);
      expect(struck).toBe(2);
      expect(deleted).toEqual(["30: unhealthy"]);
    },
  );

  it("that have both ended leave the node well", () => {
    const { deleted, of } = run([ill("KernelReady", 0, 20), ill("KernelReady", 10, 15)], oneNode);
    expect(deleted).toEqual([]);
    expect(of("fault-ended")).toMatchObject([
      { at: after(at, minutes(25)), fault: "KernelReady=False" },
    ]);
  });

  it("of different conditions end each for itself", () => {
    const faults = [ill("KernelReady", 0), ill("StorageReady", 10, 5)];
    expect(run(faults, oneNode).deleted).toEqual(["30: unhealthy"]);
  });
});

describe("a fault that would make no difference", () => {
  const twice = (effect: PlannedFault["effect"]) => [
    fault(effect),
    { ...fault(effect), strikes: { kind: "at", at: after(at, seconds(30)), count: 1 } as const },
  ];
  const oneNode = { replicas: 1, maxUnavailable: 0 };

  it.each([
    [condition("Ready", "Unknown"), "on-demand"],
    [{ kind: "instance", fault: "scheduled-change" }, "on-demand"],
    [{ kind: "instance", fault: "instance-status-impaired" }, "on-demand"],
    [{ kind: "instance", fault: "spot-interruption" }, "spot"],
  ] as const)(
    "is no fact, and the report says that it found no node: %j",
    (effect, capacityType) => {
      const { struck, notices } = run(twice(effect), { ...oneNode, capacityType });
      expect(struck).toBe(1);
      expect(notices.map(({ code }) => code)).toEqual(["world/fault-without-nodes"]);
    },
  );

  it("of a machine that has fallen silent: nobody there could report a condition", () => {
    const later = { kind: "at", at: after(at, seconds(30)), count: 1 } as const;
    const faults = [
      fault(condition("Ready", "Unknown")),
      { ...fault(condition("KernelReady")), strikes: later },
    ];
    expect(
      run(faults, oneNode)
        .of("fault")
        .map((entry) => entry.fault),
    ).toEqual(["Ready=Unknown"]);
  });
});

describe("what befalls an instance", () => {
  const befalls = (what: Extract<PlannedFault["effect"], { kind: "instance" }>["fault"]) =>
    fault({ kind: "instance", fault: what });

  it.each([
    ["terminated", "on-demand", "0: instance-terminated"],
    ["stopped", "on-demand", "0: instance-stopped"],
    ["scheduled-change", "on-demand", "0: scheduled-change"],
    ["instance-status-impaired", "on-demand", "2.8: instance-status"],
    ["system-status-impaired", "on-demand", "2.8: system-status"],
    ["spot-interruption", "spot", "0: spot-interrupted"],
  ] as const)("%s (%s): the NodeClaim goes %s minutes later", (what, capacityType, expected) => {
    const { deleted, struck, facts, of } = run([befalls(what)], { capacityType });
    expect(struck).toBe(1);
    expect(deleted).toEqual([expected]);
    expect(of("instance-terminated").length).toBeGreaterThanOrEqual(1);
    expect(facts.pods.pendingAtEnd).toBe(0);
  });

  it("a recommendation to rebalance is noted and nothing else", () => {
    const { deleted, facts } = run([befalls("rebalance-recommendation")], { capacityType: "spot" });
    expect(deleted).toEqual([]);
    expect(facts.disruption.rebalanceRecommendations).toBe(1);
  });

  it("maintenance is noticed without a queue as well, within a minute", () => {
    const { deleted } = run([befalls("scheduled-change")], { hasQueue: false });
    expect(deleted).toEqual(["0.8: event-status"]);
  });

  it("finds no Spot Instance among On-Demand ones, and the report says so", () => {
    const { struck, notices } = run([befalls("spot-interruption")]);
    expect(struck).toBe(0);
    expect(notices.map(({ code, message }) => `${code}: ${message}`)).toEqual([
      "world/fault-without-nodes: finds 0 of 1 nodes at 2026-03-02T02:00:10Z",
    ]);
  });
});

describe("faults at a rate", () => {
  const often: PlannedFault = {
    effect: { ...condition("KernelReady"), lasts: seconds(1) },
    matchLabels: {},
    strikes: { kind: "rate", per100kHours: 5_000 },
  };

  it("strike each node as a Poisson process, the same ones whatever happens besides", () => {
    const { of, facts } = run([often], { lasts: days(4) });
    const expected = facts.nodes.hours * 0.05;
    expect(Math.abs(of("fault").length - expected)).toBeLessThan(4 * Math.sqrt(expected));
    const again = run([often, { ...often, strikes: { kind: "at", at, count: 1 } }], {
      lasts: days(4),
    });
    const times = (entries: readonly LedgerEntry[]) => entries.map((entry) => entry.at);
    const both = times(again.of("fault")).filter((time) => time !== at);
    expect(both).toEqual(times(of("fault")));
  });

  it("keep to NodePool and labels", () => {
    expect(run([{ ...often, nodePool: "other" }]).struck).toBe(0);
    const zone = "topology.kubernetes.io/zone";
    const { of } = run([{ ...often, matchLabels: { [zone]: "us-east-1a" } }], { lasts: days(2) });
    const there = new Set(
      of("instance-launched").flatMap(({ zone: where, instanceId }) =>
        where === "us-east-1a" ? [instanceId] : [],
      ),
    );
    expect(of("fault").length).toBeGreaterThan(0);
    expect(of("fault").every(({ instanceId }) => there.has(instanceId))).toBe(true);
  });
});
