import { describe, expect, it } from "vitest";
import {
  deploymentManifest,
  nodePoolManifest,
  runWithJournal,
  worldPlan,
  worldStart,
} from "../test/support/worlds.ts";
import { after, hours, minutes, seconds } from "../core/units/index.ts";
import { defaultKarpenterOptions, type ReplicaPlan, type WorldPlan } from "./world-plan.ts";

type Manifest = Readonly<Record<string, unknown>>;
type Run = ReturnType<typeof runWithJournal>;

function buffer(spec: Manifest, name = "headroom"): Manifest {
  return {
    apiVersion: "autoscaling.x-k8s.io/v1beta1",
    kind: "CapacityBuffer",
    metadata: { name, namespace: "default" },
    spec,
  };
}

const ofApp: Manifest = { scalableRef: { apiGroup: "apps", kind: "Deployment", name: "app" } };

/** Replicas of Deployment `app`, by minutes from the start. */
function replicas(...changes: readonly (readonly [number, number])[]): ReplicaPlan {
  return {
    kind: "Deployment",
    namespace: "default",
    name: "app",
    changes: changes.map(([at, count]) => ({
      at: after(worldStart, minutes(at)),
      replicas: count,
    })),
  };
}

/** Three hours of Deployment `app` (500m each) with buffers; the gate is on unless told otherwise. */
function run(
  buffers: readonly Manifest[],
  load: ReplicaPlan = replicas(),
  { gate = true, ...overrides }: Partial<WorldPlan> & { readonly gate?: boolean } = {},
): Run {
  const { featureGates, ...options } = defaultKarpenterOptions;
  return runWithJournal(
    worldPlan({
      manifests: [
        nodePoolManifest({ capacityTypes: ["on-demand"], disruption: { consolidateAfter: "30s" } }),
        deploymentManifest("app", 0),
        ...buffers,
      ],
      lasts: hours(3),
      overrides: {
        replicaPlans: [load],
        karpenter: { ...options, featureGates: { ...featureGates, capacityBuffer: gate } },
        ...overrides,
      },
    }),
  );
}

/** Entries of a kind with the time since the start, in seconds. */
function entries<Kind extends Run["journal"][number]["kind"]>({ journal }: Run, kind: Kind) {
  return journal.flatMap((entry) =>
    entry.kind === kind
      ? [{ ...(entry as Extract<typeof entry, { kind: Kind }>), s: sinceStart(entry.at) }]
      : [],
  );
}

function sinceStart(at: number): number {
  return (at - worldStart) / seconds(1);
}

/** `second True` or `second False`, whenever condition Provisioning of a buffer changes. */
function provisioning(result: Run): readonly string[] {
  return entries(result, "event")
    .filter(
      ({ objectKind, reason }) => objectKind === "CapacityBuffer" && reason === "Provisioning",
    )
    .map(({ s, message }) => `${s} ${/-> (\w+)/.exec(message)?.[1]}`);
}

const within = (list: readonly { readonly s: number }[], from: number, until: number) =>
  list.filter(({ s }) => s >= from && s < until).length;

function nodesAtEnd({ facts }: Run): number {
  return facts.nodes.launched - facts.nodes.terminated;
}

describe("a capacity buffer in a world", () => {
  const kept = run([buffer({ ...ofApp, replicas: 6 })]);
  // Half an hour in, six pods come; they stay.
  const used = run([buffer({ ...ofApp, replicas: 6 })], replicas([30, 6]));
  const without = run([], replicas([30, 6]));

  it("has nodes launched before there is any pod", () => {
    expect(entries(kept, "pod-created")).toEqual([]);
    expect(within(entries(kept, "instance-launched"), 0, 60)).toBeGreaterThan(0);
    expect(provisioning(kept)[0]).toBe("1 False");
    expect(provisioning(kept)[1]).toMatch(/ True$/);
  });

  it("keeps its empty nodes, which would go otherwise", () => {
    expect(entries(kept, "disruption-command")).toEqual([]);
    expect(nodesAtEnd(kept)).toBe(entries(kept, "instance-launched").length);
    const off = run([buffer({ ...ofApp, replicas: 3 })], replicas([30, 3], [60, 0]), {
      gate: false,
    });
    expect(nodesAtEnd(off)).toBe(0);
  });

  it("gives way to pods at once, where they would wait for a node otherwise", () => {
    const bound = (result: Run) => entries(result, "pod-bound").map(({ s }) => s - 1800);
    expect(bound(used)).toEqual([0, 0, 0, 0, 0, 0]);
    expect(Math.min(...bound(without))).toBeGreaterThan(20);
    expect(entries(used, "pod-unschedulable")).toEqual([]);
  });

  it("is filled up again within a minute or so", () => {
    const launches = entries(used, "instance-launched");
    expect(within(launches, 0, 1800)).toBeGreaterThan(0);
    expect(within(launches, 1800, 1860)).toBeGreaterThan(0);
    const changes = provisioning(used).filter((it) => Number(it.split(" ")[0]) >= 1800);
    expect(changes[0]).toMatch(/ False$/);
    expect(changes.at(-1)).toMatch(/ True$/);
  });

  it("shrinks with its workload, so that nodes go again", () => {
    const load = replicas([0, 12], [60, 0]);
    const result = run([buffer({ ...ofApp, percentage: 50 })], load);
    expect(provisioning(result).at(-1)).toBe("3601 False");
    expect(nodesAtEnd(result)).toBe(0);
  });

  it("counts for no pod in any figure", () => {
    const { pods } = used.facts;
    expect(pods.created).toBe(6);
    expect(pods.everUnschedulable).toBe(0);
    expect(pods.pendingAtEnd).toBe(0);
    expect(pods.unscheduled).toEqual([]);
    expect(pods.pendingPodSeconds).toBe(0);
    expect(entries(used, "pod-failed-scheduling")).toEqual([]);
  });

  it("counts for none either when it has no place at all", () => {
    const result = run([
      buffer({ podTemplateRef: { name: "huge" }, replicas: 2 }),
      {
        apiVersion: "v1",
        kind: "PodTemplate",
        metadata: { name: "huge", namespace: "default" },
        template: {
          spec: { containers: [{ name: "c", resources: { requests: { cpu: "9999" } } }] },
        },
      },
    ]);
    expect(provisioning(result)).toEqual(["1 False"]);
    expect(result.facts.pods.created).toBe(0);
    expect(result.facts.pods.unscheduled).toEqual([]);
    expect(entries(result, "pod-failed-scheduling")).toEqual([]);
    expect(entries(result, "instance-launched")).toEqual([]);
  });

  it("does nothing with the gate off", () => {
    const result = run([buffer({ ...ofApp, replicas: 3 })], replicas(), { gate: false });
    expect(entries(result, "instance-launched")).toEqual([]);
    expect(entries(result, "event")).toEqual([]);
  });

  it("comes out the same whether or not idle polls are left out", () => {
    const load = replicas([10, 5], [20, 1], [45, 9], [100, 2]);
    const buffers = [buffer({ ...ofApp, percentage: 40, replicas: 1 })];
    const lasting = (skipsIdlePolls: boolean) => run(buffers, load, { skipsIdlePolls });
    expect(lasting(true).journal).toEqual(lasting(false).journal);
  });
});
