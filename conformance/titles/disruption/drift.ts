import { pod } from "../build.ts";
import { unownedNode } from "../build-nodes.ts";
import {
  type DisruptionTitle,
  doNotDisrupt,
  machine,
  ownedBy,
  pdb,
  pool,
  start,
  titled,
  webPod,
} from "./build.ts";

const base = pool("default");
const drifted = { conditions: { Drifted: "True" } } as const;
const graceful = { ...drifted, spec: { terminationGracePeriod: "5m0s" } } as const;
const carryOut = { launchSeconds: 5, initializeSeconds: 20, terminateSeconds: 6 };
/** Needs a node of its own. */
const big = { requests: { cpu: "3" } };

function driftedSince(time: string) {
  return { conditions: { Drifted: { since: `2026-02-28T${time}:00Z` } } };
}

function budgeted(nodes: string, name = "default") {
  return pool(name, { budgets: [{ nodes }] });
}

/** Drifted machines with a pod each that fills them. */
function busy(count: number, name: string, details: Parameters<typeof machine>[1] = {}) {
  return Array.from({ length: count }, (_, index) => [
    ...machine(`${name}-${index}`, { ...drifted, ...details }),
    webPod(`pod-${name}-${index}`, `${name}-${index}`, big),
  ]).flat();
}

const budgetTitles: readonly DisruptionTitle[] = [
  titled(
    "should only consider 3 nodes allowed to be disrupted because of budgets",
    [budgeted("3"), busy(6, "n")],
    { seconds: 5 },
  ),
  titled(
    "should disrupt 3 nodes, taking into account commands in progress",
    [budgeted("30%"), busy(10, "n")],
    { seconds: 60, carryOut },
  ),
  titled(
    "should respect budgets for multiple nodepools",
    [
      budgeted("1", "a"),
      budgeted("2", "b"),
      busy(3, "a", { pool: "a" }),
      busy(3, "b", { pool: "b" }),
    ],
    { seconds: 15 },
  ),
  titled("should not drift anything when the budget is zero", [budgeted("0"), busy(2, "n")]),
];

const podTitles: readonly DisruptionTitle[] = [
  titled("should continue to the next drifted node if the first cannot reschedule all pods", [
    base,
    machine("a", driftedSince("01:00")),
    webPod("huge", "a", { requests: { cpu: "100" } }),
    machine("b", driftedSince("02:00")),
    webPod("pod", "b", big),
  ]),
  titled("should say which pods would not schedule, up to five of them", [
    base,
    machine("a", drifted),
    ...Array.from({ length: 7 }, (_, index) =>
      webPod(`huge-${index}`, "a", { requests: { cpu: "100" } }),
    ),
    machine("b", drifted),
    ...Array.from({ length: 5 }, (_, index) =>
      webPod(`huge-b-${index}`, "b", { requests: { cpu: "100" } }),
    ),
  ]),
  titled(
    "should not create replacements for drifted nodes that have pods with the do-not-disrupt annotation set to true when the NodePool's TerminationGracePeriod is not nil",
    [
      base,
      machine("a", graceful),
      webPod("pod", "a", { ...big, metadata: { annotations: { [doNotDisrupt]: "true" } } }),
    ],
  ),
  titled(
    "should not create replacements for drifted nodes that have pods with a blocking PDB when the NodePool's TerminationGracePeriod is not nil",
    [base, machine("a", graceful), webPod("pod", "a", big), pdb("budget")],
  ),
  titled("should create replacements for pods whose PDB lets some of them go one day", [
    base,
    machine("a", graceful),
    webPod("pod", "a", big),
    pdb("budget", { spec: { minAvailable: 1 } }),
  ]),
  titled(
    "should not drift nodes with pods that have a duration-based do-not-disrupt annotation that is still active",
    [base, machine("a", drifted), started("pod", "a", "30s", "2026-02-28T23:59:50Z")],
    { seconds: 15 },
  ),
  titled(
    "should drift nodes once a duration-based do-not-disrupt annotation has expired",
    [base, machine("a", drifted), started("pod", "a", "30s", "2026-02-28T23:59:50Z")],
    { seconds: 45 },
  ),
  titled("should drift nodes with pods that have an invalid do-not-disrupt annotation format", [
    base,
    machine("a", drifted),
    started("pod", "a", "soon", "2026-02-28T23:59:50Z"),
  ]),
  titled(
    "should not drift nodes with a duration-based do-not-disrupt annotation on a pod that hasn't started",
    [base, machine("a", drifted), started("pod", "a", "30s", undefined)],
    { seconds: 60 },
  ),
  titled(
    "should tell of every pod's annotation where a simulation looks at them, those of leaving nodes too",
    [
      base,
      machine("a", graceful),
      started("one", "a", "1h", "2026-02-28T23:59:50Z"),
      started("two", "a", "2h", "2026-02-28T23:59:50Z"),
      started("wrong", "a", "soon", "2026-02-28T23:59:50Z"),
      machine("b"),
      started("leaving", "b", "3h", "2026-02-28T23:59:50Z"),
    ],
    { facts: { markedForDeletion: ["b"] }, seconds: 5 },
  ),
  titled(
    "should not drift nodes until the longest duration-based do-not-disrupt grace period expires across multiple pods",
    [
      base,
      machine("a", drifted),
      started("one", "a", "10s", "2026-02-28T23:59:55Z"),
      started("two", "a", "40s", "2026-02-28T23:59:55Z"),
    ],
    { seconds: 60 },
  ),
];

