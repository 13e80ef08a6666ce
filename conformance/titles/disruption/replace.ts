import type { Manifest } from "../../cases.ts";
import { capacityTypeKey, expression, typeKey, zoneKey } from "../build.ts";
import {
  type DisruptionTitle,
  doNotDisrupt,
  machine,
  machines,
  pdb,
  pool,
  titled,
  webPod,
} from "./build.ts";

const base = pool("default");
const spotToSpot = { featureGates: { SpotToSpotConsolidation: true } } as const;
const carryOut = { launchSeconds: 5, initializeSeconds: 20, terminateSeconds: 6 };
const keep = { [doNotDisrupt]: "true" };
const capacityTypes = ["on-demand", "spot"] as const;

type Details = Omit<DisruptionTitle, "title" | "objects">;

/** The same for an on-demand node and, with spot-to-spot consolidation, for a spot node. */
function forBoth(
  title: string,
  objects: (capacityType: string) => readonly (Manifest | readonly Manifest[])[],
  details: Details = {},
): readonly DisruptionTitle[] {
  return capacityTypes.map((capacityType) =>
    titled(`${title} if the candidate is ${capacityType} node`, objects(capacityType), {
      ...details,
      options: { ...spotToSpot, ...details.options },
    }),
  );
}

/** The dearest machine there is. */
function dear(name: string, capacityType: string, rest: Parameters<typeof machine>[1] = {}) {
  return machine(name, { type: "g1.4xlarge", capacityType, ...rest });
}

function minimum(minValues: number, ...rest: readonly Manifest[]) {
  const types = { key: typeKey, operator: "Exists", minValues };
  return pool("default", { requirements: [types, ...rest] });
}

const only = (...values: string[]) => expression(capacityTypeKey, "In", ...values);
const ofLadder = (index: string, capacityType = "spot") => ({
  ...{ type: `ladder.${index}`, capacityType },
});
const onLadder = { instanceTypeSet: "ladder", options: spotToSpot } as const;

const spotTitles: readonly DisruptionTitle[] = [
  titled(
    "cannot replace spot with spot if less than minimum InstanceTypes flexibility",
    [
      pool("default", {
        requirements: [expression("karpenter.k8s.aws/instance-family", "In", "m1")],
      }),
      machine("a", { type: "m1.4xlarge", capacityType: "spot" }),
      webPod("pod", "a"),
    ],
    { options: spotToSpot },
  ),
  titled("cannot replace spot with spot if the spotToSpotConsolidation is disabled", [
    base,
    dear("a", "spot"),
    webPod("pod", "a"),
  ]),
  titled(
    "can delete spot nodes although the spotToSpotConsolidation is disabled",
    [
      base,
      machine("a", { capacityType: "spot" }),
      webPod("pod", "a"),
      machine("b"),
      webPod("o", "b"),
    ],
    { seconds: 40 },
  ),
  titled(
    "cannot replace spot with spot if it is part of the 15 cheapest instance types.",
    [base, machine("a", ofLadder("12")), webPod("pod", "a")],
    onLadder,
  ),
  titled(
    "cannot replace spot with spot if 14 instance types are cheaper",
    [base, machine("a", ofLadder("13")), webPod("pod", "a")],
    onLadder,
  ),
  titled(
    "can replace spot with spot if 15 instance types are cheaper",
    [base, machine("a", ofLadder("14")), webPod("pod", "a")],
    onLadder,
  ),
  titled(
    "spot to spot consolidation should order the instance types by price before enforcing minimum flexibility.",
    [base, machine("a", ofLadder("17")), webPod("pod", "a")],
    { ...onLadder, seconds: 60, carryOut },
  ),
  titled(
    "spot to spot consolidation should consider the max of default and minimum number of instanceTypeOptions from minValues in requirement for truncation if minimum number of instanceTypeOptions from minValues in requirement is greater than 15.",
    [minimum(16), machine("a", ofLadder("17")), webPod("pod", "a")],
    { ...onLadder, seconds: 60, carryOut },
  ),
  titled(
    "spot to spot consolidation should consider the default for truncation if minimum number of instanceTypeOptions from minValues in requirement is less than 15.",
    [minimum(10), machine("a", ofLadder("17")), webPod("pod", "a")],
    { ...onLadder, seconds: 60, carryOut },
  ),
  titled(
    "spot to spot consolidation of several nodes needs no minimum flexibility",
    [
      pool("default", {
        requirements: [expression("karpenter.k8s.aws/instance-family", "In", "m1")],
      }),
      ...[1, 2].map((index) => [
        ...machine(`n-${index}`, { type: "m1.2xlarge", capacityType: "spot" }),
        webPod(`pod-${index}`, `n-${index}`),
      ]),
    ].flat(),
    { options: spotToSpot, seconds: 60, carryOut },
  ),
  titled(
    "spot to spot consolidation does not replace a node in another zone that is dearer",
    [
      pool("default", { requirements: [expression(zoneKey, "In", "test-zone-3")] }),
      machine("a", { type: "a1.medium", capacityType: "spot" }),
      webPod("pod", "a"),
    ],
    { options: spotToSpot },
  ),
];

const minValuesTitles: readonly DisruptionTitle[] = [
  titled(
    "should handle failing filterOutSameInstanceType correctly (without a panic) when minValues isn't satisfied",
    [
      minimum(2, only("on-demand")),
      machines(3, "n", { type: "pair.current" }),
      ...["n-0", "n-1", "n-2", "n-2"].map((name, index) =>
        webPod(`pod-${index}`, name, { requests: { cpu: "1900m" } }),
      ),
    ],
    { instanceTypeSet: "pair", seconds: 60, carryOut },
  ),
  ...forBoth(
    "Consolidation should fail if filterByPrice breaks the minimum requirement from the NodePools.",
    (capacityType) => [
      minimum(16, only(capacityType)),
      machine("a", ofLadder("14", capacityType)),
      webPod("pod", "a"),
    ],
    { instanceTypeSet: "ladder" },
  ),
  ...forBoth(
    "Consolidation should succeed if filterByPrice leaves as many types as the NodePool wants",
    (capacityType) => [
      minimum(16, only(capacityType)),
      machine("a", ofLadder("15", capacityType)),
      webPod("pod", "a"),
    ],
    { instanceTypeSet: "ladder" },
  ),
];

