import type { Manifest } from "../../cases.ts";
import {
  capacityTypeKey,
  expression,
  hostnameKey,
  must,
  near,
  pod,
  preferring,
  should,
  spread,
  typeKey,
  zoneKey,
} from "../build.ts";
import {
  type DisruptionTitle,
  doNotDisrupt,
  machine,
  nodeClaim,
  pdb,
  pool,
  titled,
  webPod,
} from "./build.ts";

const base = pool("default");
const m1 = expression("karpenter.k8s.aws/instance-family", "In", "m1");
const onlyM1 = pool("default", { requirements: [m1] });
const carryOut = { launchSeconds: 5, initializeSeconds: 20, terminateSeconds: 6 };
const spotToSpot = { featureGates: { SpotToSpotConsolidation: true } } as const;
const keep = { metadata: { annotations: { [doNotDisrupt]: "true" } } };
const big = { requests: { cpu: "3" } };
const bothCapacityTypes = ["on-demand", "spot"] as const;

/** Machines, each with a pod of its own. */
function idle(names: readonly string[], details: Parameters<typeof machine>[1] = {}) {
  return names.flatMap((name) => [...machine(name, details), webPod(`pod-${name}`, name)]);
}

function during(...put: readonly Manifest[]) {
  return { seconds: 60, script: [{ atSeconds: 8, put }] };
}

const onDemand = expression(capacityTypeKey, "In", "on-demand");
/** Launches nothing cheaper than the `small` machines. */
const cheapest = pool("default", {
  requirements: [onDemand, expression(typeKey, "In", "m1.large")],
});
const small = { type: "m1.large" } as const;

const waitingTitles: readonly DisruptionTitle[] = [
  titled(
    "should wait for the node TTL for non-empty nodes before consolidating",
    [cheapest, idle(["a"], small), machine("b", small), webPod("one", "b"), webPod("two", "b")],
    { seconds: 40, carryOut },
  ),
  titled(
    "should not consolidate if the action picks different instance types after the node TTL wait",
    [
      onlyM1,
      machine("a", { type: "m1.4xlarge" }),
      webPod("one", "a", { requests: { cpu: "1500m" } }),
    ],
    during(webPod("late", "a", { requests: { cpu: "1500m" } })),
  ),
  titled(
    "should consolidate if fewer instance types would do after the node TTL wait",
    [onlyM1, machine("a", { type: "m1.4xlarge" }), webPod("one", "a", big), webPod("two", "a")],
    {
      seconds: 60,
      script: [{ atSeconds: 8, delete: [{ kind: "Pod", namespace: "default", name: "one" }] }],
    },
  ),
  titled(
    "should not consolidate if cheaper types are no longer offered after the node TTL wait",
    [base, machine("a"), webPod("one", "a")],
    { seconds: 60, script: [{ atSeconds: 8, instanceTypeSet: "ladder" }] },
  ),
  titled(
    "should not consolidate if the action becomes invalid during the node TTL wait",
    [base, machine("a")],
    during(webPod("late", "a", keep)),
  ),
  titled(
    "should not replace node if a pod schedules with karpenter.sh/do-not-disrupt set to true during the TTL wait",
    [base, idle(["a"], { type: "m1.4xlarge" })],
    during(webPod("late", "a", keep)),
  ),
  titled(
    "should not replace node if a pod schedules with a blocking PDB during the TTL wait",
    [base, idle(["a"], { type: "m1.4xlarge" })],
    during(
      pdb("budget", { matchLabels: { app: "late" } }),
      webPod("late", "a", { labels: { app: "late" } }),
    ),
  ),
  titled(
    "should not delete node if pods schedule with karpenter.sh/do-not-disrupt set to true during the TTL wait",
    [cheapest, idle(["a", "b"], small)],
    during(webPod("late-a", "a", keep), webPod("late-b", "b", keep)),
  ),
  titled(
    "should not delete node if pods schedule with a blocking PDB during the TTL wait",
    [cheapest, idle(["a", "b"], small)],
    during(
      pdb("budget", { matchLabels: { app: "late" } }),
      webPod("late-a", "a", { labels: { app: "late" } }),
      webPod("late-b", "b", { labels: { app: "late" } }),
    ),
  ),
  titled(
    "should not delete node if its pods no longer fit elsewhere after the TTL wait",
    [cheapest, idle(["a"], small), machine("b", small), webPod("one", "b"), webPod("two", "b")],
    during(webPod("late", "b", { requests: { cpu: "1650m" } })),
  ),
];

