import type { Manifest } from "../../cases.ts";
import { expression, typeKey } from "../build.ts";
import { type DisruptionTitle, machine, pool, titled, webPod } from "./build.ts";

const carryOut = { launchSeconds: 5, initializeSeconds: 20, terminateSeconds: 6 };

interface PoolDetails {
  readonly nodes?: string;
  readonly types?: readonly string[];
  readonly policy?: "Balanced" | "WhenEmptyOrUnderutilized";
  readonly capacityType?: string;
}

function balanced(name = "default", details: PoolDetails = {}): Manifest {
  const { nodes = "100%", policy = "Balanced", capacityType = "on-demand" } = details;
  const { types = ["medium", "large", "xlarge", "2xlarge", "4xlarge"] } = details;
  return pool(name, {
    policy,
    budgets: [{ nodes }],
    requirements: [
      expression(typeKey, "In", ...types.map((size) => `m1.${size}`)),
      expression("karpenter.sh/capacity-type", "In", capacityType),
    ],
  });
}

/** A machine with so many pods of so many thousandths of a core. */
function loaded(
  name: string,
  pods: number,
  millicores: number,
  details: Parameters<typeof machine>[1] = {},
  metadata: Manifest = {},
) {
  return [
    ...machine(name, details),
    ...Array.from({ length: pods }, (_, index) =>
      webPod(`pod-${name}-${index}`, name, { requests: { cpu: `${millicores}m` }, metadata }),
    ),
  ];
}

/** So many `m1.xlarge` that are full with eight pods each. */
function packed(count: number, details: Parameters<typeof machine>[1] = {}) {
  return Array.from({ length: count }, (_, index) =>
    loaded(`${details.pool ?? "full"}-${index}`, 8, 480, details),
  ).flat();
}

/** Nobody may disrupt them, but they count. */
const settled = { conditions: { Consolidatable: "False" } } as const;
const costly = { annotations: { "controller.kubernetes.io/pod-deletion-cost": "1207959552" } };
const costless = { annotations: { "controller.kubernetes.io/pod-deletion-cost": "-134217728" } };

const scoreTitles: readonly DisruptionTitle[] = [
  titled(
    "should approve an oversized node consolidation",
    [balanced(), loaded("big", 3, 480, { type: "m1.2xlarge" }), packed(9)],
    { seconds: 60, carryOut },
  ),
  titled(
    "should approve a spare capacity delete",
    [balanced(), loaded("spare", 4, 100), packed(8), loaded("room", 8, 300, settled)],
    { seconds: 60, carryOut },
  ),
  titled("should reject a marginal move", [
    balanced(),
    loaded("half", 8, 200),
    packed(7),
    loaded("large", 8, 1900, { type: "m1.4xlarge", ...settled }),
  ]),
  titled("should reject a well-packed node with zero savings", [balanced(), packed(4)]),
  titled("should approve a replace in a uniform pool", [
    balanced(),
    loaded("half", 8, 200),
    packed(9),
  ]),
  titled("should approve low-disruption nodes and reject high-disruption nodes", [
    balanced(),
    loaded("easy", 1, 400),
    loaded("hard", 30, 40),
    packed(4),
  ]),
  ...[3, 12].map((count) =>
    titled(`should produce the same score regardless of pool size, ${count} more nodes`, [
      balanced(),
      ...Array.from({ length: Math.round(count / 3) }, (_, index) =>
        index === 0
          ? loaded("big", 3, 480, { type: "m1.2xlarge" })
          : loaded(`big-${index}`, 3, 2500, { type: "m1.2xlarge", ...settled }),
      ),
      packed(count),
    ]),
  ),
  titled("should count pods with a deletion cost for what they say", [
    balanced(),
    loaded("costly", 2, 400, {}, costly),
    loaded("plain", 2, 400),
    packed(4),
  ]),
  titled("should count pods that cost nothing as nothing", [
    balanced(),
    loaded("half", 1, 400, {}, costless),
    webPod("one", "half"),
    packed(4),
    loaded("others", 6, 400, settled, costless),
  ]),
  titled("should reject when nodepool cost is zero", [
    balanced(),
    loaded("a", 1, 400, { zone: "test-zone-9" }),
    loaded("b", 1, 400, { zone: "test-zone-9" }),
  ]),
];

