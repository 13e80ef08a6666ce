import { describe, expect, it } from "vitest";
import { nodePool } from "../../test/support/node-pools.ts";
import { stateNode } from "../../test/support/nodes.ts";
import { pod, podAffinityTerm, type PodOverrides, pods } from "../../test/support/pods.ts";
import { schedulingInput } from "../../test/support/scheduling.ts";
import { describeSpread, readsOf, scheduleWithTopology } from "../../test/support/topology.ts";
import type { Pod, PodAffinityTerm } from "../apis/index.ts";
import { solve } from "./solve.ts";

const zone = "topology.kubernetes.io/zone";
const hostname = "kubernetes.io/hostname";
const arch = "kubernetes.io/arch";
const db = { app: "db" };
const web = { app: "web" };

const near = (term: PodAffinityTerm): PodOverrides => ({
  affinity: { requiredPodAffinity: [term] },
});
const away = (term: PodAffinityTerm): PodOverrides => ({
  affinity: { requiredPodAntiAffinity: [term] },
});
const preferNear = (podAffinityTerm: PodAffinityTerm): PodOverrides => ({
  affinity: { preferredPodAffinity: [{ weight: 50, podAffinityTerm }] },
});
const preferAway = (podAffinityTerm: PodAffinityTerm): PodOverrides => ({
  affinity: { preferredPodAntiAffinity: [{ weight: 50, podAffinityTerm }] },
});
const inZone = (name: string): PodOverrides => ({ spec: { nodeSelector: { [zone]: name } } });

/** Bigger pods are placed first. */
const first: PodOverrides = { requests: { cpu: "2" } };

function place(podsToSchedule: readonly Pod[], key: string): string {
  return describeSpread(scheduleWithTopology({ podsToSchedule }), key);
}