const multiTitles: readonly DisruptionTitle[] = [
  ...bothCapacityTypes.map((capacityType) =>
    titled(
      `can merge 3 nodes into 1 if the candidate is ${capacityType} node`,
      [base, idle(["a", "b", "c"], { type: "g1.xlarge", capacityType })],
      { options: spotToSpot, seconds: 60, carryOut },
    ),
  ),
  titled(
    "can merge 3 nodes into 1 if the candidates have both spot and on-demand",
    [
      base,
      idle(["a", "b"], { type: "g1.xlarge" }),
      idle(["c"], { type: "g1.xlarge", capacityType: "spot" }),
    ],
    { seconds: 60, carryOut },
  ),
  ...bothCapacityTypes.map((capacityType) =>
    titled(
      `won't merge 2 nodes into 1 of the same type if the candidate is ${capacityType} node`,
      [
        pool("default", {
          requirements: [
            expression(typeKey, "In", "m1.medium", "m1.large", "m1.xlarge"),
            expression(capacityTypeKey, "In", capacityType),
          ],
        }),
        ...machine("a", { type: "m1.medium", capacityType }),
        webPod("one", "a"),
        ...machine("b", { type: "m1.medium", capacityType }),
        webPod("two", "b"),
        webPod("three", "b"),
      ],
      { options: spotToSpot, seconds: 60, carryOut },
    ),
  ),
  titled(
    "should merge 2 nodes of one type and a small one into something cheaper than the small one",
    [onlyM1, idle(["a", "b"], { type: "m1.2xlarge" }), idle(["c"], { type: "m1.large" })],
    { seconds: 60, carryOut },
  ),
  titled(
    "should not merge into a type whose offering nobody knows",
    [
      onlyM1,
      idle(["a", "b"], { type: "m1.2xlarge" }),
      idle(["c"], { type: "m1.medium", zone: "test-zone-9" }),
    ],
    { seconds: 40 },
  ),
  ...bothCapacityTypes.map((capacityType) =>
    titled(
      `should continue to single nodeclaim consolidation when multi-nodeclaim consolidation fails validation after the node ttl if the candidate is ${capacityType} node`,
      [base, idle(["a", "b", "c"], { type: "g1.2xlarge", capacityType })],
      {
        options: spotToSpot,
        seconds: 60,
        script: [
          {
            atSeconds: 8,
            put: ["a", "b"].map((name) =>
              webPod(`extra-${name}`, name, { requests: { cpu: "7" } }),
            ),
          },
        ],
      },
    ),
  ),
  titled(
    "should continue to single nodeclaim consolidation when a node of a merger is taken",
    [base, idle(["a", "b", "c"], { type: "g1.xlarge" })],
    during(nodeClaim("a", { type: "g1.xlarge", conditions: { Consolidatable: "False" } })),
  ),
  titled(
    "should take the largest prefix that works",
    [
      cheapest,
      ...Array.from({ length: 7 }, (_, index) => [
        ...machine(`n-${index}`, small),
        webPod(`pod-${index}`, `n-${index}`, { requests: { cpu: `${100 * (index + 2)}m` } }),
      ]),
    ].flat(),
    { seconds: 60, carryOut },
  ),
];

const orderTitles: readonly DisruptionTitle[] = [
  titled(
    "should consolidate the node with best savings ratio first",
    [
      cheapest,
      machine("a", { ...small, spec: { expireAfter: "48h0m0s" } }),
      webPod("one", "a"),
      webPod("two", "a"),
      machine("b", { ...small, spec: { expireAfter: "25h0m0s" } }),
      webPod("three", "b"),
    ],
    { seconds: 40 },
  ),
];

const near1 = near("web", hostnameKey);

const topologyTitles: readonly DisruptionTitle[] = [
  titled(
    "can replace node maintaining zonal topology spread",
    [
      pool("default", { requirements: [m1, onDemand] }),
      ...(
        [
          ["a", "test-zone-1", "m1.large"],
          ["b", "test-zone-2", "m1.4xlarge"],
          ["c", "test-zone-3", "m1.large"],
        ] as const
      ).flatMap(([name, zone, type]) => [
        ...machine(name, { zone, type }),
        webPod(`pod-${name}`, name, {
          requests: { cpu: "1" },
          spec: { topologySpreadConstraints: [spread(zoneKey)] },
        }),
      ]),
    ],
    { seconds: 60, carryOut },
  ),
  titled("won't delete node if it would violate pod anti-affinity", [
    cheapest,
    ...["a", "b", "c"].flatMap((name) => [
      ...machine(name, small),
      webPod(`pod-${name}`, name, { spec: { affinity: must("podAntiAffinity", near1) } }),
    ]),
  ]),
];

const parallelTitles: readonly DisruptionTitle[] = [
  titled(
    "should not schedule an additional node when receiving pending pods while consolidating",
    [base, idle(["a"], { type: "g1.4xlarge" })],
    { seconds: 40, script: [{ atSeconds: 25, put: [pod("pending")] }] },
  ),
  titled(
    "should not consolidate a node that is launched for pods on a deleting node",
    [
      pool("default", { requirements: [m1, onDemand] }),
      machine("old", { type: "m1.2xlarge" }),
      ...[0, 1, 2, 3, 4].map((index) => webPod(`pod-${index}`, "old", { requests: { cpu: "1" } })),
      machine("new", { type: "m1.2xlarge" }),
      webPod("pod-5", "new", { requests: { cpu: "1" } }),
      webPod("pod-6", "new", { requests: { cpu: "1" } }),
    ],
    { facts: { markedForDeletion: ["old"] }, seconds: 40 },
  ),
];