const poolTitles: readonly DisruptionTitle[] = [
  ...forBoth(
    "can replace node",
    (capacityType) => [base, dear("a", capacityType), webPod("pod", "a")],
    { seconds: 60, carryOut },
  ),
  ...forBoth(
    "can replace nodes if another nodePool returns no instance types",
    (capacityType) => [base, pool("bare"), dear("a", capacityType), webPod("pod", "a")],
    { instanceTypeSetByNodePool: { bare: "none" } },
  ),
  titled("can replace a node by one of another NodePool that weighs more", [
    base,
    pool("heavy", { weight: 10, requirements: [only("on-demand")] }),
    dear("a", "on-demand"),
    webPod("pod", "a"),
  ]),
  titled("should say that it can't be removed without creating several", [
    pool("default", { requirements: [expression(typeKey, "In", "m1.large")] }),
    machine("a", { type: "m1.4xlarge" }),
    webPod("one", "a", { requests: { cpu: "1500m" } }),
    webPod("two", "a", { requests: { cpu: "1500m" } }),
    webPod("three", "a", { requests: { cpu: "1500m" } }),
  ]),
  titled("can't replace a node when nothing is known of its offering", [
    base,
    machine("a", { zone: "test-zone-9" }),
    webPod("pod", "a"),
  ]),
];

const blockingTitles: readonly DisruptionTitle[] = [
  ...forBoth("can replace nodes, considers PDB", (capacityType) => [
    base,
    dear("a", capacityType),
    ...[0, 1, 2].map((index) => webPod(`pod-${index}`, "a")),
    pdb("budget", { spec: { maxUnavailable: 0 } }),
  ]),
  ...forBoth("can replace nodes, considers PDB policy", (capacityType) => [
    base,
    dear("a", capacityType),
    ...[0, 1, 2].map((index) => unready(`pod-${index}`, "a")),
    pdb("budget", { spec: { maxUnavailable: 0, unhealthyPodEvictionPolicy: "AlwaysAllow" } }),
  ]),
  ...forBoth("can replace nodes, PDB of healthy pods holds whatever the policy", (capacityType) => [
    base,
    dear("a", capacityType),
    unready("sick", "a"),
    webPod("healthy", "a"),
    pdb("budget", { spec: { maxUnavailable: 0, unhealthyPodEvictionPolicy: "AlwaysAllow" } }),
  ]),
  ...forBoth("can replace nodes, PDB namespace must match", (capacityType) => [
    base,
    dear("a", capacityType),
    webPod("pod", "a"),
    pdb("foreign", { namespace: "other" }),
  ]),
  ...forBoth(
    "can replace nodes, considers karpenter.sh/do-not-disrupt set to true on nodes",
    (capacityType) => [
      base,
      dear("a", capacityType, { annotations: keep }),
      webPod("one", "a"),
      dear("b", capacityType),
      webPod("two", "b", { requests: { cpu: "15" } }),
    ],
  ),
  ...forBoth(
    "can replace nodes, considers karpenter.sh/do-not-disrupt set to true on pods",
    (capacityType) => [
      base,
      dear("a", capacityType),
      webPod("one", "a", { metadata: { annotations: keep } }),
      dear("b", capacityType),
      webPod("two", "b", { requests: { cpu: "15" } }),
    ],
  ),
];

function unready(name: string, on: string): Manifest {
  const made = webPod(name, on);
  const conditions = [{ type: "Ready", status: "False" }];
  return { ...made, status: { ...(made["status"] as object), conditions } };
}

const priceTitles: readonly DisruptionTitle[] = [
  titled(
    "won't replace node if any spot replacement is more expensive",
    [base, machine("a", { type: "dear.current" }), webPod("pod", "a")],
    { instanceTypeSet: "dear-spot" },
  ),
  titled(
    "won't replace on-demand node if on-demand replacement is more expensive",
    [
      pool("default", { requirements: [only("on-demand")] }),
      machine("a", { type: "dear.current" }),
      webPod("pod", "a"),
    ],
    { instanceTypeSet: "dear-on-demand" },
  ),
  titled(
    "can replace on-demand node by spot although on-demand is more expensive",
    [base, machine("a", { type: "dear.current" }), webPod("pod", "a")],
    { instanceTypeSet: "dear-on-demand", seconds: 60, carryOut },
  ),
  titled(
    "narrows a replacement to spot that is to be had on-demand only",
    [base, machine("a", { type: "sold.current" }), webPod("pod", "a")],
    { instanceTypeSet: "spot-sold-out", seconds: 40, carryOut },
  ),
  titled("won't replace node by one that costs the same", [
    pool("default", { requirements: [only("on-demand"), expression(typeKey, "In", "m1.xlarge")] }),
    machine("a"),
    webPod("pod", "a", { requests: { cpu: "3" } }),
  ]),
  titled("can replace spot by on-demand when that is cheaper", [
    pool("default", { requirements: [only("on-demand")] }),
    dear("a", "spot"),
    webPod("pod", "a"),
  ]),
];

export const replaceTitles: readonly DisruptionTitle[] = [
  ...poolTitles,
  ...spotTitles,
  ...minValuesTitles,
  ...blockingTitles,
  ...priceTitles,
];
