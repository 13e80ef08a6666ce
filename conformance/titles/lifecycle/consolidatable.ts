// Upstream's nodeclaim/disruption/consolidation_test.go and nodeclaim/podevents/suite_test.go.
import type { Manifest } from "../../cases.ts";
import type { LifecycleStep } from "../../lifecycle/cases.ts";
import { claim, look, nodeClass, pool, story, time, type TitledStory } from "./build.ts";
import { machine, node } from "./build-machines.ts";
import { pod, stopsAfter } from "./build-pods.ts";

function world(
  disruption: Manifest,
  details: Parameters<typeof machine>[1] = {},
): readonly Manifest[] {
  return [pool({ disruption }), nodeClass(), ...machine("a", details)];
}

const on = "node-a";

function bind(atSeconds: number, name: string): LifecycleStep {
  return {
    atSeconds,
    change: [{ kind: "Pod", namespace: "default", name, spec: { nodeName: on } }],
  };
}

function phase(atSeconds: number, name: string, value: string): LifecycleStep {
  return {
    atSeconds,
    change: [{ kind: "Pod", namespace: "default", name, status: { phase: value } }],
  };
}

function consolidateAfter(atSeconds: number, value: string): LifecycleStep {
  const spec = { disruption: { consolidateAfter: value } };
  return { atSeconds, change: [{ kind: "NodePool", name: "default", spec }] };
}

export const consolidatableStories: readonly TitledStory[] = [
  story(
    "should mark NodeClaims as consolidatable",
    world({ consolidateAfter: "60s" }, { lastPodEventTime: time(-30) }),
    look(0.5, 29.5, 30.5, 300.5),
  ),
  story(
    "should mark NodeClaims as consolidatable based on the nodeclaim initialized time",
    [pool({ disruption: { consolidateAfter: "60s" } }), nodeClass(), claim("claim")],
    [{ atSeconds: 5.5, apply: [node("node")] }, ...look(64.5, 65.5, 66.5)],
  ),
  story(
    "should mark NodeClaims as consolidatable as soon as they are initialized with 0s",
    [pool({ disruption: { consolidateAfter: "0s" } }), nodeClass(), claim("claim")],
    [{ atSeconds: 5.5, apply: [node("node")] }, ...look(6.5, 7.5)],
  ),
  story(
    "should remove the status condition from the nodeClaim when lastPodEvent is too recent",
    [...world({ consolidateAfter: "60s" }), pod("web", undefined)],
    [bind(100.5, "web"), ...look(101.5, 159.5, 160.5)],
  ),
  story(
    "should remove the status condition from the nodeClaim when consolidateAfter is never",
    world({ consolidateAfter: "30s" }),
    [consolidateAfter(40.5, "Never"), ...look(41.5), consolidateAfter(50.5, "10s"), ...look(51.5)],
  ),
  story(
    "should remove the status condition from the nodeClaim when the nodeClaim is not initialized",
    world({ consolidateAfter: "0s" }),
    [
      {
        atSeconds: 10.5,
        change: [
          {
            kind: "NodeClaim",
            name: "a",
            status: {
              conditions: ["Launched", "Registered", "Initialized", "Consolidatable", "Ready"].map(
                (type) => ({
                  type,
                  status: type === "Initialized" || type === "Ready" ? "False" : "True",
                  reason: type,
                  message: "",
                  lastTransitionTime: time(-60),
                  observedGeneration: 1,
                }),
              ),
            },
          },
        ],
      },
      ...look(12.5),
    ],
  ),
  story(
    "should follow a consolidateAfter that becomes longer or shorter",
    world({ consolidateAfter: "60s" }, { lastPodEventTime: time(0) }),
    [
      ...look(59.5, 61.5),
      consolidateAfter(70.5, "100s"),
      ...look(71.5, 99.5, 100.5),
      consolidateAfter(110.5, "1h"),
      ...look(111.5),
      consolidateAfter(120.5, "90s"),
      ...look(121.5),
    ],
  ),
  story(
    "should not set consolidatable condition for Static Nodepool",
    [
      pool({ disruption: { consolidateAfter: "0s" }, spec: { replicas: 1 } }),
      nodeClass(),
      ...machine("a"),
    ],
    look(0.5, 60.5),
  ),
  story(
    "should not set the condition without a NodePool",
    [nodeClass(), ...machine("a")],
    look(0.5, 60.5),
  ),
  story(
    "should set the nodeclaim lastPodEvent for pods that are bound when Karpenter starts",
    [...world({}), pod("web", on)],
    look(0.5, 29.5, 30.5),
  ),
  story(
    "should not set the nodeclaim lastPodEvent when the node does not exist",
    [...world({}), pod("web", "elsewhere")],
    look(0.5, 30.5),
  ),
  story(
    "should not set the nodeclaim lastPodEvent for DaemonSets' pods, and for static ones",
    [...world({}), pod("daemon", on, { owner: "DaemonSet" })],
    [
      ...look(0.5),
      { atSeconds: 20.5, apply: [pod("static", on, { owner: "Node" })] },
      ...look(21.5),
    ],
  ),
  story(
    "should set the nodeclaim lastPodEvent when pod is first bound",
    [...world({}), pod("web", undefined)],
    [...look(0.5), bind(20.5, "web"), ...look(21.5, 49.5, 50.5)],
  ),
  story(
    "should set the nodeclaim lastPodEvent when pod goes terminal",
    [...world({}), pod("web", on), pod("app", on)],
    [
      phase(20.5, "web", "Succeeded"),
      ...look(21.5),
      phase(40.5, "app", "Failed"),
      ...look(41.5),
      phase(60.5, "app", "Succeeded"),
      ...look(61.5),
    ],
  ),
  story(
    "should set the nodeclaim lastPodEvent when pod becomes terminating",
    [...world({}), pod("web", on, { annotations: stopsAfter("15.27s") })],
    [
      { atSeconds: 20.5, delete: [{ kind: "Pod", namespace: "default", name: "web" }] },
      ...look(21.5, 36.5, 60.5),
    ],
  ),
  story(
    "should not set the nodeclaim lastPodEvent for other changes of a pod",
    [...world({}), pod("web", on)],
    [
      {
        atSeconds: 20.5,
        change: [{ kind: "Pod", namespace: "default", name: "web", labels: { a: "b" } }],
      },
      ...look(21.5),
      { atSeconds: 30.5, remove: [{ kind: "Pod", namespace: "default", name: "web" }] },
      ...look(31.5),
    ],
  ),
  story(
    "should only set the nodeclaim lastPodEvent once within the dedupe timeframe",
    [...world({}), ...["a", "b", "c", "d"].map((name) => pod(name, undefined))],
    [
      bind(20.5, "a"),
      ...look(21.5),
      bind(25.5, "b"),
      ...look(26.5),
      bind(29.9, "c"),
      ...look(30.5),
      bind(31.5, "d"),
      ...look(32.5, 61.4, 61.6),
    ],
  ),
];