const reservedLabel = "karpenter.k8s.aws/capacity-reservation-id";

const reservedTitles: readonly DisruptionTitle[] = [
  titled(
    "can consolidate from one reserved offering to another",
    [
      base,
      ...machine("a", {
        type: "m1.4xlarge",
        capacityType: "reserved",
        labels: { [reservedLabel]: "cr-m1.4xlarge" },
      }),
      webPod("pod", "a"),
    ],
    { instanceTypeSet: "reserved-by-price", seconds: 60, carryOut },
  ),
  ...bothCapacityTypes.map((capacityType) =>
    titled(
      `can consolidate into reserved capacity for the same instance pool from ${capacityType}`,
      [base, machine("a", { capacityType }), webPod("pod", "a", big)],
      { instanceTypeSet: "reserved", options: spotToSpot, seconds: 60, carryOut },
    ),
  ),
  titled(
    "does not consolidate into reserved capacity while that is off",
    [
      pool("default", { requirements: [expression(typeKey, "In", "m1.xlarge")] }),
      machine("a", { capacityType: "spot" }),
      webPod("pod", "a", big),
    ],
    { instanceTypeSet: "reserved", options: { featureGates: { ReservedCapacity: false } } },
  ),
  titled(
    "keeps a node of a reservation that nothing undercuts",
    [
      onlyM1,
      machine("a", { capacityType: "reserved", labels: { [reservedLabel]: "cr-m1.xlarge" } }),
      webPod("pod", "a"),
    ],
    { instanceTypeSet: "reserved" },
  ),
];

const apart = { affinity: should("podAntiAffinity", near1) };
const preferringPods = [
  ...machine("a", small),
  webPod("one", "a", { spec: apart }),
  webPod("two", "a", { spec: apart }),
  ...machine("b", small),
  webPod("three", "b", { spec: apart }),
];
const ignoring = { preferencePolicy: "Ignore" } as const;
const dearPreference = {
  affinity: preferring([expression(typeKey, "In", "g1.4xlarge")]),
};

const policyTitles: readonly DisruptionTitle[] = [
  titled(
    "should consolidate a node through deletion when ignoring preferences",
    [cheapest, preferringPods],
    { options: ignoring, seconds: 40 },
  ),
  titled("should not consolidate a node whose pods prefer to be apart", [cheapest, preferringPods]),
  titled(
    "should consolidate a node through replacement when ignoring preferences",
    [base, machine("a", { type: "g1.4xlarge" }), webPod("pod", "a", { spec: dearPreference })],
    { options: ignoring, seconds: 60, carryOut },
  ),
  titled("should not replace a node that its pod prefers", [
    pool("default", { requirements: [onDemand] }),
    machine("a", { type: "g1.4xlarge" }),
    webPod("pod", "a", { spec: dearPreference }),
  ]),
  ...(["Strict", "BestEffort"] as const).map((minValuesPolicy) =>
    titled(
      `should not consolidate a node by relaxing min values when policy is set to ${minValuesPolicy}`,
      [
        pool("default", {
          weight: 100,
          requirements: [
            onDemand,
            {
              ...expression(typeKey, "In", "m1.medium", "m1.4xlarge", "m1.none"),
              minValues: 3,
            },
          ],
        }),
        machine("a", { type: "m1.4xlarge" }),
        webPod("pod", "a"),
      ],
      { options: { minValuesPolicy } },
    ),
  ),
  titled(
    "should allow consolidation of a node with real pods and buffer pods to a cheaper instance",
    [base, machine("a", { type: "g1.4xlarge" }), webPod("pod", "a", { requests: { cpu: "1" } })],
    { facts: { bufferPods: { a: 2 } }, seconds: 40 },
  ),
  titled(
    "should skip buffer-only nodes in single-node consolidation but protect via emptiness",
    [base, idle(["b"], { type: "g1.4xlarge" }), machine("a", { type: "g1.4xlarge" })],
    { facts: { bufferPods: { a: 4, b: 2 } }, seconds: 40 },
  ),
  titled(
    "should consolidate a buffer node once buffer pods are cleared",
    [base, machine("a", { type: "g1.4xlarge" })],
    {
      facts: { bufferPods: { a: 5 } },
      script: [{ atSeconds: 13, facts: { bufferPods: {} } }],
      seconds: 50,
    },
  ),
];

export const ttlAndMultiTitles: readonly DisruptionTitle[] = [
  ...waitingTitles,
  ...multiTitles,
  ...orderTitles,
  ...topologyTitles,
  ...parallelTitles,
  ...reservedTitles,
  ...policyTitles,
];
