import type { Manifest } from "../cases.ts";
import {
  archKey,
  expression as is,
  hostnameKey,
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
import { daemonSet, node } from "./build-nodes.ts";

const base = pool("default", { requirements: [is(archKey, "In", "amd64")] });
const taint = { key: "team", value: "red", effect: "NoSchedule" };
const tolerant = { tolerations: [{ operator: "Exists" }] };

/** A DaemonSet of one container with these resources, and more of its specification. */
function daemon(resources: Manifest, spec: Manifest = {}): Manifest {
  const containers = [{ name: "main", image: "example/daemon", resources }];
  return daemonSet("daemon", "0", { containers, ...spec });
}

const requesting = (cpu: string, spec: Manifest = {}) => daemon({ requests: { cpu } }, spec);
const small = pod("pod", { requests: { cpu: "1" } });

function initContainer(cpu: string): Manifest {
  return { name: "init", image: "example/init", resources: { requests: { cpu } } };
}

const port = (hostPort: number) => [{ containerPort: 1, hostPort, protocol: "TCP" }];

/** A DaemonSet that takes this port of each of its nodes. */
function onPort(hostPort: number, spec: Manifest = {}): Manifest {
  const containers = [
    {
      name: "main",
      image: "example/daemon",
      ports: port(hostPort),
      resources: { requests: { cpu: "100m" } },
    },
  ];
  return daemonSet("daemon", "0", { containers, ...spec });
}

/** A running pod of the DaemonSet. */
function daemonPod(cpu: string): Manifest {
  const owner = {
    apiVersion: "apps/v1",
    kind: "DaemonSet",
    name: "daemon",
    uid: "uid-daemon",
    controller: true,
  };
  return pod("daemon-pod", {
    on: "n",
    labels: { daemon: "daemon" },
    requests: { cpu },
    metadata: { ownerReferences: [owner] },
  });
}

const sizeTitles: readonly TitledCase[] = [
  titled("should account for daemonsets", [base, requesting("1"), small]),
  titled("should account for daemonset hostports", [
    base,
    onPort(8080),
    pod("pod", { ports: port(8080) }),
    pod("other", { ports: port(8081) }),
  ]),
  titled("should account for daemonsets (with startup taint)", [
    pool("default", { startupTaints: [taint] }),
    requesting("1"),
    small,
  ]),
  titled("should not schedule if daemonset overhead is too large", [
    base,
    requesting("10000"),
    small,
  ]),
  titled("should account for overhead using daemonset pod spec instead of daemonset spec", [
    base,
    requesting("3"),
    node("n"),
    daemonPod("1"),
    pods(4, "pod", { requests: { cpu: "1500m" } }),
  ]),
  titled(
    "should not schedule if resource requests are not defined and limits (requests) are too large",
    [base, daemon({ limits: { cpu: "10000" } }), small],
  ),
  titled("should schedule based on the max resource requests of containers and initContainers", [
    base,
    requesting("1", { initContainers: [initContainer("6")] }),
    small,
  ]),
  titled("should not schedule if combined max resources are too large for any node", [
    base,
    requesting("9", { initContainers: [initContainer("15")] }),
    small,
  ]),
  titled("should not schedule if initContainer resources are too large", [
    base,
    requesting("1", { initContainers: [initContainer("10000")] }),
    small,
  ]),
  titled("should be able to schedule pods if resource requests and limits are not defined", [
    base,
    daemon({}),
    small,
  ]),
];

const matchTitles: readonly TitledCase[] = [
  titled("should ignore daemonsets without matching tolerations", [
    pool("default", { taints: [taint] }),
    requesting("10"),
    pod("pod", { requests: { cpu: "7" }, spec: tolerant }),
  ]),
  titled("should ignore daemonsets with an invalid selector", [
    base,
    requesting("10", { nodeSelector: { node: "invalid" } }),
    pod("pod", { requests: { cpu: "7" } }),
  ]),
  titled("should ignore daemonsets when no instance types meet the daemonset requirements", [
    base,
    requesting("10", { affinity: requiring([is(typeKey, "In", "none")]) }),
    pod("pod", { requests: { cpu: "7" } }),
  ]),
  titled(
    "should account for daemonsets with a custom label nodeSelector that matches the nodepool",
    [
      pool("default", { labels: { team: "red" } }),
      requesting("2", { nodeSelector: { team: "red" } }),
      small,
    ],
  ),
  titled("should filter out daemonsets based on instance type requirements", [
    pool("default"),
    requesting("2", { nodeSelector: { [archKey]: "arm64" } }),
    small,
    pod("arm", { requests: { cpu: "1" }, spec: { nodeSelector: { [archKey]: "arm64" } } }),
  ]),
  titled("should account daemonsets with NotIn operator and unspecified key", [
    base,
    requesting("1", { affinity: requiring([is("team", "NotIn", "red")]) }),
    small,
  ]),
  titled(
    "should remove daemonset node hostname affinity when considering daemonset schedulability",
    [
      base,
      requesting("2", { affinity: requiring([is("team", "NotIn", "red")]) }),
      node("n"),
      {
        ...daemonPod("2"),
        spec: {
          ...(daemonPod("2")["spec"] as Manifest),
          affinity: requiring([is(hostnameKey, "In", "n")]),
        },
      },
      pod("pod", { requests: { cpu: "3" } }),
    ],
  ),
  titled("should consider a daemonset schedulable with multiple node affinity terms", [
    base,
    requesting("1", {
      affinity: requiring([is(zoneKey, "In", "nowhere")], [is(zoneKey, "In", "test-zone-1")]),
    }),
    small,
  ]),
  titled("should consider a daemonset schedulable with an incompatible node affinity preference", [
    base,
    requesting("1", { affinity: preferring([is(zoneKey, "In", "nowhere")]) }),
    small,
  ]),
  titled("should consider a daemonset schedulable with a PreferNoSchedule taint", [
    pool("default", { taints: [{ ...taint, effect: "PreferNoSchedule" }] }),
    requesting("1"),
    small,
  ]),
  titled(
    "should not account for daemonset hostports when daemonset would not schedule on selected node",
    [
      pool("default"),
      onPort(8080, { nodeSelector: { [archKey]: "arm64" } }),
      pod("pod", { ports: port(8080), spec: { nodeSelector: { [archKey]: "amd64" } } }),
    ],
  ),
];

export const daemonSetTitles: readonly TitledCase[] = [...sizeTitles, ...matchTitles];
