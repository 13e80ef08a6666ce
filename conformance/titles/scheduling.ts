import type { Manifest } from "../cases.ts";
import {
  archKey,
  cpuKey,
  expression as is,
  osKey,
  pod,
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
  titled("should schedule compatible requirements with Operator=Gte", [
    // Pods have no such operator.
    pool("default", { requirements: [is(cpuKey, "Gte", "8")] }),
    pod("pod"),
  ]),
  titled("should schedule compatible requirements with Operator=Lte", [
    pool("default", { requirements: [is(cpuKey, "Lte", "2")] }),
    pod("pod"),
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
  titled("should schedule compatible node selectors, preferences and requirements", [
    anyPool,
    pod("pod", {
      spec: {
        nodeSelector: { [zoneKey]: zone(3) },
        affinity: preferring(
          [is(zoneKey, "In", zone(1), zone(2), zone(3))],
          [is(zoneKey, "In", zone(2), zone(3))],
        ),
      },
    }),
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
  ...(
    [
      ["in subdomain from kubernetes domains", "subdomain.kops.k8s.io/test"],
      ["in kubernetes domains", "kubernetes.io/test"],
    ] as const
  ).map(([where, key]) =>
    titled(`should schedule pods that have node selectors with label ${where}`, [
      pool("default", { requirements: [is(key, "In", "test-value")] }),
      selecting("pod", { [key]: "test-value" }),
    ]),
  ),
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
  titled("should schedule pods that have node selectors with matching value and In operator", [
    labelled,
    requires("pod", [is("team", "In", "red")]),
  ]),
  titled("should not schedule pods that have node selectors with different value and In operator", [
    labelled,
    requires("pod", [is("team", "In", "another")]),
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
    "should exclude instance types that are not supported by the pod constraints (node affinity/instance type)",
    [
      pool("default", { requirements: [is(archKey, "In", "amd64")] }),
      requires("pod", [is(typeKey, "In", "a1.large")]),
    ],
  ),
  titled("should launch pods with different operating systems on different instances", [
    anyPool,
    selecting("a", { [osKey]: "linux" }),
    selecting("b", { [osKey]: "windows" }),
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

export const schedulingTitles: readonly TitledCase[] = [
  ...selectorTitles,
  ...operatorTitles,
  ...compatibilityTitles,
];
