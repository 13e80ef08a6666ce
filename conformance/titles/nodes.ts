import type { Manifest } from "../cases.ts";
import {
  archKey,
  expression as is,
  must,
  near,
  pod,
  pods,
  pool,
  requiring,
  spread,
  titled,
  zoneKey,
} from "./build.ts";
import { hostnameKey, type TitledCase } from "./build.ts";
import { daemonSet, node, unownedNode } from "./build-nodes.ts";

const base = pool("default");
const web = { app: "web" };
const taint = { key: "team", value: "red", effect: "NoSchedule" };
const notReady = { key: "node.kubernetes.io/not-ready", effect: "NoExecute" };
const inFlight = { isWithoutNode: true } as const;
const starting = { isInitialized: false } as const;

function budget(name: string, rule: Manifest): Manifest {
  return {
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata: { name, namespace: "default", uid: `uid-${name}` },
    spec: { selector: { matchLabels: web }, ...rule },
    status: {
      disruptionsAllowed: 0,
      currentHealthy: 1,
      desiredHealthy: 1,
      expectedPods: 1,
      observedGeneration: 1,
    },
  };
}

function owned(kind: string): Manifest {
  return {
    ownerReferences: [
      { apiVersion: "apps/v1", kind, name: "owner", uid: "owner", controller: true },
    ],
  };
}

const stopped = {
  deletionTimestamp: "2026-02-28T23:00:00Z",
  deletionGracePeriodSeconds: 30,
  finalizers: ["example.com/slow"],
};

/** A node whose NodeClaim was promised slots that its kubelet has not found. */
function zeroed(isInitialized: boolean): readonly Manifest[] {
  const [nodeClaim = {}, bare = {}] = node("n", { isInitialized });
  const slots = (value: string, { status }: Manifest) => {
    const { allocatable } = status as { readonly allocatable: Manifest };
    const amounts = { ...allocatable, "example.com/slots": value };
    return { ...(status as Manifest), capacity: amounts, allocatable: amounts };
  };
  return [
    { ...nodeClaim, status: slots("4", nodeClaim) },
    { ...bare, status: slots("0", bare) },
  ];
}

