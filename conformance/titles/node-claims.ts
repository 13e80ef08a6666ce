import type { Manifest } from "../cases.ts";
import {
  archKey,
  capacityTypeKey,
  expression as is,
  nodeClass,
  osKey,
  pod,
  pods,
  pool,
  requiring,
  titled,
  type TitledCase,
  typeKey,
  zoneKey,
} from "./build.ts";
import { daemonSet, node } from "./build-nodes.ts";

const base = pool("default");
const taint = { key: "team", value: "red", effect: "NoSchedule" };
const starting = { key: "starting", value: "yes", effect: "NoExecute" };
const going = { deletionTimestamp: "2026-02-28T23:00:00Z", finalizers: ["example.com/slow"] };

function container(name: string, cpu: string, rest: Manifest = {}): Manifest {
  return { name, image: "example/app", resources: { requests: { cpu } }, ...rest };
}

const sidecar = (cpu: string) => container("sidecar", cpu, { restartPolicy: "Always" });
const ofContainers = (title: string, spec: Manifest): TitledCase =>
  titled(`should schedule based on the ${title}`, [base, pod("pod", { spec })]);

const provisioningTitles: readonly TitledCase[] = [
  titled("should provision nodes", [base, pod("pod")]),
  titled("Should provision nodes for multiple pods", [base, pods(50, "pod")]),
  titled(
    "should expect nodeclaim terminationGracePeriod to be the nil when the nodepool terminationGracePeriod and global terminationGracePeriod is not set",
    [base, pod("pod")],
  ),
  titled(
    "should respect terminationGracePeriod value set on the nodePool over global terminationGracePeriod",
    [pool("default", { templateSpec: { terminationGracePeriod: "30m" } }), pod("pod")],
  ),
  titled("should ignore NodePools that are deleting", [
    pool("default", { metadata: going }),
    pod("pod"),
  ]),
  titled("should mark pod as unschedulable if there are no valid nodepools", [
    pool("default", { isReady: false }),
    pods(2, "pod"),
  ]),
  titled("should provision nodes for pods with supported node selectors", [
    base,
    ...Object.entries({
      "karpenter.sh/nodepool": "default",
      [zoneKey]: "test-zone-1",
      [typeKey]: "m1.large",
      [archKey]: "amd64",
      [osKey]: "linux",
    }).map(([key, value], index) =>
      pod(`good-${index}`, { spec: { nodeSelector: { [key]: value } } }),
    ),
    ...Object.entries({
      "karpenter.sh/nodepool": "unknown",
      [zoneKey]: "unknown",
      [typeKey]: "unknown",
      [archKey]: "unknown",
      [osKey]: "unknown",
      [capacityTypeKey]: "unknown",
      foo: "bar",
    }).map(([key, value], index) =>
      pod(`bad-${index}`, { spec: { nodeSelector: { [key]: value } } }),
    ),
  ]),
  titled("should provision nodes for pods with supported node affinities", [
    base,
    ...[
      is("karpenter.sh/nodepool", "In", "default"),
      is(zoneKey, "In", "test-zone-1"),
      is(typeKey, "In", "m1.large"),
      is(archKey, "In", "arm64"),
      is(osKey, "In", "windows"),
      is(zoneKey, "In", "unknown"),
      is(typeKey, "In", "unknown"),
      is(archKey, "In", "unknown"),
      is("foo", "In", "bar"),
    ].map((expression, index) =>
      pod(`pod-${index}`, { spec: { affinity: requiring([expression]) } }),
    ),
  ]),
  titled("should provision nodes for accelerators", [
    base,
    pod("one", { requests: { "nvidia.com/gpu": "1" }, limits: { "nvidia.com/gpu": "1" } }),
    pod("none", { requests: { "amd.com/gpu": "1" }, limits: { "amd.com/gpu": "1" } }),
  ]),
  titled("should provision multiple nodes when maxPods is set", [
    // A `m1.medium` takes ten pods.
    pool("default", { requirements: [is(typeKey, "In", "m1.medium")] }),
    pods(25, "pod", { requests: { cpu: "1m" } }),
  ]),
  titled("should schedule all pods on one inflight node when node is in deleting state", [
    base,
    node("n", { isDeleting: true }),
    pods(3, "there", { on: "n" }),
    pods(2, "pod"),
  ]),
  ofContainers(
    "max resource requests of containers and initContainers with sidecar containers when initcontainer comes first",
    {
      containers: [container("main", "2")],
      initContainers: [container("init", "7"), sidecar("4")],
    },
  ),
  ofContainers(
    "max resource requests of containers and initContainers with sidecar containers when sidecar container comes first and init container resources are smaller than container resources",
    {
      containers: [container("main", "2")],
      initContainers: [sidecar("4"), container("init", "1")],
    },
  ),
  ofContainers(
    "max resource requests of containers and initContainers with sidecar containers when sidecar container comes first and init container resources are bigger than container resources",
    {
      containers: [container("main", "2")],
      initContainers: [sidecar("4"), container("init", "10")],
    },
  ),
  ofContainers("pod level resources requests", {
    containers: [container("main", "2")],
    resources: { requests: { cpu: "9", memory: "3Gi" } },
  }),
];

