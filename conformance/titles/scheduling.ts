import type { Manifest } from "../cases.ts";
import {
  archKey,
  cpuKey,
  expression as is,
  osKey,
  pod,
  pods,
  pool,
  preferring,
  requiring,
  titled,
  type TitledCase,
  typeKey,
  zoneKey,
} from "./build.ts";

const zone = (number: number) => `test-zone-${number}`;
const anyPool = pool("default");

function selecting(name: string, nodeSelector: Readonly<Record<string, string>>): Manifest {
  return pod(name, { spec: { nodeSelector } });
}

function requires(name: string, ...terms: (readonly Manifest[])[]): Manifest {
  return pod(name, { spec: { affinity: requiring(...terms) } });
}

const labelled = pool("default", { labels: { team: "red" } });

const selectorTitles: readonly TitledCase[] = [
  titled("should schedule unconstrained pods that don't have matching node selectors", [
    labelled,
    pod("pod"),
  ]),
  titled("should not schedule pods that have conflicting node selectors", [
    labelled,
    selecting("pod", { team: "blue" }),
  ]),
  titled("should not schedule pods that have node selectors with undefined key", [
    labelled,
    selecting("pod", { other: "red" }),
  ]),
  titled("should schedule pods that have matching requirements", [
    labelled,
    requires("pod", [is("team", "In", "red", "blue")]),
  ]),
  titled("should not schedule pods that have conflicting requirements", [
    labelled,
    requires("pod", [is("team", "In", "blue")]),
  ]),
  titled("should use NodePool constraints", [
    pool("default", { requirements: [is(zoneKey, "In", zone(2))] }),
    pod("pod"),
  ]),
  titled("should use node selectors", [
    pool("default", { requirements: [is(zoneKey, "In", zone(1), zone(2))] }),
    selecting("pod", { [zoneKey]: zone(2) }),
  ]),
  titled("should not schedule nodes with a hostname selector", [
    anyPool,
    selecting("pod", { "kubernetes.io/hostname": "red" }),
  ]),
  titled("should not schedule the pod if nodeselector unknown", [
    anyPool,
    selecting("pod", { [zoneKey]: "unknown" }),
  ]),
  titled("should not schedule if node selector outside of NodePool constraints", [
    pool("default", { requirements: [is(zoneKey, "In", zone(1))] }),
    selecting("pod", { [zoneKey]: zone(2) }),
  ]),
  titled("should schedule compatible requirements with Operator=In", [
    anyPool,
    requires("pod", [is(zoneKey, "In", zone(3))]),
  ]),
  titled("should schedule compatible requirements with Operator=Gt", [
    anyPool,
    requires("pod", [is(cpuKey, "Gt", "8")]),
  ]),
  titled("should schedule compatible requirements with Operator=Lt", [
    anyPool,
    requires("pod", [is(cpuKey, "Lt", "2")]),
  ]),
  titled("should schedule compatible requirements with Operator=NotIn", [
    anyPool,
    requires("pod", [is(zoneKey, "NotIn", zone(1), zone(2), "unknown")]),
  ]),
  titled("should not schedule incompatible preferences and requirements with Operator=In", [
    anyPool,
    requires("pod", [is(zoneKey, "In", "unknown")]),
  ]),
  titled("should not schedule incompatible preferences and requirements with Operator=NotIn", [
    anyPool,
    requires("pod", [is(zoneKey, "NotIn", zone(1), zone(2), zone(3), "unknown")]),
  ]),
  titled("should combine multidimensional node selectors, preferences and requirements", [
    anyPool,
    pod("pod", {
      spec: {
        nodeSelector: { [zoneKey]: zone(3), [typeKey]: "a1.large" },
        affinity: preferring(
          [is(zoneKey, "In", zone(3)), is(typeKey, "NotIn", "unknown")],
          [is(zoneKey, "NotIn", "unknown"), is(typeKey, "In", "a1.large", "unknown")],
        ),
      },
    }),
  ]),
  titled("should not schedule pods that have node selectors with restricted labels", [
    anyPool,
    selecting("pod", { "karpenter.sh/initialized": "true" }),
  ]),
  titled("should not schedule pods that have node selectors with restricted domains", [
    anyPool,
    selecting("pod", { "karpenter.sh/test": "x" }),
  ]),
  titled("should schedule pods that have node selectors with label in the kubernetes domains", [
    pool("default", { requirements: [is("node.kubernetes.io/test", "In", "x")] }),
    selecting("pod", { "node.kubernetes.io/test": "x" }),
  ]),
  titled("should schedule pods that have node selectors with label in wellknown label list", [
    anyPool,
    selecting("pod", {
      [zoneKey]: zone(1),
      [archKey]: "amd64",
      [osKey]: "linux",
      "karpenter.sh/capacity-type": "spot",
    }),
  ]),
];

