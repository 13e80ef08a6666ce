// What surprises in upstream and is so all the same.
import type { Manifest } from "../cases.ts";
import {
  archKey,
  capacityTypeKey,
  expression as is,
  hostnameKey,
  must,
  near,
  pod,
  pods,
  pool,
  preferring,
  requiring,
  spread,
  titled,
  type TitledCase,
  typeKey,
  zoneKey,
} from "./build.ts";
import { daemonSet, node, unownedNode } from "./build-nodes.ts";
import { bound, claim, csiNode, inZones, mounts, storageClass, volume } from "./build-volumes.ts";

const base = pool("default");
const web = { app: "web" };
const taint = { key: "team", value: "red", effect: "NoSchedule" };
const notReady = { key: "node.kubernetes.io/not-ready", value: "since-noon", effect: "NoExecute" };
const wants = (name: string, ...terms: (readonly Manifest[])[]) =>
  pod(name, { spec: { affinity: requiring(...terms) } });

const requirementQuirks: readonly TitledCase[] = [
  titled("a contradiction about a label that nobody defines asks for nothing", [
    base,
    pod("pod", {
      spec: { nodeSelector: { team: "red" }, affinity: requiring([is("team", "In", "blue")]) },
    }),
  ]),
  titled("a contradiction about a label that the NodePool defines fails", [
    pool("default", { labels: { team: "red" } }),
    pod("pod", {
      spec: { nodeSelector: { team: "red" }, affinity: requiring([is("team", "In", "blue")]) },
    }),
  ]),
  titled("NotIn goes with NotIn, however much the two exclude", [
    pool("default", { requirements: [is("rack", "NotIn", "1", "2")] }),
    wants("pod", [is("rack", "NotIn", "3", "4")]),
  ]),
  titled("exclusions go together although their bounds clash", [
    pool("default", { requirements: [is("rank", "Gt", "5"), is("rank", "NotIn", "7")] }),
    wants("pod", [is("rank", "Lt", "3"), is("rank", "NotIn", "1")]),
    wants("bounds", [is("rank", "Lt", "3")]),
  ]),
  titled("what a bounded requirement excludes is not on the NodeClaim", [
    pool("default", { requirements: [is("rank", "Gt", "5"), is("rank", "NotIn", "7")] }),
    pod("pod"),
  ]),
  titled("bounds on both sides are two requirements of the NodeClaim, minValues on each", [
    pool("default", {
      requirements: [
        { ...is("karpenter.k8s.aws/instance-cpu", "Gt", "1"), minValues: 2 },
        is("karpenter.k8s.aws/instance-cpu", "Lt", "16"),
      ],
    }),
    pod("pod"),
  ]),
];

const twoTerms = { affinity: requiring([is("team", "In", "red")], [is("team", "In", "blue")]) };

const daemonQuirks: readonly TitledCase[] = [
  titled("a DaemonSet's term that was dropped for one NodePool stays dropped for the next", [
    pool("blue", { labels: { team: "blue" }, weight: 10 }),
    pool("red", { labels: { team: "red" } }),
    daemonSet("daemon", "2", twoTerms),
    pod("on-red", { requests: { cpu: "1" }, spec: { nodeSelector: { team: "red" } } }),
    pod("on-blue", { requests: { cpu: "1" }, spec: { nodeSelector: { team: "blue" } } }),
  ]),
  titled("a DaemonSet's term that was dropped for a NodePool stays dropped for nodes", [
    pool("default", { labels: { team: "blue" } }),
    node("n", { labels: { team: "red" } }),
    daemonSet("daemon", "3", twoTerms),
    pods(2, "pod", { requests: { cpu: "2" } }),
  ]),
  titled("a DaemonSet tolerates PreferNoSchedule on a node only after a NodePool was looked at", [
    base,
    node("n", { taints: [{ ...taint, effect: "PreferNoSchedule" }] }),
    daemonSet("daemon", "3"),
    pods(2, "pod", { requests: { cpu: "2" }, spec: { tolerations: [{ operator: "Exists" }] } }),
  ]),
  titled("requests hold the overhead of DaemonSets that half of the types do not have", [
    base,
    daemonSet("arm", "1", { nodeSelector: { [archKey]: "arm64" } }),
    pod("pod", { requests: { cpu: "1" } }),
  ]),
  titled("requests hold the least overhead of several DaemonSets", [
    base,
    daemonSet("arm", "1", { nodeSelector: { [archKey]: "arm64" } }),
    daemonSet("amd", "500m", { nodeSelector: { [archKey]: "amd64" } }),
    daemonSet("gpu", "250m", { nodeSelector: { "karpenter.k8s.aws/instance-gpu-name": "t4" } }),
    pod("pod", { requests: { cpu: "1" } }),
  ]),
  titled("ports of DaemonSets rule out the types on which these run", [
    base,
    daemonSet("daemon", "100m", {
      nodeSelector: { [archKey]: "arm64" },
      containers: [
        {
          name: "main",
          image: "example/daemon",
          ports: [{ containerPort: 1, hostPort: 80, protocol: "TCP" }],
        },
      ],
    }),
    pod("pod", { ports: [{ containerPort: 1, hostPort: 80, protocol: "TCP" }] }),
  ]),
];

