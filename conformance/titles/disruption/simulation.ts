import { hostnameKey, pod } from "../build.ts";
import { resized } from "../resized-pods.ts";
import {
  type DisruptionTitle,
  longAgo,
  machine,
  machines,
  nodeClaim,
  nodeOf,
  pool,
  titled,
  webPod,
} from "./build.ts";

const base = pool("default");
const drifted = { conditions: { Drifted: "True" } } as const;
const carryOut = { launchSeconds: 5, initializeSeconds: 20, terminateSeconds: 6 };
const big = { requests: { cpu: "3" } };
const little = { cpu: "100m" };
const disruptedTaint = { key: "karpenter.sh/disrupted", effect: "NoSchedule" };

function localVolume(nodeName: string) {
  const hostname = { key: hostnameKey, operator: "In", values: [nodeName] };
  return [
    {
      apiVersion: "v1",
      kind: "PersistentVolume",
      metadata: { name: "volume", uid: "uid-volume" },
      spec: {
        accessModes: ["ReadWriteOnce"],
        capacity: { storage: "10Gi" },
        local: { path: "/data" },
        nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: [hostname] }] } },
      },
    },
    {
      apiVersion: "v1",
      kind: "PersistentVolumeClaim",
      metadata: { name: "claim", namespace: "default", uid: "uid-claim" },
      spec: {
        accessModes: ["ReadWriteOnce"],
        resources: { requests: { storage: "10Gi" } },
        volumeName: "volume",
        storageClassName: "",
      },
    },
  ];
}

const mounted = {
  volumes: [{ name: "data", persistentVolumeClaim: { claimName: "claim" } }],
};