const operatorTitles: readonly TitledCase[] = [
  titled("should not schedule pods with nodePool which is not ready", [
    pool("default", { isReady: false }),
    pod("pod"),
  ]),
  titled("should not schedule pods that have node selectors with In operator and undefined key", [
    anyPool,
    requires("pod", [is("team", "In", "red")]),
  ]),
  titled("should schedule pods that have node selectors with NotIn operator and undefined key", [
    anyPool,
    requires("pod", [is("team", "NotIn", "red")]),
  ]),
  titled(
    "should not schedule pods that have node selectors with Exists operator and undefined key",
    [anyPool, requires("pod", [is("team", "Exists")])],
  ),
  titled("should schedule pods that with DoesNotExists operator and undefined key", [
    anyPool,
    requires("pod", [is("team", "DoesNotExist")]),
  ]),
  titled(
    "should not schedule pods that have node selectors with matching value and NotIn operator",
    [labelled, requires("pod", [is("team", "NotIn", "red")])],
  ),
  titled("should schedule the pod with Exists operator and defined key", [
    labelled,
    requires("pod", [is("team", "Exists")]),
  ]),
  titled("should not schedule the pod with DoesNotExists operator and defined key", [
    labelled,
    requires("pod", [is("team", "DoesNotExist")]),
  ]),
  titled("should schedule pods that have node selectors with different value and NotIn operator", [
    labelled,
    requires("pod", [is("team", "NotIn", "blue")]),
  ]),
  titled("should schedule compatible pods to the same node", [
    pool("default", { requirements: [is("team", "In", "red", "blue")] }),
    requires("a", [is("team", "In", "red")]),
    requires("b", [is("team", "NotIn", "blue")]),
  ]),
  titled("should schedule incompatible pods to the different node", [
    pool("default", { requirements: [is("team", "In", "red", "blue")] }),
    requires("a", [is("team", "In", "red")]),
    requires("b", [is("team", "In", "blue")]),
  ]),
  titled("Exists operator should not overwrite the existing value", [
    pool("default", { requirements: [is("team", "In", "red", "blue")] }),
    requires("pod", [is("team", "In", "red"), is("team", "Exists")]),
  ]),
];

const compatibilityTitles: readonly TitledCase[] = [
  titled("should not schedule if requesting more resources than any instance type has", [
    anyPool,
    pod("pod", { requests: { cpu: "512" } }),
  ]),
  titled("should launch pods with different archs on different instances", [
    anyPool,
    requires("a", [is(archKey, "In", "amd64")]),
    requires("b", [is(archKey, "In", "arm64")]),
  ]),
  titled(
    "should exclude instance types that are not supported by the pod constraints (node affinity/operating system)",
    [anyPool, requires("pod", [is(osKey, "In", "windows")])],
  ),
  titled(
    "should exclude instance types that are not supported by the provider constraints (arch)",
    [
      pool("default", { requirements: [is(archKey, "In", "arm64")] }),
      pod("pod", { requests: { cpu: "14" } }),
    ],
  ),
  titled("should launch pods with different instance type node selectors on different instances", [
    anyPool,
    selecting("a", { [typeKey]: "m1.large" }),
    selecting("b", { [typeKey]: "c1.xlarge" }),
  ]),
  titled("should launch pods with different zone selectors on different instances", [
    anyPool,
    selecting("a", { [zoneKey]: zone(1) }),
    selecting("b", { [zoneKey]: zone(2) }),
  ]),
  titled(
    "should launch pods with resources that aren't on any single instance type on different instances",
    [
      anyPool,
      pod("gpu", { requests: { "nvidia.com/gpu": "1" }, limits: { "nvidia.com/gpu": "1" } }),
      pod("other", { spec: { nodeSelector: { [archKey]: "arm64" } } }),
    ],
  ),
  titled(
    "should fail to schedule a pod with resources requests that aren't on a single instance type",
    [
      anyPool,
      pod("pod", {
        requests: { "nvidia.com/gpu": "1" },
        spec: { nodeSelector: { [archKey]: "arm64" } },
      }),
    ],
  ),
  titled("should filter instance types that match labels", [
    anyPool,
    selecting("pod", { "karpenter.k8s.aws/instance-family": "c1" }),
  ]),
  titled("should not schedule with incompatible labels", [
    anyPool,
    selecting("pod", { "karpenter.k8s.aws/instance-family": "c1", [archKey]: "arm64" }),
  ]),
  titled("should schedule optional labels", [
    anyPool,
    requires("pod", [is("karpenter.k8s.aws/instance-gpu-name", "Exists")]),
  ]),
  titled("should schedule without optional labels if disallowed", [
    anyPool,
    requires("pod", [is("karpenter.k8s.aws/instance-gpu-name", "DoesNotExist")]),
  ]),
];

