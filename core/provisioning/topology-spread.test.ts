import { describe, expect, it } from "vitest";
import { instanceType } from "../../test/support/instance-types.ts";
import { nodePool, type NodePoolOverrides } from "../../test/support/node-pools.ts";
import { stateNode } from "../../test/support/nodes.ts";
import { pod, type PodOverrides, pods, topologySpread } from "../../test/support/pods.ts";
import { describeSpread, readsOf, scheduleWithTopology } from "../../test/support/topology.ts";
import type { NodeSelectorRequirement, TopologySpreadConstraint } from "../apis/index.ts";

const zone = "topology.kubernetes.io/zone";
const hostname = "kubernetes.io/hostname";
const capacityType = "karpenter.sh/capacity-type";
const web = { app: "web" };
const [one, two, three] = ["test-zone-1", "test-zone-2", "test-zone-3"];

function within(key: string, ...values: readonly string[]): NodeSelectorRequirement {
  return { key, operator: "In", values };
}

/** Pods with label app=web that spread over the keys. */
function spreading(
  count: number,
  constraints: readonly TopologySpreadConstraint[],
  overrides: PodOverrides = {},
): ReturnType<typeof pods> {
  const spec = { topologySpreadConstraints: constraints, ...overrides.spec };
  return pods(count, { labels: web, ...overrides, spec });
}

/** Full nodes in the zones, with so many running pods each. */
function running(podsByZone: Readonly<Record<string, number>>, overrides: PodOverrides = {}) {
  return Object.entries(podsByZone).map(([name, count]) =>
    stateNode({
      name: `node-${name}`,
      zone: name,
      capacity: { cpu: 1, memory: "1Gi", pods: count },
      pods: pods(count, {
        labels: web,
        nodeName: `node-${name}`,
        ...overrides,
        name: `on-${name}`,
      }),
    }),
  );
}

interface Row {
  readonly title: string;
  readonly pods: ReturnType<typeof pods>;
  readonly pools?: readonly NodePoolOverrides[];
  readonly nodes?: ReturnType<typeof running>;
  readonly key?: string;
  readonly spread: string;
}

const zonal = topologySpread(zone, web);
const types = [instanceType({ resources: { pods: "50", cpu: "32", memory: "64Gi" } })];

function check({ pods: podsToSchedule, pools = [{}], nodes = [], key = zone, spread }: Row): void {
  const nodePools = pools.map((it) => nodePool(it));
  const input = { nodePools, stateNodes: nodes, podsToSchedule, instanceTypes: types };
  expect(describeSpread(scheduleWithTopology(input), key)).toBe(spread);
}