const inFlightTitles: readonly TitledCase[] = [
  titled("should not launch a second node if there is an in-flight node that can support the pod", [
    base,
    node("n", inFlight),
    pod("pod"),
  ]),
  titled(
    "should not launch a second node if there is an in-flight node that can support the pod (node selectors)",
    [
      base,
      node("n", { ...inFlight, zone: "test-zone-2" }),
      pod("pod", { spec: { nodeSelector: { [zoneKey]: "test-zone-2" } } }),
    ],
  ),
  titled("should launch a second node if a pod won't fit on the existingNodes node", [
    base,
    node("n", inFlight),
    pod("pod", { requests: { cpu: "6" } }),
  ]),
  titled(
    "should launch a second node if a pod isn't compatible with the existingNodes node (node selector)",
    [base, node("n", inFlight), pod("pod", { spec: { nodeSelector: { [archKey]: "arm64" } } })],
  ),
  titled("should launch a second node if an in-flight node is terminating", [
    base,
    node("n", { ...starting, isDeleting: true }),
    pod("pod"),
  ]),
  titled("should pack in-flight nodes before launching new nodes", [
    base,
    node("a", inFlight),
    node("b", inFlight),
    pods(10, "pod", { requests: { cpu: "1" } }),
  ]),
  titled(
    "should order initialized nodes for scheduling uninitialized nodes when all other nodes are inflight",
    [base, node("a", inFlight), node("b", starting), node("c"), pod("pod")],
  ),
  titled("should schedule pods with the same host port to different nodes", [
    base,
    node("n"),
    pods(2, "pod", { ports: [{ containerPort: 80, hostPort: 80, protocol: "TCP" }] }),
  ]),
  titled("should balance pods across zones with in-flight nodes", [
    base,
    node("a", inFlight),
    pods(5, "pod", { labels: web, spec: { topologySpreadConstraints: [spread(zoneKey)] } }),
  ]),
  titled("should balance pods across hostnames with in-flight nodes", [
    base,
    node("a", inFlight),
    node("b"),
    pods(5, "pod", { labels: web, spec: { topologySpreadConstraints: [spread(hostnameKey)] } }),
  ]),
  titled("should assume pod will schedule to a tainted node with no taints", [
    base,
    node("n", { ...starting, startupTaints: [taint] }),
    pod("pod"),
  ]),
  titled(
    "should assume pod will schedule to a node with ephemeral taint node.kubernetes.io/not-ready:NoExecute when the node is uninitialized",
    [base, node("n", { ...starting, taints: [notReady] }), pod("pod")],
  ),
  titled("should not assume pod will schedule to a tainted node", [
    base,
    node("n", { ...starting, taints: [taint] }),
    pod("pod"),
  ]),
  titled("should assume pod will schedule to a tainted node with a custom startup taint", [
    base,
    node("n", { ...starting, taints: [taint], startupTaints: [taint] }),
    pod("pod"),
  ]),
  titled("should not assume pod will schedule to a node with startup taints after initialization", [
    base,
    node("n", { taints: [taint], startupTaints: [taint] }),
    pod("pod"),
  ]),
  titled("should consider a tainted NotReady node as in-flight even if initialized", [
    base,
    node("n", { taints: [{ ...notReady, effect: "NoSchedule" }] }),
    pod("pod"),
  ]),
  titled(
    "should track daemonset usage separately so we know how many DS resources are remaining to be scheduled",
    [
      base,
      daemonSet("daemon", "2"),
      node("n", starting),
      pods(3, "pod", { requests: { cpu: "1" } }),
    ],
  ),
  titled("should handle unexpected daemonset pods binding to the node", [
    base,
    daemonSet("daemon", "1", { nodeSelector: { team: "none" } }),
    node("n"),
    pod("daemon-pod", { on: "n", requests: { cpu: "3" }, metadata: owned("DaemonSet") }),
    pods(2, "pod", { requests: { cpu: "1" } }),
  ]),
  titled(
    "Should properly handle DaemonSet resources with Node Affinity for `karpenter.sh/initialized` and `karpenter.sh/registered`",
    [
      base,
      daemonSet("initialized", "1", {
        affinity: requiring([is("karpenter.sh/initialized", "In", "true")]),
      }),
      daemonSet("registered", "1", {
        affinity: requiring([is("karpenter.sh/registered", "In", "true")]),
      }),
      node("n", inFlight),
      pods(4, "pod", { requests: { cpu: "1" } }),
    ],
  ),
];