const packingTitles: readonly TitledCase[] = [
  titled("should schedule a small pod on the smallest instance", [
    anyPool,
    pod("pod", { requests: { memory: "100M" } }),
  ]),
  titled("should take pod runtime class into consideration", [
    anyPool,
    pod("pod", {
      requests: { cpu: "1" },
      spec: { runtimeClassName: "gvisor", overhead: { cpu: "2" } },
    }),
  ]),
  titled("should schedule multiple small pods on the smallest possible instance type", [
    anyPool,
    pods(5, "pod", { requests: { memory: "10M" } }),
  ]),
  titled("should create new nodes when a node is at capacity", [
    pool("default", { requirements: [is(archKey, "In", "amd64")] }),
    pods(40, "pod", { requests: { memory: "1.8G" } }),
  ]),
  titled("should pack small and large pods together", [
    anyPool,
    pods(40, "large", { requests: { memory: "1.8G" } }),
    pods(20, "small", { requests: { memory: "400M" } }),
  ]),
  titled("should pack nodes tightly", [
    anyPool,
    pod("large", { requests: { cpu: "4.5" } }),
    pod("small", { requests: { cpu: "1" } }),
  ]),
  titled("should handle zero-quantity resource requests", [
    anyPool,
    pod("pod", { requests: { "example.com/foo": "0" }, limits: { "example.com/foo": "0" } }),
  ]),
  titled("should not schedule pods that exceed every instance type's capacity", [
    anyPool,
    pod("pod", { requests: { memory: "2Ti" } }),
  ]),
  titled("should create new nodes when a node is at capacity due to pod limits per node", [
    anyPool,
    pods(170, "pod", { requests: { cpu: "1m" } }),
  ]),
  titled(
    "should not schedule pods when initContainer resource requests are greater than available instance types",
    [
      anyPool,
      pod("pod", {
        spec: {
          initContainers: [
            { name: "init", image: "example/app", resources: { requests: { cpu: "100" } } },
          ],
        },
      }),
    ],
  ),
  titled("should select for valid instance types, regardless of price", [
    pool("default", { requirements: [is(typeKey, "In", "m1.xlarge", "g1.xlarge", "a1.4xlarge")] }),
    pod("pod", { requests: { cpu: "2" } }),
  ]),
  titled("should return appropriate pod error when no available instance types exist", [
    pool("default", { requirements: [is(typeKey, "In", "none")] }),
    pod("pod"),
  ]),
  titled("should handle multiple pods when requirements filter out all instance types", [
    pool("default", { requirements: [is(cpuKey, "Gt", "100")] }),
    pods(3, "pod"),
  ]),
  titled("should handle conflicting requirements that eliminate all instance types", [
    pool("default", {
      requirements: [
        is(archKey, "In", "arm64"),
        is("karpenter.k8s.aws/instance-family", "In", "m1"),
      ],
    }),
    pod("pod"),
  ]),
  titled("should handle zone requirements that filter out all instance types", [
    pool("default", { requirements: [is(zoneKey, "In", "nowhere")] }),
    pod("pod"),
  ]),
];

export const schedulingTitles: readonly TitledCase[] = [
  ...selectorTitles,
  ...operatorTitles,
  ...compatibilityTitles,
  ...packingTitles,
];
