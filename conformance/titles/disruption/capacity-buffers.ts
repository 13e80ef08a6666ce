import type { Manifest } from "../../cases.ts";
import { pod, zoneKey } from "../build.ts";
import { buffer, ofTemplate, ofWorkload, podTemplate, workload } from "../build-buffers.ts";
import {
  type DisruptionTitle,
  machine,
  machines,
  pool,
  start,
  titled as titledCase,
  webPod,
} from "./build.ts";

/** With the feature gate on. */
function titled(...[title, objects, rest = {}]: Parameters<typeof titledCase>): DisruptionTitle {
  const featureGates = { CapacityBuffer: true, ...rest.options?.featureGates };
  return titledCase(title, objects, { ...rest, options: { ...rest.options, featureGates } });
}

const onDemand = [{ key: "karpenter.sh/capacity-type", operator: "In", values: ["on-demand"] }];
const base = pool("default", { requirements: onDemand });
const drifted = { conditions: { Drifted: "True" } } as const;
const fresh = { lastPodEventTime: "2026-02-28T23:59:30Z" } as const;
const slow = { requirements: onDemand, consolidateAfter: "10m" } as const;
const sized = (cpu: string) => ({ requests: { cpu } });
const shape = (cpu: string) => podTemplate("shape", sized(cpu));
const kept = (count: number) => buffer("b", ofTemplate(count));

const consolidationTitles: readonly DisruptionTitle[] = [
  titled(
    "should allow consolidation of a node with real pods and buffer pods to a cheaper instance",
    [
      ...[base, shape("1"), kept(2)],
      machine("a", { type: "m1.4xlarge" }),
      webPod("pod", "a", sized("1")),
    ],
  ),
  titled("should not replace a node by one that is too small for the buffer", [
    ...[base, shape("1"), kept(6)],
    machine("a", { type: "m1.2xlarge" }),
    webPod("pod", "a", sized("1")),
  ]),
  titled("should delete a node whose pods fit elsewhere beside the buffer", [
    ...[base, shape("1"), kept(2)],
    machine("a"),
    machine("b"),
    webPod("pod", "a", sized("1")),
    webPod("other", "b", sized("500m")),
  ]),
  titled("should not delete a node on which the buffer has its room", [
    ...[base, shape("1"), kept(5)],
    machine("a"),
    machine("b"),
    webPod("pod", "a", sized("500m")),
    webPod("other", "b", sized("500m")),
  ]),
  titled("should merge nodes into one that holds the buffer, too", [
    ...[base, shape("500m"), kept(3)],
    machines(3, "n", { type: "m1.xlarge" }),
    ...[0, 1, 2].map((index) => webPod(`pod-${index}`, `n-${index}`, sized("300m"))),
  ]),
  titled("should consolidate for a buffer of a workload", [
    ...[base, workload(10, sized("1")), buffer("b", ofWorkload({ percentage: 20 }))],
    machine("a", { type: "m1.4xlarge" }),
    webPod("pod", "a", sized("1")),
  ]),
  titled("should disrupt although the buffer has no place anyway", [
    ...[base, shape("100"), kept(2)],
    machine("a", { type: "m1.4xlarge" }),
    webPod("pod", "a", sized("1")),
  ]),
  titled("should give pods of the size of virtual ones their place first", [
    ...[base, shape("1"), kept(2)],
    machine("a"),
    machine("b", { cpu: "2" }),
    webPod("pod", "a", sized("1")),
    webPod("other", "b", sized("500m")),
  ]),
  titled("should spread virtual pods as it does others", [
    base,
    podTemplate("shape", {
      labels: { app: "web" },
      spec: {
        topologySpreadConstraints: [
          {
            topologyKey: zoneKey,
            maxSkew: 1,
            whenUnsatisfiable: "DoNotSchedule",
            labelSelector: { matchLabels: { app: "web" } },
          },
        ],
      },
    }),
    kept(2),
    machine("a"),
    machine("b", { zone: "test-zone-2" }),
    webPod("pod", "a"),
    webPod("other", "b"),
  ]),
  titled("should not regard buffers that are not ready, or empty", [
    ...[base, kept(3), buffer("empty", ofTemplate(0))],
    machine("a"),
    machine("b"),
    webPod("pod", "a", sized("1")),
    webPod("other", "b", sized("1")),
  ]),
  titled(
    "should not regard buffers with the feature gate off",
    [
      ...[base, shape("3"), kept(3)],
      machine("a"),
      machine("b"),
      webPod("pod", "a", sized("1")),
      webPod("other", "b", sized("1")),
    ],
    { options: { featureGates: { CapacityBuffer: false } } },
  ),
];

