import type { Manifest } from "../cases.ts";
import { expression as is, pod, pods, pool, titled, type TitledCase, typeKey } from "./build.ts";
import { daemonSet } from "./build-nodes.ts";

function container(name: string, cpu: string, memory: string, rest: Manifest = {}): Manifest {
  return { name, image: "example/app", resources: { requests: { cpu, memory } }, ...rest };
}

/** A container that starts once, or one that starts first and stays. */
const once = (name: string, cpu: string, memory: string) => container(name, cpu, memory);
const sidecar = (name: string, cpu: string, memory: string) =>
  container(name, cpu, memory, { restartPolicy: "Always" });

function sums(title: string, spec: Manifest): TitledCase {
  return titled(`should calculate resource requests ${title}`, [
    pool("default"),
    pod("pod", { spec }),
  ]);
}

const main = [container("main", "2", "1Gi")];

function usesPort(hostPort: number, rest: Manifest = {}) {
  return { ports: [{ containerPort: 80, hostPort, protocol: "TCP", ...rest }] };
}

export const resourceTitles: readonly TitledCase[] = [
  sums("based off of the sum of containers and sidecarContainers", {
    containers: main,
    initContainers: [sidecar("side", "1", "1Gi")],
  }),
  sums("based off of containers, sidecarContainers, initContainers, and overhead", {
    containers: main,
    initContainers: [once("init", "4", "2Gi"), sidecar("side", "1", "1Gi")],
    overhead: { cpu: "1", memory: "1Gi" },
  }),
  sums(
    "when there is an initContainer after a sidecarContainer that exceeds container resource requests",
    {
      containers: main,
      initContainers: [sidecar("side", "4", "2Gi"), once("init", "10", "2Gi")],
    },
  ),
  sums(
    "when there is an initContainer after a sidecarContainer that doesn't exceed container resource requests",
    {
      containers: main,
      initContainers: [sidecar("side", "4", "2Gi"), once("init", "1", "1Gi")],
    },
  ),
  sums(
    "when there is an initContainer after multiple sidecarContainers that exceeds container resource requests",
    {
      containers: main,
      initContainers: [
        sidecar("a", "1", "1Gi"),
        sidecar("b", "2", "1Gi"),
        once("init", "8", "2Gi"),
      ],
    },
  ),
  sums(
    "when there is an initContainer after multiple sidecarContainers that doesn't exceed container resource requests",
    {
      containers: main,
      initContainers: [
        sidecar("a", "1", "1Gi"),
        sidecar("b", "2", "1Gi"),
        once("init", "500m", "100Mi"),
      ],
    },
  ),
  sums(
    "when there is an initContainer after a sidecarContainer that exceeds cpu for containers but not memory",
    {
      containers: main,
      initContainers: [sidecar("a", "1", "4Gi"), once("init", "12", "100Mi")],
    },
  ),
  sums(
    "when there is an initContainer after a sidecarContainer that exceeds memory for containers but not cpu",
    {
      containers: main,
      initContainers: [sidecar("a", "1", "4Gi"), once("init", "100m", "25Gi")],
    },
  ),
  sums(
    "with multiple sidecarContainers when the first initContainer exceeds the sum of all sidecarContainers and container resource requests",
    {
      containers: main,
      initContainers: [
        once("init", "14", "20Gi"),
        sidecar("a", "1", "1Gi"),
        sidecar("b", "2", "1Gi"),
      ],
    },
  ),
  sums("with multiple interspersed sidecarContainers and initContainers", {
    containers: main,
    initContainers: [
      once("init-a", "3", "1Gi"),
      sidecar("a", "1", "1Gi"),
      once("init-b", "5", "1Gi"),
      sidecar("b", "2", "2Gi"),
      once("init-c", "1", "9Gi"),
    ],
  }),
  sums(
    "when the first initContainer exceeds cpu for sidecarContainers and containers but not memory",
    {
      containers: main,
      initContainers: [once("init", "12", "100Mi"), sidecar("a", "1", "4Gi")],
    },
  ),
  sums(
    "when the first initContainer exceeds memory for sidecarContainers and containers but not cpu",
    {
      containers: main,
      initContainers: [once("init", "100m", "25Gi"), sidecar("a", "1", "4Gi")],
    },
  ),
  sums("when the pod level resources is specified", {
    containers: main,
    resources: { requests: { cpu: "6", memory: "3Gi" }, limits: { cpu: "7", memory: "4Gi" } },
  }),
  sums("when only the pod level resources request is specified", {
    containers: main,
    resources: { requests: { cpu: "6" } },
  }),
  sums("when the pod level resources requests is defaulted from limits", {
    containers: [{ name: "main", image: "example/app" }],
    resources: { limits: { cpu: "5", memory: "4Gi" }, requests: { cpu: "5", memory: "4Gi" } },
  }),
  titled("identical entries match", [pool("default"), pods(2, "pod", usesPort(80))]),
  titled("if any one IP has an unspecified IPv4 or IPv6 address, they match", [
    pool("default"),
    pod("any", usesPort(80, { hostIP: "0.0.0.0" })),
    pod("one", usesPort(80, { hostIP: "10.0.0.1" })),
    pod("six", usesPort(80, { hostIP: "::" })),
  ]),
  titled("mismatched IPs don't match", [
    pool("default"),
    pod("one", usesPort(80, { hostIP: "10.0.0.1" })),
    pod("two", usesPort(80, { hostIP: "10.0.0.2" })),
  ]),
  titled("mismatched protocols don't match", [
    pool("default"),
    pod("tcp", usesPort(80)),
    pod("udp", usesPort(80, { protocol: "UDP" })),
  ]),
  titled("mismatched ports don't match", [
    pool("default"),
    pod("one", usesPort(80)),
    pod("two", usesPort(81)),
  ]),
  titled("should order the NodePools by weight", [
    pool("first"),
    pool("heavy", { weight: 50 }),
    pool("heaviest", { weight: 100, requirements: [is(typeKey, "In", "m1.large")] }),
    pod("small"),
    pod("big", { requests: { cpu: "3" } }),
  ]),
  titled("should order the NodePools by name when the weights are the same", [
    pool("b", { weight: 5 }),
    pool("a", { weight: 5 }),
    pod("pod"),
  ]),
  titled(
    "should merge resource limits into requests if no requests exists for the given container",
    [
      pool("default"),
      daemonSet("daemon", "0", {
        containers: [
          { name: "main", image: "example/daemon", resources: { limits: { cpu: "1" } } },
        ],
      }),
      pod("pod", { requests: { cpu: "1" } }),
    ],
  ),
];
