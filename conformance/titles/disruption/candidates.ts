import { capacityTypeKey, typeKey, zoneKey } from "../build.ts";
import {
  type DisruptionTitle,
  doNotDisrupt,
  longAgo,
  machine,
  nodeOf,
  ownedBy,
  pdb,
  pool,
  terminating,
  titled,
  webPod,
} from "./build.ts";

const base = pool("default");
/** Drifted, so that methods of both classes have something to say. */
const drifted = { conditions: { Drifted: "True" } } as const;
const graceful = { ...drifted, spec: { terminationGracePeriod: "5m0s" } } as const;
const keep = { annotations: { [doNotDisrupt]: "true" } };
const tolerating = { spec: { tolerations: [{ operator: "Exists" }] } };
const blocking = pdb("budget");

function kept(metadata: object = {}): { readonly metadata: Readonly<Record<string, unknown>> } {
  return { metadata: { ...keep, ...metadata } };
}

const costTitles: readonly DisruptionTitle[] = [
  titled(
    "should have a standard disruptionCost for a pod with no priority or disruptionCost specified",
    [base, machine("a"), webPod("pod", "a")],
  ),
  titled("should have a higher disruptionCost for a pod with a positive deletion disruptionCost", [
    base,
    machine("a"),
    webPod("pod", "a", costing("100")),
  ]),
  titled("should have a lower disruptionCost for a pod with a positive deletion disruptionCost", [
    base,
    machine("a"),
    webPod("pod", "a", costing("-100")),
  ]),
  titled("should have higher costs for higher deletion costs", [
    base,
    ...["101", "100", "0", "-100", "-101", "2147483647", "-2147483647", "much"].flatMap(
      (cost, index) => [
        ...machine(`n-${index}`),
        webPod(`pod-${index}`, `n-${index}`, costing(cost)),
      ],
    ),
  ]),
  titled("should have a higher disruptionCost for a pod with a higher priority", [
    base,
    ...[1, 1_000_000_000, -1, -1_000_000_000].flatMap((priority, index) => [
      ...machine(`n-${index}`),
      webPod(`pod-${index}`, `n-${index}`, { spec: { priority } }),
    ]),
  ]),
];

function costing(cost: string): { readonly metadata: Readonly<Record<string, unknown>> } {
  return { metadata: { annotations: { "controller.kubernetes.io/pod-deletion-cost": cost } } };
}

const podTitles: readonly DisruptionTitle[] = [
  titled(
    "should not consider candidates that have do-not-disrupt pods scheduled and no terminationGracePeriod",
    [base, machine("a", drifted), webPod("pod", "a", kept())],
  ),
  titled(
    "should not consider candidates that have do-not-disrupt mirror pods scheduled and no terminationGracePeriod",
    [base, machine("a", drifted), webPod("pod", "a", kept(ownedBy("Node", "v1")))],
  ),
  titled(
    "should not consider candidates that have do-not-disrupt daemonset pods scheduled and no terminationGracePeriod",
    [base, machine("a", drifted), webPod("pod", "a", kept(ownedBy("DaemonSet")))],
  ),
  titled(
    "should consider candidates that have do-not-disrupt pods scheduled with a terminationGracePeriod set for eventual disruption",
    [base, machine("a", graceful), webPod("pod", "a", kept())],
  ),
  titled(
    "should consider candidates that have PDB-blocked pods scheduled with a terminationGracePeriod set for eventual disruption",
    [base, machine("a", graceful), webPod("pod", "a"), blocking],
  ),
  titled(
    "should not consider candidates that have PDB-blocked pods scheduled without a terminationGracePeriod set for eventual disruption",
    [base, machine("a", drifted), webPod("pod", "a"), blocking],
  ),
  titled(
    "should not consider candidates of which only the NodePool has a terminationGracePeriod, not the NodeClaim",
    [
      pool("default", { terminationGracePeriod: "5m0s" }),
      machine("a", drifted),
      webPod("pod", "a", kept()),
    ],
  ),
  titled("should consider candidates that have do-not-disrupt terminating pods", [
    base,
    machine("a", drifted),
    webPod("pod", "a", kept(terminating)),
  ]),
  titled("should consider candidates that have do-not-disrupt terminal pods", [
    base,
    machine("a", drifted),
    webPod("done", "a", { ...kept(), phase: "Succeeded" }),
    webPod("failed", "a", { ...kept(), phase: "Failed" }),
  ]),
  titled("should consider candidates that have do-not-disrupt pods set to false", [
    base,
    machine("a", drifted),
    webPod("pod", "a", { metadata: { annotations: { [doNotDisrupt]: "false" } } }),
  ]),
];