/** Node a may go if its pod fits on c; b is fresh. */
const besideFresh: readonly Manifest[] = [
  base,
  pool("slow", slow),
  ...machine("a", { type: "m1.large" }),
  ...machine("b", { pool: "slow", ...fresh }),
  ...machine("c"),
  webPod("pod", "a", sized("100m")),
  webPod("busy", "b", sized("1")),
  webPod("full", "c", sized("3500m")),
];

const quirkTitles: readonly DisruptionTitle[] = [
  titled("should place a pending pod on a node under its consolidateAfter window", [
    ...besideFresh,
    pod("pending", sized("2")),
  ]),
  titled("quirk: virtual pods avoid nodes under their consolidateAfter window", [
    ...besideFresh,
    shape("2"),
    kept(1),
  ]),
  titled("quirk: virtual pods avoid no node for drift", [
    ...besideFresh.filter(({ kind }) => kind !== "Pod"),
    machine("d", drifted),
    webPod("pod", "d", sized("100m")),
    shape("2"),
    kept(1),
  ]),
  titled("should let virtual pods go where the window has passed", [
    ...[base, pool("slow", slow)],
    machine("a", { type: "m1.large" }),
    machine("b", { pool: "slow", lastPodEventTime: "2026-02-28T23:40:00Z" }),
    webPod("pod", "a", sized("100m")),
    webPod("busy", "b", sized("1")),
    ...[shape("2"), kept(1)],
  ]),
];

const otherTitles: readonly DisruptionTitle[] = [
  titled("should launch for the buffer what a drifted node has kept", [
    ...[base, shape("1"), kept(3)],
    machine("a", drifted),
    webPod("pod", "a", sized("500m")),
  ]),
  titled("should promise nodes to real pods alone", [
    ...[base, shape("500m"), kept(2)],
    machine("a", drifted),
    machine("b", { type: "m1.2xlarge" }),
    machine("c", { type: "m1.2xlarge" }),
    webPod("pod", "a", sized("2")),
    webPod("other", "b", sized("6")),
    webPod("third", "c", sized("5")),
  ]),
  titled(
    "should delete an empty node that no virtual pod was placed on, and keep the others",
    [base, shape("1"), kept(3), machine("a"), machine("b"), machine("c")],
    { facts: { bufferPods: { a: 3 } } },
  ),
  titled(
    "should look again at an empty node once its virtual pods are gone",
    [base, shape("1"), kept(3), machine("a")],
    {
      facts: { bufferPods: { a: 3 } },
      seconds: 60,
      script: [{ atSeconds: 15, facts: { bufferPods: {} } }],
    },
  ),
  titled("should not disrupt nodes of static NodePools for buffers", [
    ...[pool("default", { replicas: 1 }), shape("1"), kept(3)],
    machine("a"),
  ]),
  titled("should have virtual pods beside pods of deleting nodes", [
    ...[base, shape("1"), kept(1)],
    machine("going", { isDeleting: true }),
    webPod("leaving", "going", sized("1")),
    machine("a"),
    machine("b"),
    webPod("pod", "a", sized("500m")),
    webPod("other", "b", { ...sized("1"), metadata: { creationTimestamp: start } }),
  ]),
];

export const bufferTitles: readonly DisruptionTitle[] = [
  ...consolidationTitles,
  ...quirkTitles,
  ...otherTitles,
];