describe("pod affinity", () => {
  const target = pod({ name: "target", labels: db });

  it.each<[string, readonly Pod[], string, string]>([
    [
      "puts a pod on the machine of another",
      [target, pod({ ...near(podAffinityTerm(hostname, db)) })],
      hostname,
      "2",
    ],
    [
      "puts a pod on the architecture of another, though on a machine of its own",
      [
        pod({
          name: "target",
          labels: db,
          requests: { cpu: "3" },
          spec: { nodeSelector: { [arch]: "amd64" } },
        }),
        pod({ ...near(podAffinityTerm(arch, db)), requests: { cpu: "2" } }),
      ],
      arch,
      "amd64=2",
    ],
    [
      "gathers pods that select themselves on one machine, and no second one",
      pods(7, { labels: db, ...near(podAffinityTerm(hostname, db)) }),
      hostname,
      "5 none=2",
    ],
    [
      "gathers pods that select themselves in one zone",
      pods(7, { labels: db, ...near(podAffinityTerm(zone, db)) }),
      zone,
      "test-zone-1=7",
    ],
    [
      "gathers them in the zone that they ask for",
      pods(7, { labels: db, ...near(podAffinityTerm(zone, db)), ...inZone("test-zone-3") }),
      zone,
      "test-zone-3=7",
    ],
    [
      "finds a pod in whatever zone it has chosen",
      [
        pod({ name: "target", labels: db, ...first, ...inZone("test-zone-2") }),
        pod({ ...near(podAffinityTerm(zone, db)) }),
      ],
      zone,
      "test-zone-2=2",
    ],
    [
      "waits for a later pod of the same run",
      [
        pod({ name: "follower", ...near(podAffinityTerm(hostname, db)), ...first }),
        pod({ name: "target", labels: db }),
      ],
      hostname,
      "2",
    ],
    [
      "never finds a pod that does not exist",
      pods(2, near(podAffinityTerm(zone, db))),
      zone,
      "none=2",
    ],
    [
      "is given up where it is only a preference",
      pods(2, preferNear(podAffinityTerm(hostname, db))),
      hostname,
      "2",
    ],
    [
      "follows chains of dependencies",
      [
        pod({ name: "c", labels: { app: "c" }, ...near(podAffinityTerm(hostname, { app: "b" })) }),
        pod({ name: "b", labels: { app: "b" }, ...near(podAffinityTerm(hostname, { app: "a" })) }),
        pod({ name: "a", labels: { app: "a" } }),
      ],
      hostname,
      "3",
    ],
    [
      "fails on dependencies that nobody starts",
      [
        pod({ name: "b", labels: { app: "b" }, ...near(podAffinityTerm(hostname, { app: "a" })) }),
        pod({ name: "a", labels: { app: "a" }, ...near(podAffinityTerm(hostname, { app: "b" })) }),
      ],
      hostname,
      "none=2",
    ],
  ])("%s", (_, podsToSchedule, key, spread) => {
    expect(place(podsToSchedule, key)).toBe(spread);
  });

  it.each<[string, Partial<PodAffinityTerm>, string]>([
    ["only in its own namespace", {}, "none=1"],
    ["in the namespaces of its list", { namespaces: ["other"] }, "test-zone-2=1"],
    [
      "in all namespaces by an empty selector",
      { namespaceSelector: { matchLabels: {}, matchExpressions: [] } },
      "test-zone-2=1",
    ],
    [
      "in the namespaces that a selector finds",
      { namespaceSelector: { matchLabels: { team: "blue" }, matchExpressions: [] } },
      "test-zone-2=1",
    ],
    [
      "in none that a selector does not find",
      { namespaceSelector: { matchLabels: { team: "red" }, matchExpressions: [] } },
      "none=1",
    ],
  ])("looks for pods %s", (_, term, spread) => {
    const target = pod({ name: "target", namespace: "other", labels: db, nodeName: "node" });
    const node = stateNode({
      name: "node",
      zone: "test-zone-2",
      pods: [target],
      capacity: { pods: 1 },
    });
    const cluster = {
      ...readsOf([node]),
      namespaces: () => ["default", "other"],
      namespaceLabels: (name: string) =>
        name === "other" ? { team: "blue" } : ({} as Readonly<Record<string, string>>),
    };
    const podsToSchedule = [pod({ ...near(podAffinityTerm(zone, db, term)) })];
    const results = scheduleWithTopology({ stateNodes: [node], cluster, podsToSchedule });
    expect(describeSpread(results, zone)).toBe(spread);
  });

  it("takes a node's name for its host name as long as the label is missing", () => {
    const target = pod({ name: "target", labels: db, nodeName: "node" });
    const { node, ...rest } = stateNode({ name: "node", pods: [target], isManaged: false });
    const labels = { [zone]: "test-zone-1" };
    const unlabelled = {
      ...rest,
      labels,
      ...(node === undefined ? {} : { node: { ...node, metadata: { ...node.metadata, labels } } }),
    };
    const podsToSchedule = [pod({ ...near(podAffinityTerm(hostname, db)) })];
    const results = scheduleWithTopology({ stateNodes: [unlabelled], podsToSchedule });
    expect(results.existingNodes[0]?.pods).toEqual(podsToSchedule);
  });

  it("aborts the run for an invalid namespace selector", () => {
    const namespaceSelector = {
      matchLabels: {},
      matchExpressions: [{ key: "team", operator: "In" as const, values: [] }],
    };
    const outcome = solve(
      schedulingInput({
        podsToSchedule: [pod({ ...near(podAffinityTerm(zone, db, { namespaceSelector })) })],
      }),
    );
    expect(outcome).toEqual({
      ok: false,
      error:
        "creating scheduler, tracking topology counts, updating affinities, " +
        "parsing selector, invalid label selector",
    });
  });
});

