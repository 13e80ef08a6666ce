import { capacityTypeKey, expression, pod, typeKey } from "../build.ts";
import { unownedNode } from "../build-nodes.ts";
import {
  type DisruptionTitle,
  doNotDisrupt,
  longAgo,
  machine,
  machines,
  nodeClaim,
  pdb,
  pool,
  start,
  titled,
  webPod,
} from "./build.ts";

/** Launches nothing cheaper than what is there, so that nodes can only be deleted. */
const cheapest = [
  expression(typeKey, "In", "m1.large"),
  expression(capacityTypeKey, "In", "on-demand"),
];
const base = pool("default", { requirements: cheapest });
const small = { type: "m1.large" } as const;
const carryOut = { launchSeconds: 5, initializeSeconds: 20, terminateSeconds: 6 };
const graceful = { ...small, spec: { terminationGracePeriod: "5m0s" } } as const;
const keep = { metadata: { annotations: { [doNotDisrupt]: "true" } } };

/** Two pods on `a`, one on `b`, and room for all of them on either. */
const two = [
  ...machine("a", small),
  webPod("one", "a"),
  webPod("two", "a"),
  ...machine("b", small),
  webPod("three", "b"),
];

const nodeTitles: readonly DisruptionTitle[] = [
  titled("can delete nodes", [base, two], { seconds: 60, carryOut }),
  titled("can delete nodes if another nodePool has no node template", [
    base,
    pool("unready", { isReady: false }),
    two,
  ]),
  titled(
    "does not delete nodes with pod churn, deletes nodes without pod churn",
    [
      base,
      machine("a", { ...small, conditions: { Consolidatable: "False" } }),
      webPod("one", "a"),
      machine("b", small),
      webPod("two", "b"),
    ],
    { seconds: 40 },
  ),
  titled("can delete nodes, when non-Karpenter capacity can fit pods", [
    base,
    machine("a", small),
    webPod("one", "a", { requests: { cpu: "1500m" } }),
    unownedNode("stranger"),
  ]),
  titled("won't delete node if it would require pods to schedule on an uninitialized node", [
    base,
    machine("a", small),
    webPod("one", "a", { requests: { cpu: "1500m" } }),
    machine("new", { ...small, isInitialized: false }),
  ]),
  titled("should consider initialized nodes before uninitialized nodes", [
    base,
    machine("a", small),
    webPod("small", "a", { requests: { cpu: "1" } }),
    ...Array.from({ length: 12 }, (_, index) => [
      ...machine(`n-${index}`, { isInitialized: index === 7 }),
      webPod(`pod-${index}`, `n-${index}`, { requests: { cpu: "2" } }),
    ]),
  ]),
  titled(
    "can delete nodes while an invalid node pool exists",
    [base, pool("bad", { requirements: [expression(typeKey, "In", "x1.none")] }), two],
    { instanceTypeSetByNodePool: { bad: "none" }, seconds: 40 },
  ),
  titled(
    "can delete nodes one after the other until no more fits",
    [
      base,
      ...Array.from({ length: 6 }, (_, index) => [
        ...machine(`n-${index}`, small),
        webPod(`pod-${index}`, `n-${index}`, { requests: { cpu: "600m" } }),
      ]),
    ],
    { seconds: 120, carryOut },
  ),
];

