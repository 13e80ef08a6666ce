import { capacityTypeKey, expression, typeKey, zoneKey } from "../build.ts";
import type { CaseChange } from "../../disruption/cases.ts";
import { type DisruptionTitle, machine, nodeClaim, pool, titled, webPod } from "./build.ts";

const base = pool("default");
const closed = pool("default", { budgets: [{ nodes: "0" }] });
const big = { requests: { cpu: "3" } };
const notConsolidatable = { conditions: { Consolidatable: "False" } } as const;

/** Machines with one small pod each. */
function idle(count: number, name: string, details: Parameters<typeof machine>[1] = {}) {
  return Array.from({ length: count }, (_, index) => [
    ...machine(`${name}-${index}`, details),
    webPod(`pod-${name}-${index}`, `${name}-${index}`),
  ]).flat();
}

const eventTitles: readonly DisruptionTitle[] = [
  titled(
    "should not fire an event for ConsolidationDisabled when the NodePool has consolidation set to WhenEmptyOrUnderutilized",
    [base, machine("a"), webPod("pod", "a", big)],
  ),
  titled(
    "should fire an event for ConsolidationDisabled when the NodePool has consolidation set to WhenEmpty",
    [pool("default", { policy: "WhenEmpty" }), machine("a"), webPod("pod", "a"), machine("b")],
  ),
  titled(
    "should fire an event for ConsolidationDisabled when the NodePool has consolidateAfter set to 'Never'",
    [
      pool("default", { consolidateAfter: "Never" }),
      machine("a"),
      webPod("pod", "a"),
      machine("b"),
    ],
  ),
  titled("should fire an event when a candidate does not have a resolvable instance type", [
    base,
    machine("a", { type: "x1.xlarge" }),
    webPod("pod", "a"),
  ]),
  ...(
    [
      ["instance type label", typeKey],
      ["capacity type label", capacityTypeKey],
      ["zone label", zoneKey],
    ] as const
  ).map(([what, key]) =>
    titled(`should fire an event when a candidate does not have the ${what}`, [
      base,
      machine("a", { without: [key] }),
      webPod("pod", "a"),
    ]),
  ),
  titled("should fire the event about the first thing that is wrong with a candidate", [
    pool("default", { policy: "WhenEmpty", consolidateAfter: "Never" }),
    machine("a", { type: "x1.xlarge", without: [capacityTypeKey, zoneKey] }),
    webPod("pod-a", "a"),
    machine("b", { without: [capacityTypeKey, zoneKey] }),
    webPod("pod-b", "b"),
    machine("c", { without: [zoneKey] }),
    webPod("pod-c", "c"),
    machine("d", notConsolidatable),
    webPod("pod-d", "d"),
  ]),
  titled(
    "should correctly report eligible nodes",
    [base, machine("a", { annotations: { "karpenter.sh/do-not-disrupt": "true" } })],
    {
      script: [{ atSeconds: 13, put: machine("a") }],
      seconds: 50,
    },
  ),
];

const reportTitles: readonly DisruptionTitle[] = (
  [
    ["emptiness", [machine("a")], [webPod("late", "a")]],
    [
      "multi node",
      idle(2, "n"),
      [nodeClaim("n-0", notConsolidatable), nodeClaim("n-1", notConsolidatable)],
    ],
    ["single node", idle(1, "n"), [nodeClaim("n-0", notConsolidatable)]],
  ] as const
).flatMap(([method, objects, churn]) => {
  const nodes = method === "emptiness" ? ["a"] : method === "multi node" ? ["n-0", "n-1"] : ["n-0"];
  const nominatedSecondsAgo = Object.fromEntries(nodes.map((name) => [name, 0]));
  const changes: readonly (readonly [string, CaseChange])[] = [
    ["are blocked by budgets", { atSeconds: 8, put: [closed] }],
    ["are filtered out due to pod churn", { atSeconds: 8, put: churn }],
    [
      "are filtered out due to candidate being nominated",
      { atSeconds: 8, facts: { nominatedSecondsAgo } },
    ],
  ];
  return changes.map(([what, change]) =>
    titled(
      `should correctly report invalidated commands for ${method} disruption when candidates ${what}`,
      [base, ...objects],
      { script: [change], seconds: 60 },
    ),
  );
});