const labelled = (key: string, value: string): Manifest =>
  pool("default", { requirements: [is(key, "In", value)] });

const metadataTitles: readonly TitledCase[] = [
  titled("should annotate nodes", [
    pool("default", { annotations: { "karpenter.sh/do-not-disrupt": "true", note: "kept" } }),
    pod("pod"),
  ]),
  titled("should label nodes", [
    pool("default", {
      labels: { "test-key-1": "test-value-1" },
      requirements: [
        is("test-key-2", "In", "test-value-2"),
        is("test-key-3", "NotIn", "test-value-3"),
        is("test-key-4", "Lt", "4"),
        is("test-key-5", "Gt", "5"),
        is("test-key-6", "Exists"),
        is("test-key-7", "DoesNotExist"),
      ],
    }),
    pod("pod"),
  ]),
  titled("should label nodes with labels in the kubernetes domains", [
    labelled("kubernetes.io/test", "value"),
    pod("pod"),
  ]),
  titled("should label nodes with labels in the subdomain from kubernetes domains", [
    labelled("subdomain.kubernetes.io/test", "value"),
    pod("pod"),
  ]),
  titled("should not label nodes with well-known labels from requirements", [
    pool("default", {
      requirements: [is(archKey, "In", "amd64"), is(zoneKey, "In", "test-zone-1")],
    }),
    pod("pod"),
  ]),
  titled("should schedule pods that tolerate taints", [
    pool("default", {
      taints: [taint, { ...taint, effect: "NoExecute" }],
      startupTaints: [starting],
    }),
    pod("exists", { spec: { tolerations: [{ key: "team", operator: "Exists" }] } }),
    pod("equal", {
      spec: { tolerations: [{ key: "team", operator: "Equal", value: "red" }] },
    }),
    pod("half", { spec: { tolerations: [{ ...taint, operator: "Equal" }] } }),
    pod("none"),
  ]),
];

const creationTitles: readonly TitledCase[] = [
  titled("should create a nodeclaim request with expected requirements", [base, pod("pod")]),
  titled("should create a nodeclaim request with additional expected requirements", [
    pool("default", {
      requirements: [
        is("custom-requirement-key", "In", "value"),
        is("custom-requirement-key2", "In", "value"),
      ],
    }),
    pod("pod"),
  ]),
  titled("should create a nodeclaim request restricting instance types on architecture", [
    pool("default", { requirements: [is(archKey, "In", "arm64")] }),
    pod("pod"),
  ]),
  titled("should create a nodeclaim request restricting instance types on operating system", [
    pool("default", { requirements: [is(osKey, "In", "windows")] }),
    pod("pod"),
  ]),
  titled(
    "should create a nodeclaim request restricting instance types based on pod resource requests",
    [base, pod("pod", { requests: { "nvidia.com/gpu": "2" }, limits: { "nvidia.com/gpu": "2" } })],
  ),
  titled("should create a nodeclaim request with the correct owner reference", [
    pool("owner", { metadata: { uid: "uid-of-owner" } }),
    pod("pod"),
  ]),
  titled("should create a nodeclaim request propagating the nodeClass reference", [
    pool("default", {
      templateSpec: {
        nodeClassRef: { group: "karpenter.k8s.aws", kind: "EC2NodeClass", name: "special" },
      },
    }),
    nodeClass("special"),
    pod("pod"),
  ]),
  titled("should create a nodeclaim with resource requests", [
    base,
    pod("pod", {
      requests: { cpu: "1", memory: "1Mi", "nvidia.com/gpu": "1" },
      limits: { cpu: "1", "nvidia.com/gpu": "1" },
    }),
  ]),
  titled("should create a nodeclaim with resource requests with daemon overhead", [
    base,
    daemonSet("daemon", "1"),
    pod("pod", { requests: { cpu: "1", memory: "1Mi" } }),
  ]),
  titled(
    "should not double-count daemon overhead when multiple pods are scheduled to the same nodeclaim",
    [base, daemonSet("daemon", "1"), pods(4, "pod", { requests: { cpu: "1", memory: "1Mi" } })],
  ),
  titled("should create a nodeclaim that is never expired", [
    pool("default", { templateSpec: { expireAfter: "Never" } }),
    pod("pod"),
  ]),
];

export const nodeClaimTitles: readonly TitledCase[] = [
  ...provisioningTitles,
  ...metadataTitles,
  ...creationTitles,
];