describe("pod anti-affinity", () => {
  const zoneOfTarget = pod({ name: "target", labels: db, ...inZone("test-zone-1"), ...first });

  it.each<[string, readonly Pod[], string, string]>([
    [
      "separates machines",
      pods(3, { labels: web, ...away(podAffinityTerm(hostname, web)) }),
      hostname,
      "1 1 1",
    ],
    [
      "avoids the zone of another pod",
      [zoneOfTarget, pod({ ...away(podAffinityTerm(zone, db)), ...inZone("test-zone-1") })],
      zone,
      "test-zone-1=1 none=1",
    ],
    [
      "leaves the zones open that are left",
      [zoneOfTarget, pod({ ...away(podAffinityTerm(zone, db)) })],
      zone,
      "?=1 test-zone-1=1",
    ],
    [
      "keeps others away from a pod that repels them, wherever it may end up",
      [
        pod({ name: "shy", ...away(podAffinityTerm(zone, db)), ...first }),
        pod({ name: "other", labels: db }),
      ],
      zone,
      "?=1 none=1",
    ],
    [
      "keeps others out of the one zone of a pod that repels them",
      [
        pod({
          name: "shy",
          ...away(podAffinityTerm(zone, db)),
          ...first,
          ...inZone("test-zone-1"),
        }),
        pod({ name: "other", labels: db, ...inZone("test-zone-1") }),
      ],
      zone,
      "test-zone-1=1 none=1",
    ],
    [
      "takes as many pods as there are zones only over several runs",
      pods(3, { labels: web, ...away(podAffinityTerm(zone, web)) }),
      zone,
      "?=1 none=2",
    ],
    [
      "is given up where it is only a preference",
      [zoneOfTarget, pod({ ...preferAway(podAffinityTerm(zone, db)), ...inZone("test-zone-1") })],
      zone,
      "test-zone-1=2",
    ],
    [
      "repels nobody where it is only a preference",
      [
        pod({
          name: "shy",
          ...preferAway(podAffinityTerm(zone, db)),
          ...first,
          ...inZone("test-zone-1"),
        }),
        pod({ name: "other", labels: db, ...inZone("test-zone-1") }),
      ],
      zone,
      "test-zone-1=2",
    ],
  ])("%s", (_, podsToSchedule, key, spread) => {
    expect(place(podsToSchedule, key)).toBe(spread);
  });

  it.each([
    ["a running pod", {}, "none=1"],
    ["a terminating pod, until it is gone", { deletionTimestamp: 1 as never }, "none=1"],
  ])("is kept for %s", (_, metadata, spread) => {
    const shy = pod({
      name: "shy",
      ...away(podAffinityTerm(zone, db)),
      nodeName: "node",
      metadata,
    });
    const node = stateNode({
      name: "node",
      zone: "test-zone-1",
      pods: [shy],
      capacity: { pods: 1 },
    });
    const podsToSchedule = [pod({ labels: db, ...inZone("test-zone-1") })];
    const results = scheduleWithTopology({ stateNodes: [node], podsToSchedule });
    expect(describeSpread(results, zone)).toBe(spread);
  });

  it("of a pod that is over and going, as a StatefulSet's may be, keeps nobody away", () => {
    const shy = pod({
      name: "shy",
      ...away(podAffinityTerm(zone, db)),
      nodeName: "node",
      metadata: { deletionTimestamp: 1 as never },
      status: { phase: "Succeeded" },
    });
    const node = stateNode({ name: "node", zone: "test-zone-1", pods: [shy] });
    const podsToSchedule = [pod({ labels: db, ...inZone("test-zone-1") })];
    const results = scheduleWithTopology({ stateNodes: [node], podsToSchedule });
    expect(results.podErrors.size).toBe(0);
  });

  it("keeps a repelled pod off nodes whose zone no NodePool knows", () => {
    const shy = pod({ name: "shy", ...away(podAffinityTerm(zone, db)), nodeName: "busy" });
    const nodes = [
      stateNode({ name: "busy", zone: "test-zone-1", pods: [shy] }),
      stateNode({ name: "elsewhere", zone: "unheard-of", isManaged: false }),
    ];
    const nodePools = [
      nodePool({ requirements: [{ key: zone, operator: "In", values: ["test-zone-1"] }] }),
    ];
    const results = scheduleWithTopology({
      nodePools,
      stateNodes: nodes,
      podsToSchedule: [pod({ labels: db })],
    });
    expect(describeSpread(results, zone)).toBe("none=1");
  });

  it("says which rule failed, and what it has counted", () => {
    const podsToSchedule = [
      zoneOfTarget,
      pod({ ...away(podAffinityTerm(zone, db)), ...inZone("test-zone-1") }),
    ];
    const { podErrors } = scheduleWithTopology({ podsToSchedule });
    expect([...podErrors.values()].map(({ message }) => message)).toEqual([
      "unsatisfiable topology constraint for pod anti-affinity, " +
        "key=topology.kubernetes.io/zone (counts = test-zone-1: 1, test-zone-2: 0, test-zone-3: 0, " +
        "podDomains = topology.kubernetes.io/zone In [test-zone-1], " +
        "nodeDomains = topology.kubernetes.io/zone In [test-zone-1]",
    ]);
  });
});
