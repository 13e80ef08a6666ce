import { expression, typeKey } from "../build.ts";
import { type DisruptionTitle, doNotDisrupt, machine, pool, titled, webPod } from "./build.ts";

const carryOut = { launchSeconds: 5, initializeSeconds: 20, terminateSeconds: 6 };
/** Nodes of it can neither be merged nor deleted, as each is full, but for cheaper ones. */
const half = (cores: number) => ({ requests: { cpu: `${1000 * cores - 200}m` } });

function onDemand(name: string, budgets: readonly object[] = [{ nodes: "100%" }]) {
  return pool(name, {
    budgets: budgets as [],
    requirements: [
      expression(typeKey, "In", "m1.medium", "m1.large", "m1.xlarge", "m1.2xlarge", "m1.4xlarge"),
      expression("karpenter.sh/capacity-type", "In", "on-demand"),
    ],
  });
}

/** A machine twice as large as its pods need, which are so many. */
function oversized(name: string, of: string, type: string, cores: number, pods = 1) {
  const each = { requests: { cpu: `${Math.floor((1000 * cores - 200) / pods)}m` } };
  return [
    ...machine(name, { pool: of, type }),
    ...Array.from({ length: pods }, (_, index) => webPod(`pod-${name}-${index}`, name, each)),
  ];
}

export const singleNodeOrderTitles: readonly DisruptionTitle[] = [
  titled(
    "should sort candidates by savings ratio descending",
    [
      onDemand("default", [{ nodes: "1" }]),
      oversized("a", "default", "m1.large", 1),
      oversized("b", "default", "m1.4xlarge", 8),
      oversized("c", "default", "m1.2xlarge", 4),
    ],
    { seconds: 150, carryOut },
  ),
  titled(
    "should sort candidates by savings ratio with different disruption costs",
    [
      onDemand("default", [{ nodes: "1" }]),
      oversized("a", "default", "m1.4xlarge", 8, 7),
      oversized("b", "default", "m1.2xlarge", 4, 1),
      oversized("c", "default", "m1.4xlarge", 8, 2),
    ],
    { seconds: 150, carryOut },
  ),
  titled(
    "should take turns among nodepools",
    [
      onDemand("a", [{ nodes: "1" }]),
      onDemand("b", [{ nodes: "1" }]),
      onDemand("c", [{ nodes: "1" }]),
      oversized("a-0", "a", "m1.large", 1),
      oversized("a-1", "a", "m1.xlarge", 2),
      oversized("b-0", "b", "m1.4xlarge", 8),
      oversized("c-0", "c", "m1.xlarge", 2),
      oversized("c-1", "c", "m1.2xlarge", 4),
    ],
    { seconds: 200, carryOut },
  ),
  titled(
    "should go on to the next nodepool when the budget of one is spent",
    [
      onDemand("a", [{ nodes: "0" }]),
      onDemand("b", [{ nodes: "1" }]),
      oversized("a-0", "a", "m1.4xlarge", 8),
      oversized("b-0", "b", "m1.xlarge", 2),
      oversized("b-1", "b", "m1.large", 1),
    ],
    { seconds: 90 },
  ),
  titled(
    "should go on to the next candidate when one cannot be replaced",
    [
      onDemand("default", [{ nodes: "1" }]),
      machine("a", { type: "m1.4xlarge" }),
      webPod("full", "a", { requests: { cpu: "15" } }),
      machine("b", { type: "m1.4xlarge" }),
      webPod("picky", "b", {
        requests: { cpu: "15" },
        spec: { nodeSelector: { "example.com/nowhere": "b" } },
      }),
      machine("c", { type: "m1.2xlarge" }),
      webPod("two", "c", half(4)),
    ],
    { seconds: 40 },
  ),
  titled(
    "should end with the first candidate that fails at the second look, not try the next",
    [
      onDemand("default", [{ nodes: "1" }]),
      oversized("a", "default", "m1.4xlarge", 8),
      oversized("b", "default", "m1.2xlarge", 4),
    ],
    {
      seconds: 80,
      script: [
        {
          atSeconds: 8,
          put: [webPod("late", "a", { metadata: { annotations: { [doNotDisrupt]: "true" } } })],
        },
      ],
    },
  ),
  titled(
    "should not look again while nothing has changed, but after five minutes",
    [
      pool("default", { requirements: [expression(typeKey, "In", "m1.4xlarge")] }),
      machine("a", { type: "m1.4xlarge", capacityType: "spot" }),
      webPod("pod", "a", half(16)),
    ],
    {
      seconds: 420,
      script: [
        // The last that anybody is told, and no multiple of ten seconds before another poll.
        { atSeconds: 5, put: [webPod("late", "a", { requests: { cpu: "10m" } })] },
        { atSeconds: 30, instanceTypeSet: "reserved-by-price" },
      ],
    },
  ),
];
