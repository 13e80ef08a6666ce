import type { ConformanceCase } from "../cases.ts";
import {
  archKey,
  capacityTypeKey,
  expression,
  hostnameKey,
  must,
  near,
  pod,
  pods,
  pool,
  preferring,
  requiring,
  should,
  spread,
  type TitledCase,
  zoneKey,
} from "./build.ts";
import {
  buffer,
  ofTemplate,
  ofWorkload,
  podTemplate,
  shape,
  three,
  titled,
  workload,
} from "./build-buffers.ts";
import { resolutionTitles, sizeTitles } from "./buffer-resolution.ts";
import { daemonSet, node, unownedNode } from "./build-nodes.ts";
import { titleCasesOf } from "./title-cases.ts";

const core = { requests: { cpu: "1" } };
const web = { app: "web" };

const placementTitles: readonly TitledCase[] = [
  titled("should return True/FitsExistingCapacity when all pods fit", [shape, three, node("n")]),
  titled("should return False/RequiresNewCapacity when new nodes are needed", [
    shape,
    three,
    node("n", { cpu: "2" }),
  ]),
  titled("should return True/FitsExistingCapacity for scalableRef buffer when all pods fit", [
    workload(4, core),
    buffer("b", ofWorkload({ percentage: 50 })),
    node("n"),
  ]),
  titled("should return False/RequiresNewCapacity for scalableRef buffer when new nodes needed", [
    workload(4, core),
    buffer("b", ofWorkload({ percentage: 200 })),
    node("n"),
  ]),
  titled("should return False/NotReadyForProvisioning when buffer is not ready", [
    shape,
    three,
    buffer("lost", ofTemplate(1, {}, "gone")),
  ]),
  titled("should return False/BufferEmpty when replicas is zero", [
    shape,
    three,
    buffer("empty", ofTemplate(0)),
  ]),
  titled("should set conditions of buffers that make no pods, without any pod", [
    buffer("lost", ofTemplate(1)),
    buffer("empty", ofTemplate(0)),
  ]),
  titled("should return nil when ready but no results observed", [
    shape,
    three,
    pool("default", { isReady: false }),
  ]),
  titled("should say that virtual pods failed", [
    podTemplate("shape", { requests: { cpu: "100" } }),
    three,
  ]),
  titled("should say that some virtual pods failed", [
    shape,
    three,
    node("n", { cpu: "1" }),
    pool("default", { limits: { cpu: "1" } }),
  ]),
  titled("should bucket virtual pods by buffer namespace/name across existing and new nodes", [
    shape,
    podTemplate("large", { requests: { cpu: "3" } }),
    buffer("a", ofTemplate(2)),
    buffer("b", ofTemplate(2, {}, "large")),
    node("m"),
    node("n"),
  ]),
  titled("should distinguish buffers with the same name in different namespaces", [
    shape,
    podTemplate("shape", { ...core, namespace: "other" }),
    three,
    buffer("b", ofTemplate(5), { namespace: "other" }),
    node("n"),
  ]),
  titled("should ignore real pods", [shape, three, pods(3, "real", core), node("n")]),
  titled("should count virtual pods per providerID on existing nodes", [
    shape,
    buffer("b", ofTemplate(7)),
    node("a", { cpu: "2" }),
    node("b", { cpu: "3" }),
    node("c", { cpu: "1" }),
    pod("running", { ...core, on: "b" }),
  ]),
  titled("should return empty map when only real pods are present", [pods(2, "real"), node("n")]),
  titled(
    "should have no effect with the feature gate off",
    [shape, three, pod("real"), node("n")],
    {
      featureGates: { CapacityBuffer: false },
    },
  ),
];