describe("spread over zones", () => {
  it.each<Row>([
    {
      title: "balances pods across zones",
      pods: spreading(4, [zonal]),
      spread: `${one}=2 ${two}=1 ${three}=1`,
    },
    {
      title: "balances by match expressions too",
      pods: spreading(4, [
        topologySpread(
          zone,
          {},
          {
            labelSelector: {
              matchLabels: {},
              matchExpressions: [{ key: "app", operator: "In", values: ["web"] }],
            },
          },
        ),
      ]),
      spread: `${one}=2 ${two}=1 ${three}=1`,
    },
    {
      title: "keeps to the zones of the NodePool",
      pods: spreading(4, [zonal]),
      pools: [{ requirements: [within(zone, one, two)] }],
      spread: `${one}=2 ${two}=2`,
    },
    {
      title: "takes the zones of all NodePools together",
      pods: spreading(4, [zonal]),
      pools: [
        { name: "a", requirements: [within(zone, one)] },
        { name: "b", requirements: [within(zone, two)] },
      ],
      spread: `${one}=2 ${two}=2`,
    },
    {
      title: "waits for a zone that the NodePool names and no instance type has",
      pods: spreading(3, [zonal]),
      pools: [{ requirements: [within(zone, one, "test-zone-9")] }],
      spread: `${one}=1 none=2`,
    },
    {
      title: "fills up what running pods have left behind",
      pods: spreading(3, [zonal]),
      nodes: running({ [one]: 2, [two]: 1 }),
      spread: `${two}=1 ${three}=2`,
    },
    {
      title: "places no more than the skew allows over a zone that nobody can reach",
      pods: spreading(6, [zonal]),
      pools: [{ requirements: [within(zone, one, two)] }],
      nodes: running({ [three]: 1 }),
      spread: `${one}=2 ${two}=2 none=2`,
    },
    {
      title: "goes beyond the skew when it may schedule anyway",
      pods: spreading(6, [topologySpread(zone, web, { whenUnsatisfiable: "ScheduleAnyway" })]),
      pools: [{ requirements: [within(zone, one, two)] }],
      nodes: running({ [three]: 1 }),
      spread: `${one}=3 ${two}=3`,
    },
    {
      title: "refuses pods over a label that nobody defines",
      pods: spreading(2, [topologySpread("unknown", web)]),
      spread: "none=2",
    },
    {
      title: "without a selector selects no pod, so that nothing is ever skewed",
      pods: spreading(3, [withoutSelector(zonal)]),
      spread: `${one}=3`,
    },
    {
      title: "with an empty selector counts every pod of the namespace",
      pods: spreading(1, [topologySpread(zone, {})]),
      nodes: running({ [one]: 1, [two]: 1 }, { labels: { app: "other" } }),
      spread: `${three}=1`,
    },
    {
      title: "limits itself to the zones that the pod selects",
      pods: spreading(3, [zonal], {
        spec: { nodeSelector: { [zone]: one }, topologySpreadConstraints: [zonal] },
      }),
      nodes: running({ [two]: 5 }),
      spread: `${one}=3`,
    },
    {
      title: "counts zones that the pod cannot reach when node affinity is ignored",
      pods: spreading(3, [], {
        spec: {
          nodeSelector: { [zone]: one },
          topologySpreadConstraints: [{ ...zonal, nodeAffinityPolicy: "Ignore" }],
        },
      }),
      nodes: running({ [one]: 1, [two]: 5 }),
      spread: `${one}=3`,
    },
    {
      title: "takes other pods' counts for an own one where it does not select itself",
      pods: spreading(2, [topologySpread(zone, { app: "db" })]),
      nodes: running({ [one]: 1 }, { labels: { app: "db" } }),
      spread: `${two}=2`,
    },
  ])("$title", check);

  it.each([
    ["fewer zones than minDomains allow one pod each", 3, `${one}=1 ${two}=1 none=1`],
    ["as many zones as minDomains count as usual", 2, `${one}=2 ${two}=1`],
    ["more zones than minDomains count as usual", 1, `${one}=2 ${two}=1`],
  ])("%s", (_, minDomains, spread) => {
    check({
      title: "",
      pods: spreading(3, [{ ...zonal, minDomains }]),
      pools: [{ requirements: [within(zone, one, two)] }],
      spread,
    });
  });

  it.each<[string, PodOverrides]>([
    ["with other labels", { labels: { app: "db" } }],
    ["of other namespaces", { namespace: "other" }],
    ["that have failed", { status: { phase: "Failed" } }],
    ["that have succeeded", { status: { phase: "Succeeded" } }],
    ["that are terminating", { metadata: { deletionTimestamp: 1 as never } }],
    ["on nodes that are gone", { nodeName: "gone" }],
  ])("does not count pods %s", (_, overrides) => {
    const [node] = running({ [one]: 1 });
    const other = pod({ name: "other", labels: web, nodeName: `node-${one}`, ...overrides });
    const nodes = node === undefined ? [] : [{ ...node, pods: [] }];
    const cluster = readsOf(nodes, [other]);
    const constrained = { requirements: [within(zone, one, two)] };
    const results = scheduleWithTopology({
      nodePools: [nodePool(constrained)],
      instanceTypes: types,
      stateNodes: nodes,
      cluster,
      podsToSchedule: spreading(1, [zonal]),
    });
    expect(describeSpread(results, zone)).toBe(`${one}=1`);
  });

  it("counts a pod on a node that is being deleted, unless it is moved in this run", () => {
    const leaving = running({ [one]: 1 });
    const input = {
      instanceTypes: types,
      clusterStateNodes: leaving,
      stateNodes: [],
      cluster: readsOf(leaving),
    };
    const place = (moved: ReturnType<typeof pods>) =>
      describeSpread(
        scheduleWithTopology({ ...input, podsToSchedule: [...spreading(1, [zonal]), ...moved] }),
        zone,
      );
    expect(place([])).toBe(`${two}=1`);
    expect(place(leaving.flatMap((it) => it.pods))).toContain(`${one}=`);
  });
});

