// Upstream's nodeclaim/lifecycle/initialization_test.go and suite_test.go.
import type { Manifest } from "../../cases.ts";
import { claim, look, nodeClass, pool, story, time, type TitledStory } from "./build.ts";
import { node, nodeCondition } from "./build-machines.ts";

const startupTaints: readonly Manifest[] = [
  { key: "first-startup", value: "true", effect: "NoExecute" },
  { key: "second-startup", effect: "NoSchedule" },
];
const resources: Manifest = { cpu: "4", memory: "16Gi", pods: "20" };

function world(spec: Manifest = {}): readonly Manifest[] {
  return [pool(), nodeClass(), claim("claim", { spec })];
}

function requesting(requests: Manifest): Manifest {
  return { resources: { requests } };
}

function ready(atSeconds: number, status: "True" | "False") {
  const conditions = [nodeCondition("Ready", status, time(atSeconds - 0.5))];
  return { atSeconds, change: [{ kind: "Node" as const, name: "node", status: { conditions } }] };
}

function taints(atSeconds: number, ...left: readonly Manifest[]) {
  const spec = { taints: left };
  return { atSeconds, change: [{ kind: "Node" as const, name: "node", spec }] };
}

function allocatable(atSeconds: number, amounts: Manifest) {
  const status = { allocatable: amounts, capacity: amounts };
  return { atSeconds, change: [{ kind: "Node" as const, name: "node", status }] };
}

/** The node joins, is looked at, and then something about it changes. */
function joining(joined: Manifest, ...rest: readonly object[]) {
  return [{ atSeconds: 2.5, apply: [joined] }, ...look(4.5), ...rest, ...look(40.5)] as never;
}

const notReady: Manifest = { key: "node.kubernetes.io/not-ready", effect: "NoSchedule" };

export const initializationStories: readonly TitledStory[] = [
  story(
    "should consider the nodeClaim initialized when all initialization conditions are met",
    world(requesting({ cpu: "2", memory: "50Mi", pods: "5" })),
    joining(node("node")),
  ),
  story(
    "should add the initialization label to the node when the nodeClaim is initialized",
    world({ startupTaints, ...requesting({ cpu: "2" }) }),
    joining(node("node"), taints(10.5)),
  ),
  story(
    "shouldn't consider the nodeClaim initialized when it has not registered",
    world(),
    joining(node("node", { of: "somebody-else" })),
  ),
  story(
    "should not consider the Node to be initialized when the status of the Node is NotReady",
    world(),
    joining(node("node", { ready: "False" }), ready(10.5, "True"), ready(20.5, "False")),
  ),
  story(
    "should not consider the Node to be initialized when the status of the Node is Unknown",
    world(),
    joining(node("node", { ready: "Unknown" }), ready(10.5, "True")),
  ),
  story(
    "should not consider the Node to be initialized when all requested resources aren't registered",
    world(requesting({ cpu: "2", "nvidia.com/gpu": "1", "amd.com/gpu": "1" })),
    joining(
      node("node", { allocatable: { ...resources, "nvidia.com/gpu": "0" } }),
      allocatable(10.5, { ...resources, "amd.com/gpu": "2" }),
    ),
  ),
  story(
    "should consider the node to be initialized once all the resources are registered",
    world(requesting({ cpu: "2", "nvidia.com/gpu": "1", "amd.com/gpu": "0" })),
    joining(node("node"), allocatable(10.5, { ...resources, "nvidia.com/gpu": "2" })),
  ),
  story(
    "should not consider the Node to be initialized when all startupTaints aren't removed",
    world({ startupTaints }),
    joining(node("node"), taints(10.5, startupTaints[1] as Manifest)),
  ),
  story(
    "should consider the Node to be initialized once the startupTaints are removed",
    world({ startupTaints }),
    joining(node("node"), taints(10.5, startupTaints[1] as Manifest), taints(20.5)),
  ),
  story(
    "should take a startup taint with another value for the same one",
    world({ startupTaints }),
    joining(node("node"), taints(10.5, { ...startupTaints[0], value: "other" }), taints(20.5)),
  ),
  ...[
    notReady,
    { ...notReady, effect: "NoExecute" },
    { key: "node.kubernetes.io/unreachable", effect: "NoSchedule" },
    { key: "node.cloudprovider.kubernetes.io/uninitialized", value: "true", effect: "NoSchedule" },
  ].map((taint) =>
    story(
      `should not consider the Node to be initialized when all ephemeralTaints aren't removed: ${taint["key"]}:${taint["effect"]}`,
      world(),
      joining(node("node", { taints: [taint] }), taints(10.5)),
    ),
  ),
  story(
    "should consider the Node to be initialized with a taint that is not ephemeral",
    world(),
    joining(
      node("node", {
        taints: [{ key: "node.kubernetes.io/unreachable", effect: "NoExecute" }],
      }),
    ),
  ),
  story(
    "should not consider the Node to be initialized while a readiness.k8s.io/ taint is present, and initialize once it is removed",
    world(),
    joining(
      node("node", { taints: [{ key: "readiness.k8s.io/network", effect: "PreferNoSchedule" }] }),
      taints(10.5),
    ),
  ),
  story(
    "should not take initialization back when the Node becomes NotReady",
    world(),
    joining(node("node"), ready(10.5, "False"), taints(20.5, notReady)),
  ),
  story(
    "should not be initialized once its Node is gone",
    world({ startupTaints }),
    joining(node("node"), { atSeconds: 10.5, remove: [{ kind: "Node", name: "node" }] }),
  ),
  story(
    "should update observedGeneration if generation increases after all conditions are marked True",
    [pool(), nodeClass(), claim("claim", { metadata: { generation: 5 } })],
    joining(node("node"), { atSeconds: 10.5, delete: [{ kind: "NodeClaim", name: "claim" }] }),
  ),
];