const queueTitles: readonly TitledCase[] = [
  titled("should place larger virtual pods before smaller real ones", [
    podTemplate("shape", { requests: { cpu: "3" } }),
    buffer("b", ofTemplate(1)),
    pods(2, "real", core),
    node("n"),
  ]),
  titled("should place real pods before virtual ones of their size", [
    shape,
    buffer("b", ofTemplate(3)),
    pods(3, "real", core),
    node("n"),
  ]),
  titled("should place buffers of equal pods by their keys, and pods by their number", [
    shape,
    buffer("b", ofTemplate(12)),
    buffer("a", ofTemplate(3)),
    buffer("c", ofTemplate(2)),
    node("n", { cpu: "13" }),
  ]),
  titled("should fill NodeClaims of real pods with virtual ones", [
    podTemplate("shape", { requests: { cpu: "300m" } }),
    buffer("b", ofTemplate(6)),
    pods(4, "real", { requests: { cpu: "700m" } }),
  ]),
  titled("should go on with other pods after one without a place", [
    podTemplate("shape", { ...core, spec: { nodeSelector: { team: "nobody" } } }),
    podTemplate("small"),
    buffer("a", ofTemplate(2)),
    buffer("b", ofTemplate(2, {}, "small")),
    pod("real"),
  ]),
];

const constraintTitles: readonly TitledCase[] = [
  titled("should drop PVC volumes and their mounts", [
    podTemplate("shape", {
      spec: { volumes: [{ name: "data", persistentVolumeClaim: { claimName: "missing" } }] },
    }),
    three,
  ]),
  titled("should drop ephemeral volumes and their mounts", [
    podTemplate("shape", {
      spec: {
        volumes: [
          {
            name: "scratch",
            ephemeral: {
              volumeClaimTemplate: {
                spec: {
                  accessModes: ["ReadWriteOnce"],
                  storageClassName: "missing",
                  resources: { requests: { storage: "1Gi" } },
                },
              },
            },
          },
          { name: "cache", emptyDir: {} },
        ],
      },
    }),
    three,
  ]),
  titled("should preserve tolerations, nodeSelector, and affinity", [
    pool("default"),
    pool("tainted", { taints: [{ key: "team", value: "a", effect: "NoSchedule" }], weight: 10 }),
    podTemplate("shape", {
      spec: {
        tolerations: [{ key: "team", operator: "Exists" }],
        nodeSelector: { [zoneKey]: "test-zone-2" },
        affinity: requiring([expression(archKey, "In", "arm64")]),
      },
    }),
    three,
  ]),
  titled("should not inherit a nodeName from the template", [
    podTemplate("shape", { spec: { nodeName: "n" } }),
    three,
    node("n"),
  ]),
  titled("should spread virtual pods by their labels", [
    podTemplate("shape", {
      labels: web,
      spec: { topologySpreadConstraints: [spread(zoneKey), spread(hostnameKey)] },
    }),
    buffer("b", ofTemplate(5)),
    pod("running", { labels: web, on: "n" }),
    node("n"),
  ]),
  titled("should let virtual pods keep away from each other", [
    podTemplate("shape", {
      labels: web,
      spec: { affinity: must("podAntiAffinity", near("web", hostnameKey)) },
    }),
    three,
    node("n"),
  ]),
  titled("should let virtual pods follow real ones", [
    podTemplate("shape", {
      ...core,
      labels: web,
      spec: { affinity: must("podAffinity", near("db", zoneKey)) },
    }),
    three,
    pod("db", { labels: { app: "db" }, requests: { cpu: "2" } }),
  ]),
  titled("should let real pods keep away from virtual ones", [
    podTemplate("shape", { ...core, labels: web }),
    buffer("b", ofTemplate(1)),
    pod("real", { spec: { affinity: must("podAntiAffinity", near("web", zoneKey)) } }),
    node("n"),
  ]),
  titled("should relax preferences of virtual pods", [
    podTemplate("shape", {
      labels: web,
      spec: {
        affinity: {
          ...preferring([expression(zoneKey, "In", "nowhere")]),
          ...should("podAntiAffinity", near("web", zoneKey)),
        },
      },
    }),
    buffer("b", ofTemplate(5)),
  ]),
  titled(
    "should ignore preferences of virtual pods where all are ignored",
    [
      podTemplate("shape", {
        spec: { affinity: preferring([expression(capacityTypeKey, "In", "on-demand")]) },
      }),
      three,
    ],
    { preferencePolicy: "Ignore" },
  ),
  titled("should give each virtual pod its host port", [
    podTemplate("shape", { ports: [{ containerPort: 80, hostPort: 8080 }] }),
    three,
    node("n"),
  ]),
  titled("should take a container port of a template on the host's network for no host port", [
    podTemplate("shape", { ports: [{ containerPort: 80 }], spec: { hostNetwork: true } }),
    three,
    node("n"),
  ]),
  titled("should refuse virtual pods with resource claims", [
    podTemplate("shape", {
      spec: { resourceClaims: [{ name: "gpu", resourceClaimName: "gpu" }] },
    }),
    three,
    node("n"),
  ]),
  titled("should not validate virtual pods as it does real ones", [
    podTemplate("shape", {
      spec: { nodeSelector: { "karpenter.sh/nodepool": "default", "kubernetes.io/bad key": "x" } },
    }),
    three,
  ]),
  titled("should leave a virtual pod without a place that avoids Karpenter's nodes", [
    podTemplate("shape", {
      spec: { affinity: requiring([expression("karpenter.sh/nodepool", "DoesNotExist")]) },
    }),
    three,
    unownedNode("mine", { cpu: "1" }),
  ]),
];