function withoutSelector(constraint: TopologySpreadConstraint): TopologySpreadConstraint {
  const { labelSelector: _, ...rest } = constraint;
  return rest;
}

describe("spread over other labels", () => {
  it.each<Row>([
    {
      title: "balances pods over machines",
      pods: spreading(4, [topologySpread(hostname, web)]),
      key: hostname,
      spread: "1 1 1 1",
    },
    {
      title: "fills a machine up to the skew",
      pods: spreading(6, [topologySpread(hostname, web, { maxSkew: 4 })]),
      key: hostname,
      spread: "2 4",
    },
    {
      title: "does not care for minDomains of machines, since one more can always be had",
      pods: spreading(3, [topologySpread(hostname, web, { minDomains: 10 })]),
      key: hostname,
      spread: "1 1 1",
    },
    {
      title: "balances pods over capacity types",
      pods: spreading(4, [topologySpread(capacityType, web)]),
      key: capacityType,
      spread: "on-demand=2 spot=2",
    },
    {
      title: "keeps to the capacity types of the NodePool",
      pods: spreading(4, [topologySpread(capacityType, web)]),
      pools: [{ requirements: [within(capacityType, "spot")] }],
      key: capacityType,
      spread: "spot=4",
    },
    {
      title: "balances over a label that NodePools define, each with its own value",
      pods: spreading(4, [topologySpread("rack", web)]),
      pools: [
        { name: "a", labels: { rack: "1" } },
        { name: "b", requirements: [within("rack", "2", "3")] },
      ],
      key: "rack",
      spread: "1=2 2=1 3=1",
    },
    {
      title: "respects zones and capacity types together",
      pods: spreading(4, [zonal, topologySpread(capacityType, web)]),
      key: capacityType,
      spread: "on-demand=2 spot=2",
    },
    {
      title: "respects zones and machines together",
      pods: spreading(3, [zonal, topologySpread(hostname, web, { maxSkew: 3 })]),
      key: hostname,
      spread: "1 1 1",
    },
    {
      title: "tells pods apart by the labels of matchLabelKeys",
      pods: ["v1", "v2"].flatMap((version) =>
        spreading(2, [topologySpread(hostname, web, { matchLabelKeys: ["version"] })], {
          name: version,
          labels: { ...web, version },
        }),
      ),
      key: hostname,
      spread: "2 2",
    },
    {
      title: "ignores matchLabelKeys that the pod does not carry",
      pods: spreading(2, [topologySpread(hostname, web, { matchLabelKeys: ["version"] })]),
      key: hostname,
      spread: "1 1",
    },
  ])("$title", check);
});

describe("nodes that count for a spread", () => {
  const rack = topologySpread("rack", web);
  const taints = [{ key: "private", value: "", effect: "NoSchedule" as const }];
  const tainted = [
    { name: "a", labels: { rack: "1" } },
    { name: "b", labels: { rack: "2" }, taints },
  ];

  it.each([
    ["are tainted ones too when taints are ignored", "Ignore", "1=1 none=1"],
    ["are none that the pod does not tolerate when taints are honoured", "Honor", "1=2"],
  ] as const)("%s", (_, nodeTaintsPolicy, spread) => {
    check({
      title: "",
      pods: spreading(2, [{ ...rack, nodeTaintsPolicy }]),
      pools: tainted,
      key: "rack",
      spread,
    });
  });

  it.each([
    ["Honor", "1=2"],
    ["Ignore", "1=1 none=1"],
  ] as const)("are judged by their taints where they exist: %s", (nodeTaintsPolicy, spread) => {
    const node = stateNode({ name: "tainted", labels: { rack: "2" }, taints });
    const results = scheduleWithTopology({
      nodePools: [nodePool({ labels: { rack: "1" } })],
      stateNodes: [node],
      podsToSchedule: spreading(2, [{ ...rack, nodeTaintsPolicy }]),
    });
    expect(describeSpread(results, "rack")).toBe(spread);
  });
});