function started(name: string, on: string, annotation: string, at: string | undefined) {
  const details = { ...big, metadata: { annotations: { [doNotDisrupt]: annotation } } };
  const made = webPod(name, on, { ...details, requests: { cpu: "1" } });
  const status = made["status"] as object;
  return at === undefined ? made : { ...made, status: { ...status, startTime: at } };
}

const nodeTitles: readonly DisruptionTitle[] = [
  titled("should ignore nodes without the drifted status condition", [base, machine("a")]),
  titled("should ignore nodes with the drifted status condition set to false", [
    base,
    machine("a", { conditions: { Drifted: "False" } }),
    webPod("pod", "a"),
  ]),
  titled("should replace drifted nodes", [base, busy(1, "n")], { seconds: 60, carryOut }),
  titled(
    "should delete drifted nodes",
    [base, machine("a", drifted), webPod("pod", "a"), machine("b"), webPod("other", "b")],
    { seconds: 60, carryOut },
  ),
  titled("should drift nodes whose pods fit on a node that Karpenter doesn't manage", [
    base,
    machine("a", drifted),
    webPod("pod", "a", big),
    unownedNode("stranger"),
  ]),
  titled("should drift nodes whose pods fit on a node that is younger than its consolidateAfter", [
    pool("default", { consolidateAfter: "1h" }),
    machine("a", drifted),
    webPod("pod", "a"),
    machine("b", { conditions: { Initialized: { since: start } } }),
    webPod("other", "b"),
  ]),
  titled("should not drift nodes whose pods would go to an uninitialized node", [
    base,
    machine("a", drifted),
    webPod("pod", "a", big),
    machine("new", { isInitialized: false }),
  ]),
  titled("should drift nodes at any price, and despite consolidateAfter Never", [
    pool("default", {
      consolidateAfter: "Never",
      requirements: [
        { key: "node.kubernetes.io/instance-type", operator: "In", values: ["g1.4xlarge"] },
      ],
    }),
    busy(1, "n"),
  ]),
  titled(
    "should drift empty nodes before non-empty nodes",
    [
      budgeted("1"),
      machine("a", driftedSince("01:00")),
      webPod("pod", "a", big),
      machine("b", { ...driftedSince("02:00"), annotations: {} }),
      webPod("agent", "b", { metadata: ownedBy("DaemonSet") }),
    ],
    { seconds: 30 },
  ),
  titled(
    "should not take nodes whose pods cost nothing for empty ones",
    [
      pool("default", { consolidateAfter: "Never" }),
      machine("a", driftedSince("02:00")),
      webPod("pod", "a", {
        metadata: {
          annotations: { "controller.kubernetes.io/pod-deletion-cost": "-2147483647" },
        },
      }),
      machine("b", driftedSince("01:00")),
      webPod("other", "b", big),
    ],
    { seconds: 5 },
  ),
  titled(
    "should drift one non-empty node at a time, starting with the earliest drift",
    [
      base,
      machine("a", driftedSince("02:00")),
      webPod("pod-a", "a", big),
      machine("b", driftedSince("01:00")),
      webPod("pod-b", "b", big),
      machine("c", driftedSince("03:00")),
      webPod("pod-c", "c", big),
    ],
    { seconds: 120, carryOut },
  ),
  titled("should untaint nodes when drift replacement fails", [budgeted("1"), busy(1, "n")], {
    seconds: 40,
    script: [
      {
        atSeconds: 12,
        put: [budgeted("0")],
        delete: [{ kind: "NodeClaim", name: "default-00001" }],
      },
    ],
  }),
  titled(
    "should untaint nodes when a replacement cannot be launched",
    [budgeted("1"), busy(1, "n")],
    {
      seconds: 12,
      carryOut,
      script: [{ atSeconds: 3, instanceTypeSet: "none" }],
    },
  ),
  titled(
    "can replace drifted nodes with multiple nodes",
    [
      pool("default", {
        requirements: [
          { key: "node.kubernetes.io/instance-type", operator: "In", values: ["m1.xlarge"] },
        ],
      }),
      machine("a", { ...drifted, type: "m1.4xlarge" }),
      webPod("one", "a", big),
      webPod("two", "a", big),
      webPod("three", "a", big),
    ],
    { seconds: 60, carryOut },
  ),
  titled("should launch what pending pods need together with the replacement", [
    base,
    busy(1, "n"),
    pod("waiting", { requests: { cpu: "10" } }),
    pod("impossible", { requests: { cpu: "100" } }),
  ]),
  titled("should fail without a NodePool that could launch", [
    pool("default", { isReady: false }),
    busy(1, "n"),
  ]),
  titled("should not start when the NodePool uses more than its limits already", [
    pool("default", { limits: { cpu: "3" } }),
    busy(1, "n"),
  ]),
];

export const driftTitles: readonly DisruptionTitle[] = [
  ...budgetTitles,
  ...podTitles,
  ...nodeTitles,
];