export const simulationTitles: readonly DisruptionTitle[] = [
  titled(
    "should allow pods on deleting nodes to reschedule to uninitialized nodes",
    [
      base,
      machine("a"),
      webPod("leaving", "a", big),
      machine("b", drifted),
      webPod("pod", "b"),
      machine("c"),
      webPod("other", "c"),
      machine("new", { isInitialized: false }),
    ],
    { facts: { markedForDeletion: ["a"] } },
  ),
  titled(
    "should allow multiple replace operations to happen successively",
    [
      pool("default", {
        requirements: [
          {
            key: "node.kubernetes.io/instance-type",
            operator: "In",
            values: ["m1.large", "m1.xlarge", "m1.2xlarge"],
          },
          { key: "karpenter.sh/capacity-type", operator: "In", values: ["on-demand"] },
        ],
      }),
      ...["a", "b", "c"].map((name) => [
        ...machine(name, { type: "m1.2xlarge" }),
        webPod(`pod-${name}`, name, big),
      ]),
    ].flat(),
    { seconds: 200, carryOut },
  ),
  titled(
    "can replace node with a local PV (ignoring hostname affinity)",
    [base, machine("a"), localVolume("a"), webPod("pod", "a", { ...big, spec: mounted })],
    { seconds: 60, carryOut },
  ),
  titled(
    "should ensure that we do not duplicate capacity for disrupted nodes with provisioning",
    [base, machine("a", drifted), webPod("pod", "a", big)],
    { seconds: 3 },
  ),
  titled(
    "should provision for a node of a deletion whose pods no longer fit",
    [
      base,
      machine("a", drifted),
      webPod("pod", "a", { requests: { cpu: "1" } }),
      machine("b"),
      webPod("small", "b"),
    ],
    { seconds: 5, script: [{ atSeconds: 2, put: [webPod("late", "b", big)] }] },
  ),
  titled(
    "should remove taints from NodeClaims that were left tainted from a previous disruption action",
    [
      pool("default", { budgets: [{ nodes: "0" }] }),
      machine("a", { taints: [disruptedTaint], conditions: { DisruptionReason: "True" } }),
      machine("b", {
        taints: [
          { ...disruptedTaint, value: "x" },
          { key: "own", effect: "NoSchedule" },
        ],
        conditions: { DisruptionReason: "True" },
      }),
    ],
  ),
  titled(
    "should leave taints of nodes that are marked for deletion or not initialized",
    [
      pool("default", { budgets: [{ nodes: "0" }] }),
      machine("a", { taints: [disruptedTaint], conditions: { DisruptionReason: "True" } }),
      machine("b", {
        taints: [disruptedTaint],
        isInitialized: false,
        conditions: { DisruptionReason: "True" },
      }),
      machine("c", { taints: [disruptedTaint], isDeleting: true }),
      // Its Node is being deleted, its NodeClaim is not yet.
      machine("d", { taints: [disruptedTaint] }).map((it) =>
        it["kind"] === "Node"
          ? { ...it, metadata: { ...(it["metadata"] as object), deletionTimestamp: longAgo } }
          : it,
      ),
    ],
    { facts: { markedForDeletion: ["a"] } },
  ),
  titled(
    "should add and remove taints from NodeClaims that fail to disrupt",
    [base, machine("a", { type: "m1.4xlarge" }), webPod("pod", "a", big)],
    {
      seconds: 60,
      script: [
        {
          atSeconds: 20,
          put: [pool("default", { budgets: [{ nodes: "0" }] })],
          delete: [{ kind: "NodeClaim", name: "default-00001" }],
        },
      ],
    },
  ),
  titled(
    "should wait while a NodeClaim is not launched",
    [base, machine("a"), withoutProviderId("new")],
    {
      seconds: 60,
      script: [{ atSeconds: 20, delete: [{ kind: "NodeClaim", name: "claim-new" }] }],
    },
  ),
  titled(
    "should count the pods of deleting nodes before it consolidates",
    [
      base,
      machine("a"),
      webPod("one", "a", { requests: { cpu: "2" } }),
      machine("b"),
      webPod("two", "b", { requests: { cpu: "1" } }),
      machine("c"),
      webPod("three", "c", { requests: { cpu: "1" } }),
    ],
    { facts: { markedForDeletion: ["a"] } },
  ),
  titled(
    "should nominate the nodes that take the pods of a command",
    [
      base,
      machine("a", { type: "m1.4xlarge" }),
      webPod("pod", "a"),
      machines(2, "n"),
      webPod("one", "n-0", big),
      webPod("two", "n-1", { requests: { cpu: "2" } }),
      pod("waiting", { requests: { cpu: "100" } }),
    ],
    { seconds: 30 },
  ),
  titled(
    "should start a command although a node changed while it waited",
    [base, machine("a"), machine("b")],
    {
      script: [
        { atSeconds: 5, put: [nodeOf("a", { annotations: { touched: "true" } })] },
        { atSeconds: 6, put: [nodeClaim("b", { annotations: { touched: "true" } })] },
      ],
    },
  ),
  titled("should replace a node by one that holds what its resized pod holds", [
    base,
    machine("a", { type: "m1.4xlarge" }),
    resized("pod", { asked: little, inForce: { cpu: "5" }, allocated: { cpu: "5" }, on: "a" }),
  ]),
  titled("should keep a node that only the spec of its resized pod would leave", [
    base,
    machine("a", { type: "m1.2xlarge" }),
    resized("pod", { asked: little, inForce: { cpu: "5" }, on: "a" }),
    machine("b"),
    webPod("other", "b", big),
  ]),
  titled("should replace a node by one that its pod fits once its resize is infeasible", [
    base,
    machine("a", { type: "m1.4xlarge" }),
    resized("pod", { asked: { cpu: "12" }, inForce: little, pending: "Infeasible", on: "a" }),
  ]),
  titled(
    "should give up a replacement that a pod has outgrown while it waited",
    [base, machine("a", { type: "m1.4xlarge" }), resized("pod", { asked: little, on: "a" })],
    {
      seconds: 60,
      carryOut,
      script: [
        { atSeconds: 5, put: [resized("pod", { asked: little, inForce: { cpu: "9" }, on: "a" })] },
      ],
    },
  ),
];

function withoutProviderId(name: string) {
  const [claim = {}] = machine(name, { only: "NodeClaim" });
  return { ...claim, metadata: { ...(claim["metadata"] as object), finalizers: [] }, status: {} };
}