const pdbTitles: readonly DisruptionTitle[] = [
  titled("should not consider candidates that have multiple PDBs on the same pod", [
    base,
    machine("a", drifted),
    webPod("pod", "a"),
    pdb("one", { allowed: 1, spec: { maxUnavailable: 1 } }),
    pdb("two", { allowed: 1, spec: { maxUnavailable: 1 } }),
  ]),
  titled("should not consider candidates that have fully blocking PDBs on daemonset pods", [
    base,
    machine("a", drifted),
    webPod("pod", "a", { metadata: ownedBy("DaemonSet") }),
    blocking,
  ]),
  titled("should consider candidates that have fully blocking PDBs on mirror pods", [
    base,
    machine("a", drifted),
    webPod("pod", "a", { metadata: ownedBy("Node", "v1") }),
    blocking,
  ]),
  titled("should consider candidates that have fully blocking PDBs on terminal pods", [
    base,
    machine("a", drifted),
    webPod("done", "a", { phase: "Succeeded" }),
    webPod("failed", "a", { phase: "Failed" }),
    blocking,
  ]),
  titled("should consider candidates that have fully blocking PDBs on terminating pods", [
    base,
    machine("a", drifted),
    webPod("pod", "a", { metadata: terminating }),
    blocking,
  ]),
  titled("should consider candidates whose pods tolerate the disrupted taint despite a PDB", [
    base,
    machine("a", drifted),
    webPod("pod", "a", tolerating),
    blocking,
  ]),
  titled("should consider candidates with a PDB of another namespace, or that selects nothing", [
    base,
    machine("a", drifted),
    webPod("pod", "a"),
    pdb("foreign", { namespace: "other" }),
    { ...pdb("none"), spec: { maxUnavailable: 0 } },
  ]),
  titled("should consider candidates with a PDB that lets one pod go", [
    base,
    machine("a", drifted),
    webPod("one", "a"),
    webPod("two", "a"),
    pdb("budget", { allowed: 1, spec: { minAvailable: 1 } }),
  ]),
  titled("should not consider candidates with a PDB that selects everything", [
    base,
    machine("a", drifted),
    webPod("pod", "a", { labels: {} }),
    pdb("everything", { matchLabels: {} }),
  ]),
];