const totalTitles: readonly DisruptionTitle[] = [
  titled("should produce totals from ALL candidates, not just a filtered subset", [
    balanced(),
    loaded("half", 4, 200),
    packed(2),
    loaded("settled", 8, 400, settled),
    machine("empty", settled),
    loaded("kept", 3, 400, { annotations: { "karpenter.sh/do-not-disrupt": "true" } }),
    machine("new", { isInitialized: false }),
  ]),
  titled(
    "should count nodes that are nominated or marked in the totals",
    [balanced(), loaded("half", 4, 200), packed(3)],
    { facts: { nominatedSecondsAgo: { "full-0": 3 }, markedForDeletion: ["full-1"] } },
  ),
  titled("should accumulate disruption from zero-priced candidates", [
    balanced(),
    loaded("half", 4, 200),
    loaded("unpriced", 8, 480, { zone: "test-zone-9" }),
    loaded("unknown", 8, 480, { type: "x1.xlarge" }),
    packed(2),
  ]),
  titled("should sum candidate costs correctly with nil instanceType", [
    balanced(),
    loaded("half", 4, 200),
    loaded("unknown", 8, 480, { type: "x1.xlarge" }),
  ]),
  titled(
    "should use source pricing that ignores availability",
    [
      pool("default", { policy: "Balanced" }),
      machine("a", { type: "dear.current" }),
      webPod("pod", "a"),
    ],
    { instanceTypeSet: "dear-on-demand" },
  ),
  titled(
    "should approve single-node pool DELETE with expected scoring",
    [
      balanced("single"),
      pool("roomy", { policy: "WhenEmpty" }),
      loaded("a", 2, 300, { pool: "single" }),
      loaded("b", 2, 300, { pool: "roomy" }),
    ],
    { seconds: 40 },
  ),
  titled("should not even try a node whose removal could not be worth it", [
    balanced("single"),
    pool("roomy", { policy: "WhenEmpty" }),
    loaded("a", 30, 20, { pool: "single", type: "m1.medium" }),
    loaded("z", 3, 4000, { pool: "single", type: "m1.4xlarge", ...settled }),
    loaded("b", 2, 300, { pool: "roomy", type: "m1.4xlarge" }),
  ]),
];

const crossTitles: readonly DisruptionTitle[] = [
  titled(
    "should attribute savings proportionally in cross-NodePool scenarios",
    [
      balanced("a"),
      balanced("b"),
      loaded("a-spare", 2, 300, { pool: "a", type: "m1.2xlarge" }),
      loaded("b-spare", 2, 300, { pool: "b", type: "m1.xlarge" }),
      packed(2, { pool: "a" }),
      packed(2, { pool: "b" }),
    ],
    { seconds: 60, carryOut },
  ),
  titled(
    "should reject when any Balanced pool rejects",
    [
      balanced("a"),
      balanced("b"),
      loaded("a-z", 1, 300, { pool: "a", type: "m1.2xlarge" }),
      loaded("b-z", 8, 60, { pool: "b", type: "m1.medium" }),
      loaded("b-y", 1, 15_000, { pool: "b", type: "m1.4xlarge", ...settled }),
    ],
    { seconds: 60, carryOut },
  ),
  titled(
    "should skip non-Balanced pools and approve unconditionally",
    [
      balanced("a", { policy: "WhenEmptyOrUnderutilized" }),
      loaded("half", 8, 200, { pool: "a" }),
      packed(3, { pool: "a" }),
      loaded("large", 8, 1900, { pool: "a", type: "m1.4xlarge" }),
    ],
    { seconds: 60, carryOut },
  ),
  titled(
    "should apply scoring to Balanced pools while non-Balanced pools consolidate normally",
    [
      balanced("a"),
      balanced("b", { policy: "WhenEmptyOrUnderutilized" }),
      loaded("a-z", 1, 500, { pool: "a", type: "m1.4xlarge" }),
      loaded("b-z", 1, 500, { pool: "b", type: "m1.4xlarge" }),
    ],
    { seconds: 90, carryOut },
  ),
  titled(
    "should refuse the Balanced pool's node and take the other's",
    [
      balanced("a"),
      balanced("b", { policy: "WhenEmptyOrUnderutilized" }),
      loaded("a-half", 8, 200, { pool: "a" }),
      loaded("a-large", 8, 1900, { pool: "a", type: "m1.4xlarge" }),
      loaded("b-half", 8, 200, { pool: "b" }),
      loaded("b-large", 8, 1900, { pool: "b", type: "m1.4xlarge" }),
    ],
    { seconds: 60, carryOut },
  ),
  titled(
    "should REJECT a move when EstimatedSavings excludes spot offerings for an on-demand-only NodePool",
    [
      balanced("default", { types: ["large", "xlarge"] }),
      loaded("half", 3, 550),
      loaded("large", 8, 1900, { type: "m1.4xlarge", ...settled }),
    ],
  ),
  titled("should approve the same move when spot offerings are admitted", [
    pool("default", {
      policy: "Balanced",
      requirements: [expression(typeKey, "In", "m1.large", "m1.xlarge")],
    }),
    loaded("half", 3, 550),
    loaded("large", 8, 1900, { type: "m1.4xlarge", ...settled }),
  ]),
];

