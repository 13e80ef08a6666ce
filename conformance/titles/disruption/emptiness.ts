import { pod } from "../build.ts";
import { daemonSet } from "../build-nodes.ts";
import {
  type DisruptionTitle,
  doNotDisrupt,
  longAgo,
  machine,
  machines,
  nodeClaim,
  ownedBy,
  pool,
  start,
  terminating,
  titled,
  webPod,
} from "./build.ts";

const base = pool("default");
const costless = { "controller.kubernetes.io/pod-deletion-cost": "-2147483647" };

function budgeted(nodes: string, name = "default") {
  return pool(name, { budgets: [{ nodes }] });
}

const budgetTitles: readonly DisruptionTitle[] = [
  titled("should allow all empty nodes to be disrupted", [budgeted("100%"), machines(10, "n")]),
  titled("should allow no empty nodes to be disrupted", [budgeted("0%"), machines(10, "n")]),
  titled("should only allow 3 empty nodes to be disrupted", [budgeted("30%"), machines(10, "n")]),
  titled("should allow 2 nodes from each nodePool to be deleted", [
    ...["a", "b", "c"].map((name) => [
      budgeted("2", name),
      ...machines(3, `of-${name}`, { pool: name }),
    ]),
  ]),
  titled("should allow all nodes from each nodePool to be deleted", [
    ...["a", "b", "c"].map((name) => [
      budgeted("100%", name),
      ...machines(3, `of-${name}`, { pool: name }),
    ]),
  ]),
  titled("should take the dearest empty nodes first when the budget is limited", [
    budgeted("2"),
    machine("a", { type: "m1.medium" }),
    machine("b", { type: "m1.4xlarge" }),
    machine("c", { type: "m1.large", capacityType: "spot" }),
    machine("d", { type: "m1.2xlarge" }),
    machine("e", { type: "x1.unknown" }),
  ]),
];

const consolidatable = { conditions: { Consolidatable: { since: "2026-03-01T00:00:12Z" } } };

const filterTitles: readonly DisruptionTitle[] = [
  titled("can delete empty nodes", [base, machines(2, "n")]),
  titled("can delete empty and drifted nodes", [
    base,
    machine("a", { conditions: { Drifted: "True" } }),
  ]),
  titled("can delete empty nodes whatever the policy", [
    pool("when-empty", { policy: "WhenEmpty" }),
    pool("balanced", { policy: "Balanced" }),
    machine("a", { pool: "when-empty" }),
    machine("b", { pool: "balanced" }),
  ]),
  titled("should ignore nodes without the consolidatable status condition", [
    base,
    machine("a", { conditions: { Consolidatable: undefined } }),
  ]),
  titled("should ignore nodes with the consolidatable status condition set to false", [
    base,
    machine("a", { conditions: { Consolidatable: "False" } }),
    machine("b", { conditions: { Consolidatable: "Unknown" } }),
  ]),
  titled("should delete nodes with the karpenter.sh/do-not-disrupt annotation set to false", [
    base,
    machine("a", { annotations: { [doNotDisrupt]: "false" } }),
  ]),
  titled("should ignore nodes with the karpenter.sh/do-not-disrupt annotation set to true", [
    base,
    machine("a", { annotations: { [doNotDisrupt]: "true" } }),
  ]),
  titled("should ignore nodes that have pods", [base, machine("a"), webPod("pod", "a")]),
  titled("should ignore nodes when consolidateAfter is Never", [
    pool("default", { consolidateAfter: "Never" }),
    machine("a"),
    machine("b"),
    webPod("pod", "b"),
  ]),
  titled("should not consolidate static NodePool nodes", [
    pool("default", { replicas: 1 }),
    machine("a"),
  ]),
];