const nodeTitles: readonly DisruptionTitle[] = [
  titled("should not consider candidates that have do-not-disrupt on nodes", [
    base,
    machine("a", { ...drifted, ...keep }),
    webPod("pod", "a"),
  ]),
  titled("should consider candidates with another do-not-disrupt value on nodes", [
    base,
    machine("a", { ...drifted, annotations: { [doNotDisrupt]: "1h" } }),
    machine("b", { ...drifted, annotations: { [doNotDisrupt]: "false" } }),
    webPod("pod", "a"),
  ]),
  titled("should not consider candidates that has just a Node representation", [
    base,
    machine("a", { ...drifted, only: "Node" }),
    webPod("pod", "a"),
  ]),
  titled("should not consider candidate that has just a NodeClaim representation", [
    base,
    machine("a", { ...drifted, only: "NodeClaim" }),
  ]),
  titled(
    "should not consider candidates that are nominated",
    [base, machine("a", drifted), webPod("pod", "a")],
    { facts: { nominatedSecondsAgo: { a: 5 } }, seconds: 60 },
  ),
  titled(
    "should consider candidates whose nomination has just ended",
    [base, machine("a", drifted), webPod("pod", "a")],
    { facts: { nominatedSecondsAgo: { a: 20 } } },
  ),
  titled("should not consider candidates that are deleting", [
    base,
    machine("a", { ...drifted, isDeleting: true }),
    webPod("pod", "a"),
  ]),
  titled("should not consider candidates whose instance is terminating", [
    base,
    machine("a", { conditions: { Drifted: "True", InstanceTerminating: "True" } }),
    webPod("pod", "a"),
  ]),
  titled(
    "should not consider candidates that are MarkedForDeletion",
    [base, machine("a", drifted), webPod("pod", "a")],
    { facts: { markedForDeletion: ["a"] } },
  ),
  titled("should not consider candidates that aren't yet initialized", [
    base,
    machine("a", { ...drifted, isInitialized: false }),
    webPod("pod", "a"),
  ]),
  titled(
    "should not consider candidates that are not owned by a NodePool (no karpenter.sh/nodepool label)",
    [base, machine("a", { ...drifted, without: ["karpenter.sh/nodepool"] }), webPod("pod", "a")],
  ),
  titled("should not consider candidates that are have a non-existent NodePool", [
    base,
    machine("a", { ...drifted, pool: "gone" }),
    webPod("pod", "a"),
  ]),
  titled(
    "should not consider candidates whose NodePool has no instance types",
    [base, pool("bare"), machine("a", { ...drifted, pool: "bare" }), webPod("pod", "a")],
    { instanceTypeSetByNodePool: { bare: "none" } },
  ),
  ...(
    [
      ["capacity type label", capacityTypeKey],
      ["zone label", zoneKey],
      ["instance type label", typeKey],
    ] as const
  ).map(([what, key]) =>
    titled(`should consider candidates that do not have the ${what}`, [
      base,
      machine("a", { ...drifted, without: [key] }),
      webPod("pod", "a"),
      machine("b", { ...drifted, without: [key] }),
    ]),
  ),
  titled("should consider candidates that have an instance type that cannot be resolved", [
    base,
    machine("a", { ...drifted, type: "x1.xlarge" }),
    webPod("pod", "a"),
    machine("b", { ...drifted, type: "x1.xlarge" }),
  ]),
  titled("should consider candidates whose offering is unknown", [
    base,
    machine("a", { ...drifted, zone: "test-zone-9" }),
    webPod("pod", "a"),
  ]),
  titled(
    "should not consider candidates that are actively being processed in the queue",
    [base, machine("a", drifted), webPod("pod", "a"), machine("b", drifted), webPod("q", "b")],
    { facts: { queued: ["a"] } },
  ),
  titled("should consider candidates of a NodePool that is not ready", [
    pool("default", { isReady: false }),
    machine("a", drifted),
    machine("b", drifted),
    webPod("pod", "b"),
  ]),
  titled(
    "should not consider candidates that begin to be deleted while a command waits",
    [base, machine("a"), machine("b")],
    { script: [{ atSeconds: 7, delete: [{ kind: "NodeClaim", name: "claim-a" }] }] },
  ),
  titled(
    "should consider candidates once what blocked them is gone",
    [base, machine("a", { ...drifted, ...keep })],
    { seconds: 60, script: [{ atSeconds: 25, put: [nodeOf("a")] }] },
  ),
];

export const candidateTitles: readonly DisruptionTitle[] = [
  ...costTitles,
  ...podTitles,
  ...pdbTitles,
  ...nodeTitles,
  titled("should consider candidates without anything that blocks them", [
    base,
    machine("a", drifted),
    webPod("pod", "a"),
    machine("b", { conditions: { Drifted: { since: longAgo } } }),
  ]),
];