const capacityTitles: readonly TitledCase[] = [
  titled("should keep within the limits of a NodePool", [
    pool("default", { limits: { cpu: "4" } }),
    shape,
    buffer("b", ofTemplate(6)),
  ]),
  titled("should count daemons on the nodes for buffers", [
    shape,
    buffer("b", ofTemplate(4)),
    daemonSet("agent", "900m"),
    node("n"),
  ]),
  titled("should keep room on nodes that are still joining, and on NodeClaims that are launched", [
    shape,
    buffer("b", ofTemplate(9)),
    node("joining", { isInitialized: false }),
    node("launched", { isWithoutNode: true }),
  ]),
  titled("should keep room on nodes that Karpenter did not launch", [
    shape,
    three,
    unownedNode("mine", { cpu: "2" }),
  ]),
  titled("should make room for pods of deleting nodes beside virtual ones", [
    shape,
    three,
    node("going", { isDeleting: true }),
    pods(2, "moving", { ...core, on: "going" }),
    node("n"),
  ]),
  titled("should keep no room on deleting nodes", [shape, three, node("n", { isDeleting: true })]),
  titled("should take the heavier NodePool first", [
    pool("light", { weight: 1 }),
    pool("heavy", { weight: 9, requirements: [expression(archKey, "In", "arm64")] }),
    shape,
    three,
  ]),
  titled(
    "should wait for reservations as real pods do",
    [
      pool("default", { requirements: [expression(capacityTypeKey, "In", "reserved")] }),
      shape,
      buffer("b", ofTemplate(20)),
    ],
    { instanceTypeSet: "reserved" },
  ),
  titled("should have no place without instance types", [shape, three], {
    instanceTypeSet: "none",
  }),
];

const quirkTitles: readonly TitledCase[] = [
  titled("quirk: a real pod that is marked as virtual is counted for its buffer", [
    shape,
    buffer("b", ofTemplate(1)),
    pod("marked", {
      ...core,
      metadata: {
        annotations: {
          "karpenter.sh/capacity-buffer-fake-pod": "true",
          "karpenter.sh/capacity-buffer-name": "b",
          "karpenter.sh/capacity-buffer-namespace": "default",
        },
      },
    }),
    node("n"),
  ]),
  titled("quirk: a real pod that is marked as virtual without a buffer counts for its node", [
    pod("marked", {
      metadata: { annotations: { "karpenter.sh/capacity-buffer-fake-pod": "true" } },
    }),
    node("n"),
  ]),
];

/** The hand-made cases, named `capacity-buffers: title`. */
export function bufferTitleCases(): readonly ConformanceCase[] {
  return titleCasesOf("capacity-buffers", [
    ...resolutionTitles,
    ...sizeTitles,
    ...placementTitles,
    ...queueTitles,
    ...constraintTitles,
    ...capacityTitles,
    ...quirkTitles,
  ]);
}