const podTitles: readonly DisruptionTitle[] = [
  titled("considers pending pods when consolidating", [
    base,
    machine("a", { type: "m1.4xlarge" }),
    webPod("running", "a", { requests: { cpu: "1" } }),
    pod("pending", { requests: { cpu: "14" } }),
  ]),
  titled("will delete an empty node that a pending pod would fit on", [
    base,
    machine("a"),
    pod("pending", { requests: { cpu: "1" } }),
  ]),
  titled("will consider a node with a DaemonSet pod as empty", [
    base,
    daemonSet("agent", "100m"),
    machine("a"),
    webPod("agent-a", "a", { metadata: ownedBy("DaemonSet") }),
  ]),
  titled("will consider a node with a mirror pod as empty", [
    base,
    machine("a"),
    webPod("static-a", "a", { metadata: ownedBy("Node", "v1") }),
  ]),
  titled("will consider a node with terminating Deployment pods as empty", [
    base,
    machine("a"),
    webPod("pod", "a", { metadata: { ...ownedBy("ReplicaSet"), ...terminating } }),
  ]),
  titled("will not consider a node with a terminating StatefulSet pod as empty", [
    base,
    machine("a"),
    webPod("pod", "a", { metadata: { ...ownedBy("StatefulSet"), ...terminating } }),
  ]),
  titled("will consider a node with terminal pods as empty", [
    base,
    machine("a"),
    webPod("done", "a", { phase: "Succeeded" }),
  ]),
  titled("will consider a node whose pods cost nothing to evict as empty", [
    base,
    machine("a"),
    webPod("pod", "a", { metadata: { annotations: costless } }),
  ]),
  titled("will not consider a node with a pod without owner as empty", [
    base,
    machine("a"),
    webPod("pod", "a", { metadata: { ownerReferences: [] } }),
  ]),
  titled("should not disrupt a node that hosts virtual buffer pods", [base, machine("a")], {
    facts: { bufferPods: { a: 2 } },
  }),
  titled(
    "should only protect the specific node with buffer pods, not others",
    [base, machine("a"), machine("b"), machine("c")],
    { facts: { bufferPods: { b: 1, c: 0 } } },
  ),
];

const waitingTitles: readonly DisruptionTitle[] = [
  titled(
    "should wait for the node TTL for empty nodes before consolidating",
    [base, machine("a")],
    { seconds: 60 },
  ),
  titled(
    "should not delete an empty node that a pod comes to while it waits",
    [base, machine("a"), machine("b")],
    { script: [{ atSeconds: 8, put: [webPod("late", "a")] }], seconds: 50 },
  ),
  titled(
    "should not delete anything when all nodes are taken while it waits",
    [base, machine("a"), machine("b")],
    {
      script: [{ atSeconds: 8, put: [webPod("late", "a"), webPod("later", "b")] }],
      seconds: 50,
    },
  ),
  titled(
    "should not delete an empty node that is nominated while it waits",
    [base, machine("a"), machine("b")],
    { script: [{ atSeconds: 8, facts: { nominatedSecondsAgo: { a: 0 } } }], seconds: 50 },
  ),
  titled(
    "should not delete more nodes than the budget allows after it waited",
    [budgeted("2"), machines(4, "n")],
    {
      script: [{ atSeconds: 8, delete: [{ kind: "NodeClaim", name: "claim-n-3" }] }],
      seconds: 50,
    },
  ),
  titled(
    "should delete a node once it becomes consolidatable",
    [base, machine("a", { conditions: { Consolidatable: undefined } })],
    { script: [{ atSeconds: 12, put: [nodeClaim("a", consolidatable)] }], seconds: 50 },
  ),
  titled(
    "should find nothing to do, then look again when a pod has gone",
    [
      base,
      machine("a", { type: "m1.large", capacityType: "spot" }),
      webPod("pod", "a", { requests: { cpu: "1" } }),
    ],
    {
      script: [{ atSeconds: 33, delete: [{ kind: "Pod", namespace: "default", name: "pod" }] }],
      seconds: 80,
    },
  ),
  titled(
    "can delete empty nodes one after the other when the budget is one",
    [budgeted("1"), machines(3, "n")],
    { seconds: 120, carryOut: { launchSeconds: 5, initializeSeconds: 20, terminateSeconds: 4 } },
  ),
  titled("should leave a node to itself that was initialized a moment ago", [
    pool("default", { consolidateAfter: "30s" }),
    machine("a", {
      conditions: { Initialized: { since: start }, Consolidatable: undefined },
      lastPodEventTime: longAgo,
    }),
  ]),
];

export const emptinessTitles: readonly DisruptionTitle[] = [
  ...budgetTitles,
  ...filterTitles,
  ...podTitles,
  ...waitingTitles,
];