const nodeQuirks: readonly TitledCase[] = [
  titled("a node that is overdrawn in one resource takes nothing at all", [
    base,
    node("n"),
    pod("there", { on: "n", requests: { memory: "20Gi" } }),
    pod("pod", { requests: { cpu: "100m" } }),
  ]),
  titled("ephemeral and startup taints are known by key and effect, whatever their value", [
    base,
    node("n", {
      isInitialized: false,
      taints: [notReady, { ...taint, value: "blue" }],
      startupTaints: [taint],
    }),
    pod("pod"),
  ]),
  titled("a taint of the node readiness controller is ephemeral with any effect", [
    base,
    node("n", {
      isInitialized: false,
      taints: [{ key: "readiness.k8s.io/network", value: "x", effect: "NoSchedule" }],
    }),
    pod("pod"),
  ]),
  titled("a cordon counts by its taint alone", [
    base,
    { ...(node("n")[0] ?? {}) },
    { ...(node("n")[1] ?? {}), spec: { providerID: "aws:///zone/n", unschedulable: true } },
    pod("pod"),
  ]),
  titled(
    "a node with a PreferNoSchedule taint takes nothing unless some NodePool has such a taint",
    [base, unownedNode("n", { taints: [{ ...taint, effect: "PreferNoSchedule" }] }), pod("pod")],
  ),
  titled("a node with a PreferNoSchedule taint takes pods once a NodePool has such a taint", [
    pool("default", { taints: [{ key: "soft", value: "x", effect: "PreferNoSchedule" }] }),
    unownedNode("n", { taints: [{ ...taint, effect: "PreferNoSchedule" }] }),
    pod("pod"),
  ]),
  titled("a pod that is being deleted before it had a node is still provided for", [
    base,
    pod("pod", {
      metadata: { deletionTimestamp: "2026-02-28T23:00:00Z", finalizers: ["example.com/slow"] },
    }),
  ]),
];

const others = (count: number) => pods(count, "other", { requests: { cpu: "3" } });

const volumeQuirks: readonly TitledCase[] = [
  titled("new nodes have no limit of attached volumes", [
    base,
    storageClass("any"),
    node("n"),
    csiNode("n", 1),
    Array.from({ length: 40 }, (_, index) => [
      claim(`claim-${index}`, { storageClassName: "any" }),
      pod(`pod-${index}`, { requests: { cpu: "10m" }, spec: mounts(`claim-${index}`) }),
    ]).flat(),
  ]),
  titled("a driver that says nothing of a count takes no volume", [
    base,
    storageClass("any"),
    node("n"),
    {
      apiVersion: "storage.k8s.io/v1",
      kind: "CSINode",
      metadata: { name: "n" },
      spec: {
        drivers: [{ name: "ebs.csi.aws.com", nodeID: "n", topologyKeys: [], allocatable: {} }],
      },
    },
    claim("claim", { storageClassName: "any" }),
    pod("pod", { spec: mounts("claim") }),
  ]),
  titled("volumes that cannot meet keep the pod from every node", [
    base,
    ["a", "b"].flatMap((name, index) => [
      claim(`claim-${name}`, { storageClassName: "any", volumeName: `volume-${name}` }, bound),
      volume(`volume-${name}`, [inZones(`test-zone-${index + 1}`)]),
    ]),
    pod("pod", { spec: mounts("claim-a", "claim-b") }),
  ]),
  titled(
    "a pod on a leaving node whose claim is gone is placed without its volume and its spread",
    [
      base,
      node("n", { isDeleting: true }),
      node("a"),
      pod("there", { labels: web, on: "a" }),
      pod("pod", {
        labels: web,
        on: "n",
        spec: { ...mounts("gone"), topologySpreadConstraints: [spread(zoneKey)] },
      }),
    ],
  ),
];

const minTypes = (minValues: number) => ({
  ...is(typeKey, "In", "m1.large", "c1.large", "m1.4xlarge"),
  minValues,
});

const launchQuirks: readonly TitledCase[] = [
  titled(
    "NodeClaims of one NodePool say of minValues what was said of the last of them",
    [
      pool("default", { requirements: [minTypes(2)] }),
      pod("large", { requests: { cpu: "15" } }),
      pod("small", { requests: { cpu: "1500m" } }),
    ],
    { minValuesPolicy: "BestEffort" },
  ),
  titled(
    "a reservation that one NodePool waits for keeps preferences as they are",
    [
      pool("reserved", {
        requirements: [is(capacityTypeKey, "In", "reserved"), is(typeKey, "In", "c1.2xlarge")],
      }),
      pool("never", { requirements: [is(archKey, "In", "arm64")], weight: 10 }),
      pods(2, "pod", {
        requests: { cpu: "5" },
        spec: { affinity: preferring([is(archKey, "In", "amd64")]) },
      }),
    ],
    { instanceTypeSet: "reserved" },
  ),
  titled(
    "without the feature gate reservations are offerings like any other",
    [pool("default", { requirements: [is(typeKey, "In", "m1.xlarge")] }), others(4)],
    { instanceTypeSet: "reserved", featureGates: { ReservedCapacity: false } },
  ),
  titled("a pod that fails first goes to the end and is tried again with all its preferences", [
    base,
    pod("needs", {
      requests: { cpu: "4" },
      spec: {
        affinity: {
          ...must("podAffinity", near("db", hostnameKey)),
          ...preferring([is(zoneKey, "In", "test-zone-2")]),
        },
      },
    }),
    pod("db", { labels: { app: "db" } }),
  ]),
];

export const quirkTitles: readonly TitledCase[] = [
  ...requirementQuirks,
  ...daemonQuirks,
  ...nodeQuirks,
  ...volumeQuirks,
  ...launchQuirks,
];
