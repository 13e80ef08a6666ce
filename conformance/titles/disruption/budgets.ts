import type { Manifest } from "../../cases.ts";
import { type DisruptionTitle, machine, machines, nodeOf, pool, titled, webPod } from "./build.ts";

const all = [{ nodes: "100%" }];
const drifted = { conditions: { Drifted: "True" } } as const;
const noLabel = { only: "Node", without: ["karpenter.sh/nodepool"] } as const;

function budgeted(...budgets: readonly Manifest[]): Manifest {
  return pool("default", { budgets });
}

function deletions(...names: readonly string[]) {
  return names.map((name) => ({ kind: "NodeClaim", name: `claim-${name}` }) as const);
}

const countingTitles: readonly DisruptionTitle[] = [
  titled("should not consider nodes that are not managed as part of disruption count", [
    budgeted(...all),
    machine("stranger", noLabel),
    machines(3, "n", drifted),
  ]),
  titled("should not consider nodes that are not initialized as part of disruption count", [
    budgeted({ nodes: "50%" }),
    machines(4, "new", { isInitialized: false }),
    machines(3, "n", drifted),
  ]),
  titled(
    "should not consider nodes that have the terminating status condition as part of disruption count",
    [
      budgeted({ nodes: "2" }),
      machine("gone", { conditions: { InstanceTerminating: "True" } }),
      machines(4, "n", drifted),
    ],
  ),
  titled(
    "should not return a negative disruption value",
    [budgeted({ nodes: "10%" }), machines(10, "n", drifted)],
    { facts: { markedForDeletion: ["n-1", "n-2", "n-3"] } },
  ),
  titled(
    "should consider nodes with a deletion timestamp set and MarkedForDeletion to the disruption count",
    [
      budgeted({ nodes: "5" }),
      machines(2, "deleting", { isDeleting: true }),
      machines(6, "n", drifted),
    ],
    { facts: { markedForDeletion: ["n-0"] } },
  ),
  titled("should consider not ready nodes to the disruption count", [
    budgeted({ nodes: "3" }),
    machines(2, "unready", { isReady: false }),
    machines(4, "n", drifted),
  ]),
  titled("should consider nodes without a ready condition to the disruption count", [
    budgeted({ nodes: "3" }),
    machine("silent").map((it) =>
      it["kind"] === "Node" ? { ...it, status: { conditions: [] } } : it,
    ),
    machines(4, "n", drifted),
  ]),
  titled("should round percentages up, whatever the number of nodes", [
    pool("one", { budgets: [{ nodes: "10%" }] }),
    pool("eleven", { budgets: [{ nodes: "10%" }] }),
    pool("empty", { budgets: [{ nodes: "10%" }] }),
    machine("single", { pool: "one" }),
    machines(11, "n", { pool: "eleven" }),
  ]),
];

const reasonTitles: readonly DisruptionTitle[] = [
  titled("should count only budgets for the reason", [
    budgeted(
      { nodes: "1", reasons: ["Empty"] },
      { nodes: "2", reasons: ["Drifted"] },
      { nodes: "3", reasons: ["Underutilized"] },
    ),
    machines(6, "n", drifted),
    webPod("pod", "n-5"),
  ]),
  titled("should take the least of several budgets", [
    budgeted({ nodes: "4" }, { nodes: "50%" }, { nodes: "2", reasons: ["Empty", "Drifted"] }),
    machines(6, "n", drifted),
  ]),
  titled("should disrupt everything without budgets", [budgeted(), machines(3, "n")]),
  titled("should block on a budget of zero, and say so", [
    budgeted({ nodes: "0" }),
    machines(3, "n", drifted),
    webPod("pod", "n-0"),
  ]),
  titled("should read a number beyond 31 bits as it wraps", [
    budgeted({ nodes: "4294967297" }),
    machines(3, "n"),
  ]),
  titled("should close the NodePool on a number beyond 64 bits", [
    budgeted({ nodes: "99999999999999999999" }, { nodes: "2", reasons: ["Drifted"] }),
    machines(3, "n", drifted),
  ]),
];

const scheduleTitles: readonly DisruptionTitle[] = [
  titled(
    "should let a scheduled budget count only in its window",
    [
      // From one minute after the start on, for two minutes.
      budgeted({ nodes: "0", schedule: "1 0 * * *", duration: "2m" }),
      machines(3, "n"),
    ],
    { seconds: 40, script: [{ atSeconds: 30, put: [nodeOf("late")] }] },
  ),
  titled(
    "should disrupt once the window of a budget is over",
    [budgeted({ nodes: "0", schedule: "59 23 * * *", duration: "2m" }), machines(2, "n")],
    { seconds: 90 },
  ),
  titled(
    "should notice at the second look that a window has opened",
    [budgeted({ nodes: "1", schedule: "1 0 * * *", duration: "2m" }), machine("a")],
    {
      seconds: 150,
      script: [
        { atSeconds: 50, put: [...machines(2, "late")] },
        { atSeconds: 55, delete: deletions("late-0") },
      ],
    },
  ),
  titled("should count the first instant of a window as inside", [
    budgeted({ nodes: "0", schedule: "0 0 * * *", duration: "1m" }),
    machines(2, "n", drifted),
  ]),
  titled("should count the last instant of a window as outside", [
    budgeted({ nodes: "0", schedule: "59 23 * * *", duration: "1m" }),
    machines(2, "n", drifted),
  ]),
  titled(
    "should say at the second look that the budget of another NodePool blocks",
    [
      budgeted(...all),
      pool("other"),
      machine("a"),
      webPod("pod", "a", { requests: { cpu: "3" } }),
      machine("b", { pool: "other", conditions: { Consolidatable: "False" } }),
      webPod("full", "b", { requests: { cpu: "3" } }),
    ],
    {
      seconds: 40,
      script: [{ atSeconds: 5, put: [pool("other", { budgets: [{ nodes: "0" }] })] }],
    },
  ),
  titled("should treat a schedule that never comes as active", [
    budgeted({ nodes: "0", schedule: "0 0 31 2 *", duration: "1h" }),
    machines(2, "n"),
  ]),
];

export const budgetTitles: readonly DisruptionTitle[] = [
  ...countingTitles,
  ...reasonTitles,
  ...scheduleTitles,
];