const runTitles: readonly DisruptionTitle[] = [
  titled(
    "should approve replacing an oversized node",
    [balanced(), loaded("a", 1, 500, { type: "m1.4xlarge" })],
    { seconds: 60, carryOut },
  ),
  titled("should reject replacing a well-packed node", [
    balanced(),
    loaded("a", 8, 110, { type: "m1.medium" }),
  ]),
  titled(
    "should approve consolidating multiple underutilized nodes",
    [
      balanced(),
      ...["a", "b", "c"].flatMap((name) => loaded(name, 1, 500, { type: "m1.2xlarge" })),
    ],
    { seconds: 60, carryOut },
  ),
  titled("should block disruption when budget is 0%", [
    balanced("default", { nodes: "0%" }),
    loaded("a", 1, 500, { type: "m1.4xlarge" }),
  ]),
  titled(
    "should consolidate empty nodes before non-empty nodes when budget is limited",
    [
      balanced("default", { nodes: "1" }),
      machine("empty", { type: "m1.4xlarge" }),
      loaded("a", 1, 500, { type: "m1.4xlarge" }),
    ],
    { seconds: 90, carryOut },
  ),
  titled(
    "should choose delete when pods fit on existing nodes",
    [
      balanced(),
      loaded("a", 1, 300, { type: "m1.2xlarge" }),
      loaded("b", 30, 220, { type: "m1.2xlarge" }),
    ],
    { seconds: 40 },
  ),
  titled("should choose replace when pods need a new cheaper node", [
    balanced(),
    loaded("a", 1, 2000, { type: "m1.4xlarge" }),
  ]),
  titled(
    "should select highest-ratio candidates first when nodes have heterogeneous prices and pod counts",
    [
      balanced("default", { nodes: "1" }),
      loaded("a", 10, 100, { type: "m1.4xlarge" }),
      loaded("b", 1, 100, { type: "m1.2xlarge" }),
      loaded("c", 8, 100, { type: "m1.medium" }),
    ],
    { seconds: 120, carryOut },
  ),
  titled(
    "should take fewer nodes when more of them would not be worth it",
    [
      balanced(),
      loaded("a", 1, 100, { type: "m1.large" }),
      loaded("b", 1, 100, { type: "m1.large" }),
      loaded("c", 30, 110, { type: "m1.2xlarge" }),
      loaded("z", 1, 15_000, { type: "m1.4xlarge", ...settled }),
    ],
    { seconds: 60, carryOut },
  ),
  titled(
    "should refuse every size of a merger whose pods are dear to disrupt",
    [
      balanced(),
      loaded("a", 8, 110, { type: "m1.medium" }),
      loaded("b", 8, 110, { type: "m1.medium" }),
      loaded("z", 1, 13_000, { type: "m1.4xlarge" }),
    ],
    { seconds: 40 },
  ),
];

export const balancedTitles: readonly DisruptionTitle[] = [
  ...scoreTitles,
  ...totalTitles,
  ...crossTitles,
  ...runTitles,
];