const partialTitles: readonly DisruptionTitle[] = [
  titled(
    "should report a command that one nominated node of several invalidates",
    [base, idle(3, "n")],
    { script: [{ atSeconds: 8, facts: { nominatedSecondsAgo: { "n-1": 0 } } }], seconds: 60 },
  ),
  titled("should report a command for which the budget has shrunk", [base, idle(3, "n")], {
    script: [{ atSeconds: 8, put: [pool("default", { budgets: [{ nodes: "1" }] })] }],
    seconds: 60,
  }),
  titled(
    "should report a command whose pods would no longer fit",
    [base, idle(1, "n"), machine("b", { type: "m1.large" }), webPod("other", "b")],
    {
      script: [
        { atSeconds: 8, put: [webPod("late", "b", { requests: { cpu: "1800m" } })] },
        { atSeconds: 9, put: [webPod("huge", "n-0", { requests: { cpu: "100" } })] },
      ],
      seconds: 90,
    },
  ),
];

/** Launches nothing cheaper than what is there. */
const three = pool("default", {
  budgets: [{ nodes: "3" }],
  requirements: [
    expression(typeKey, "In", "m1.xlarge"),
    expression(capacityTypeKey, "In", "on-demand"),
  ],
});

const budgetTitles: readonly DisruptionTitle[] = [
  titled(
    "should only allow 3 nodes to be deleted in multi node consolidation delete",
    [pool("default", { budgets: [{ nodes: "30%" }] }), idle(10, "n")],
    { seconds: 60 },
  ),
  titled(
    "should only allow 3 nodes to be deleted in single node consolidation delete",
    [
      three,
      // No two of them can go together, as only one pod fits elsewhere.
      ...Array.from({ length: 5 }, (_, index) => [
        ...machine(`n-${index}`),
        webPod(`pod-${index}`, `n-${index}`, big),
      ]),
      machine("spare", { only: "Node", without: ["karpenter.sh/nodepool"] }),
    ],
    { seconds: 90 },
  ),
  titled(
    "should allow 2 nodes from each nodePool to be deleted",
    ["a", "b", "c"].flatMap((name) => [
      pool(name, { budgets: [{ nodes: "2" }] }),
      ...idle(3, `of-${name}`, { pool: name }),
    ]),
    { seconds: 60 },
  ),
  titled(
    "should allow all nodes from each nodePool to be deleted",
    ["a", "b", "c"].flatMap((name) => [pool(name), ...idle(3, `of-${name}`, { pool: name })]),
    { seconds: 60 },
  ),
  titled(
    "should allow no nodes from each nodePool to be deleted",
    ["a", "b"].flatMap((name) => [
      pool(name, { budgets: [{ nodes: "0" }] }),
      ...idle(3, `of-${name}`, { pool: name }),
    ]),
  ),
  ...(
    [
      ["empty", (name: string, of: string) => machine(`${name}-0`, { pool: of })],
      ["multi", (name: string, of: string) => idle(3, name, { pool: of })],
      ["single", (name: string, of: string) => idle(1, name, { pool: of })],
    ] as const
  ).flatMap(([method, nodes]) =>
    [["default"], ["a", "b"]].map((names) =>
      titled(
        `should not mark ${method} node consolidated if all candidates can't be disrupted due to budgets with ${
          names.length === 1 ? "one nodepool" : "many nodepools"
        }`,
        names.flatMap((name) => [
          pool(name, { budgets: [{ nodes: "0" }] }),
          ...nodes(`of-${name}`, name),
        ]),
        {
          seconds: 70,
          script: [{ atSeconds: 24, put: names.map((name) => pool(name)) }],
        },
      ),
    ),
  ),
  titled(
    "should find the nodes of a second NodePool although the budget of the first is zero",
    [
      pool("a", { budgets: [{ nodes: "0" }] }),
      pool("b"),
      idle(2, "of-a", { pool: "a" }),
      idle(2, "of-b", { pool: "b" }),
    ],
    { seconds: 60 },
  ),
];

export const consolidationEventTitles: readonly DisruptionTitle[] = [
  ...eventTitles,
  ...reportTitles,
  ...partialTitles,
  ...budgetTitles,
];
