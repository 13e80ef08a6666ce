import {
  archKey,
  cpuKey,
  expression as is,
  pod,
  pods,
  pool,
  titled,
  type TitledCase,
  typeKey,
  zoneKey,
} from "./build.ts";

const anyPool = pool("default");

export const packingTitles: readonly TitledCase[] = [
  titled("should schedule a small pod on the smallest instance", [
    anyPool,
    pod("pod", { requests: { memory: "100M" } }),
  ]),
  titled("should schedule a small pod on the smallest possible instance type", [
    anyPool,
    pod("pod", { requests: { memory: "2000M" } }),
  ]),
  titled("should take into account initContainer resource requests when binpacking", [
    anyPool,
    pod("pod", {
      requests: { memory: "1Gi", cpu: "1" },
      spec: {
        initContainers: [
          {
            name: "init",
            image: "example/app",
            resources: { requests: { memory: "1Gi", cpu: "2" } },
          },
        ],
      },
    }),
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