const podTitles: readonly DisruptionTitle[] = [
  titled("can delete nodes, considers PDB", [
    base,
    machine("a", small),
    webPod("one", "a"),
    machine("b", small),
    webPod("two", "b", { labels: { app: "other" } }),
    webPod("three", "b", { labels: { app: "other" } }),
    pdb("budget"),
  ]),
  titled("can delete nodes, considers karpenter.sh/do-not-disrupt set to true on nodes", [
    base,
    machine("a", { ...small, annotations: { [doNotDisrupt]: "true" } }),
    webPod("one", "a"),
    machine("b", small),
    webPod("two", "b"),
    webPod("three", "b"),
  ]),
  titled("can delete nodes, considers karpenter.sh/do-not-disrupt set to true on pods", [
    base,
    machine("a", small),
    webPod("one", "a", keep),
    machine("b", small),
    webPod("two", "b"),
    webPod("three", "b"),
  ]),
  titled(
    "does not consolidate nodes with karpenter.sh/do-not-disrupt set to true on pods when the NodePool's TerminationGracePeriod is not nil",
    [base, machine("a", graceful), webPod("one", "a", keep)],
  ),
  titled(
    "does not consolidate nodes with pods with blocking PDBs when the NodePool's TerminationGracePeriod is not nil",
    [base, machine("a", graceful), webPod("one", "a"), pdb("budget")],
  ),
  titled(
    "does not consolidate nodes with pods that have a duration-based do-not-disrupt annotation that is still active",
    [
      base,
      machine("a", small),
      protectedPod("one", "10m"),
      machine("b", small),
      webPod("o", "b", keep),
    ],
    { seconds: 40 },
  ),
  titled(
    "can consolidate nodes after duration-based do-not-disrupt annotation expires",
    [
      base,
      machine("a", small),
      protectedPod("one", "45s"),
      machine("b", small),
      webPod("o", "b", keep),
    ],
    { seconds: 90 },
  ),
  titled(
    "can delete nodes, considers invalid do-not-disrupt annotation format as not blocking",
    [
      base,
      machine("a", small),
      protectedPod("one", "soon"),
      machine("b", small),
      webPod("o", "b", keep),
    ],
    { seconds: 40 },
  ),
  titled(
    "can delete nodes, evicts pods without an ownerRef",
    [
      base,
      machine("a", small),
      webPod("one", "a", { metadata: { ownerReferences: [] } }),
      machine("b", small),
      webPod("two", "b"),
      webPod("three", "b"),
    ],
    { seconds: 40 },
  ),
  titled(
    "can delete nodes with a permanently pending pod",
    [base, two, pod("pending", { spec: { nodeSelector: { "non-existent": "node-label" } } })],
    { seconds: 40 },
  ),
  titled("won't delete nodes if it would make a non-pending pod go pending", [
    base,
    machine("a", { ...small, labels: { foo: "1" } }),
    ...["one", "two"].map((name) => webPod(name, "a", { spec: { nodeSelector: { foo: "1" } } })),
    machine("b", { ...small, labels: { foo: "2" } }),
    webPod("three", "b", { spec: { nodeSelector: { foo: "2" } } }),
  ]),
  titled("won't delete nodes while a pending pod takes the room", [
    base,
    machines(2, "n", small),
    webPod("one", "n-0", { requests: { cpu: "900m" } }),
    webPod("two", "n-1", { requests: { cpu: "900m" } }),
    pod("pending", { requests: { cpu: "1" } }),
  ]),
];

/** On `a`; started with the case. */
function protectedPod(name: string, annotation: string) {
  const made = webPod(name, "a", { metadata: { annotations: { [doNotDisrupt]: annotation } } });
  return { ...made, status: { ...(made["status"] as object), startTime: start } };
}

const minute = pool("default", { requirements: cheapest, consolidateAfter: "1m" });
const fresh = { ...small, conditions: { Initialized: { since: start } } } as const;

const windowTitles: readonly DisruptionTitle[] = [
  titled(
    "should not consolidate pods onto a destination node that is under its consolidateAfter window",
    [
      minute,
      machine("a", fresh),
      webPod("one", "a"),
      webPod("two", "a"),
      machine("b", fresh),
      webPod("three", "b"),
    ],
    // Something has to happen for the methods to look again.
    { seconds: 120, script: [{ atSeconds: 64, put: [webPod("four", "b")] }] },
  ),
  titled(
    "should count the window from the last event of a pod",
    [
      minute,
      machine("a", { ...small, lastPodEventTime: "2026-02-28T23:59:30Z" }),
      webPod("one", "a"),
      webPod("two", "a"),
      machine("b", { ...fresh, lastPodEventTime: longAgo }),
      webPod("three", "b"),
    ],
    { seconds: 30 },
  ),
  titled(
    "should notice at the second look that a pod event has put a node under its window",
    [
      minute,
      machine("a", small),
      webPod("one", "a"),
      webPod("two", "a"),
      machine("b", small),
      webPod("three", "b"),
    ],
    {
      seconds: 60,
      script: [
        {
          atSeconds: 8,
          put: [nodeClaim("a", { ...small, lastPodEventTime: "2026-03-01T00:00:08Z" })],
        },
      ],
    },
  ),
  titled(
    "should consolidate pods onto a destination node with consolidateAfter set to Never",
    [
      base,
      pool("never", { requirements: cheapest, consolidateAfter: "Never" }),
      machine("a", small),
      webPod("one", "a"),
      machine("b", { ...fresh, pool: "never" }),
    ],
    { seconds: 40 },
  ),
  titled(
    "should replace a node with a cheaper one even when consolidateAfter has not expired",
    [
      pool("default", { consolidateAfter: "1m" }),
      machine("a", { type: "g1.4xlarge", conditions: { Initialized: { since: start } } }),
      webPod("one", "a"),
    ],
    { seconds: 60, carryOut },
  ),
  titled(
    "should let pods of deleting nodes go to a node under its window, but not those of candidates",
    [
      minute,
      machine("a", fresh),
      webPod("one", "a"),
      machine("gone", small),
      webPod("leaving", "gone"),
      machine("b", fresh),
      webPod("three", "b"),
    ],
    { facts: { markedForDeletion: ["gone"] } },
  ),
];

export const deleteTitles: readonly DisruptionTitle[] = [
  ...nodeTitles,
  ...podTitles,
  ...windowTitles,
];