const existingTitles: readonly TitledCase[] = [
  titled(
    "should not launch a second node if there is an in-flight node that can support the pod (#2011)",
    [
      base,
      daemonSet("daemon", "1", {
        nodeSelector: { "kubernetes.io/os": "linux" },
        tolerations: [{ operator: "Exists" }],
      }),
      node("n", inFlight),
      pod("pod", { requests: { cpu: "2" } }),
    ],
  ),
  titled("should not bind pods to nodes", [
    base,
    node("n", inFlight),
    pods(2, "pod", { requests: { memory: "10Mi" } }),
  ]),
  titled("should handle resource zeroing of extended resources by kubelet", [
    base,
    zeroed(false),
    pod("pod", { requests: { "example.com/slots": "1" } }),
  ]),
  titled("should believe a zero once the node is initialized", [
    base,
    zeroed(true),
    pod("pod", { requests: { "example.com/slots": "1" } }),
  ]),
  titled("should respect self pod affinity without pod binding (zone)", [
    base,
    node("n", { zone: "test-zone-2" }),
    pod("there", { on: "n", labels: web, requests: { cpu: "3" } }),
    pods(2, "pod", {
      labels: web,
      requests: { cpu: "2" },
      spec: { affinity: must("podAffinity", near("web", zoneKey)) },
    }),
  ]),
  titled("should schedule a pod to an existing node unowned by Karpenter", [
    base,
    unownedNode("n"),
    pod("pod"),
  ]),
  titled("should schedule multiple pods to an existing node unowned by Karpenter", [
    base,
    unownedNode("n"),
    pods(30, "pod", { requests: { cpu: "1m" } }),
  ]),
  titled("should order initialized nodes for scheduling uninitialized nodes", [
    base,
    node("a", starting),
    node("z"),
    pods(2, "pod", { requests: { cpu: "3" } }),
  ]),
  titled("should consider a pod incompatible with an existing node but compatible with NodePool", [
    base,
    unownedNode("n"),
    pod("pod", { spec: { nodeSelector: { "karpenter.sh/nodepool": "default" } } }),
  ]),
  titled(
    "should not subtract daemonset overhead that is not strictly compatible with an existing node",
    [
      base,
      daemonSet("daemon", "4", { nodeSelector: { "karpenter.sh/capacity-type": "spot" } }),
      unownedNode("n"),
      pod("pod", { requests: { cpu: "2" } }),
    ],
  ),
  titled("should respect NodePool limits with the nodes that are there", [
    pool("default", { limits: { cpu: "7" } }),
    node("n"),
    pods(4, "pod", { requests: { cpu: "3" } }),
  ]),
  titled("should respect a limit of nodes", [
    pool("default", { limits: { nodes: "2" } }),
    node("n"),
    pods(4, "pod", { requests: { cpu: "10" } }),
  ]),
];

const leaving = node("n", { isDeleting: true });
const rebound = (metadata: Manifest, phase = "Running") =>
  pod("pod", { on: "n", labels: web, metadata, phase });

const deletingTitles: readonly TitledCase[] = [
  titled("should re-schedule pods from a deleting node when pods are active", [
    base,
    leaving,
    rebound({}),
  ]),
  titled("should not re-schedule pods from a deleting node when pods are not active", [
    base,
    leaving,
    rebound({}, "Succeeded"),
  ]),
  titled("should not re-schedule pods from a deleting node when pods are owned by a DaemonSet", [
    base,
    leaving,
    rebound(owned("DaemonSet")),
  ]),
  titled(
    "should not reschedule pods from a deleting node when pods are not active and they are owned by a ReplicaSet",
    [base, leaving, rebound({ ...owned("ReplicaSet"), ...stopped })],
  ),
  titled(
    "should reschedule pods from a deleting node when pods are not active and they are owned by a StatefulSet",
    [base, leaving, rebound({ ...owned("StatefulSet"), ...stopped })],
  ),
  titled("should reschedule a StatefulSet's pod that has failed and is going, and no other", [
    base,
    leaving,
    rebound({ ...owned("StatefulSet"), ...stopped }, "Failed"),
    pod("done", {
      on: "n",
      metadata: { ...owned("StatefulSet"), uid: "uid-done" },
      phase: "Failed",
    }),
    pod("gone", {
      on: "n",
      metadata: { ...owned("ReplicaSet"), ...stopped, uid: "uid-gone" },
      phase: "Failed",
    }),
  ]),
  ...(
    [
      ["0 max unavailable", [{ maxUnavailable: 0 }]],
      ["0% max unavailable", [{ maxUnavailable: "0%" }]],
      ["100% min available", [{ minAvailable: "100%" }]],
      ["multiple PDBs on the same pod", [{ maxUnavailable: 1 }, { maxUnavailable: 0 }]],
    ] as const
  ).map(([name, rules]) =>
    titled(
      `should not reschedule pods from a deleting node when pods are blocked due to fully blocking PDBs: ${name}`,
      [base, leaving, rebound({}), rules.map((rule, index) => budget(`budget-${index}`, rule))],
    ),
  ),
];

export const nodeTitles: readonly TitledCase[] = [
  ...inFlightTitles,
  ...existingTitles,
  ...deletingTitles,
];
