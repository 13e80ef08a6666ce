// Upstream's node/termination/suite_test.go and terminator/suite_test.go: which pods go, and when.
import type { Manifest } from "../../cases.ts";
import { cloud, look, nodeClass, pool, story, time, type TitledStory } from "./build.ts";
import { machine, node, nodeCondition } from "./build-machines.ts";
import { budget, pod, stopsAfter } from "./build-pods.ts";

/** The node with its pods. */
function world(...pods: readonly Manifest[]): readonly Manifest[] {
  return [pool(), nodeClass(), ...machine("a"), ...pods];
}

const on = "node-a";
const deletion = { atSeconds: 2.5, delete: [{ kind: "Node", name: on }] } as const;
const usual = [deletion, ...look(2.9, 5.5, 8.5, 12.5, 20.5, 60.5)];
const never = { annotations: stopsAfter("never") };
const disrupted = "karpenter.sh/disrupted";
const critical = { priorityClassName: "system-cluster-critical" };
const nodeCritical = { priorityClassName: "system-node-critical" };

/** Ordinary, DaemonSet's, critical and critical DaemonSet's pods that take some seconds to stop. */
const fourGroups = [
  pod("critical-daemon", on, {
    owner: "DaemonSet",
    spec: nodeCritical,
    annotations: stopsAfter("3.27s"),
  }),
  pod("critical", on, { spec: critical, annotations: stopsAfter("4.27s") }),
  pod("daemon", on, { owner: "DaemonSet", annotations: stopsAfter("5.27s") }),
  pod("app-1", on, { annotations: stopsAfter("2.27s") }),
  pod("app-2", on, { annotations: stopsAfter("6.27s") }),
];

function tolerating(name: string, toleration: Manifest): Manifest {
  return pod(name, on, { spec: { tolerations: [toleration] } });
}

export const nodeTerminationStories: readonly TitledStory[] = [
  story("should delete nodes", world(), usual),
  story(
    "should delete nodes without nodeclaims",
    [
      pool(),
      nodeClass(),
      node(on, { of: "lost", taints: [], metadata: { finalizers: ["karpenter.sh/termination"] } }),
      pod("web", on),
    ],
    usual,
  ),
  story(
    "should not delete nodes that are not managed by this instance of Karpenter",
    [
      pool(),
      nodeClass(),
      {
        ...node(on, { of: "lost", taints: [] }),
        metadata: {
          name: on,
          uid: on,
          labels: { "karpenter.sh/nodepool": "default" },
          finalizers: ["karpenter.sh/termination"],
        },
      },
      pod("web", on),
    ],
    usual,
  ),
  story(
    "should delete nodes with duplicate nodeclaims",
    [...world(pod("web", on)), { ...machine("b")[0], status: machine("a")[0]?.["status"] }],
    [deletion, ...look(2.9, 5.5, 8.5)],
    { hasDuplicates: true },
  ),
  story("should delete nodeclaims associated with nodes", world(pod("web", on)), usual),
  story(
    "should exclude nodes from load balancers when terminating",
    world(pod("web", on, { annotations: stopsAfter("10.27s") })),
    [deletion, ...look(2.9, 4.5)],
  ),
  story(
    "should replace a disruption taint with another effect",
    [
      pool(),
      nodeClass(),
      ...machine("a", {
        node: { taints: [{ key: disrupted, value: "old", effect: "NoExecute" }] },
      }),
    ],
    usual,
  ),
  story(
    "should not evict pods that tolerate karpenter disruption taint with equal operator",
    world(
      tolerating("stays", { key: disrupted, operator: "Equal", effect: "NoSchedule" }),
      pod("goes", on),
    ),
    usual,
  ),
  story(
    "should not evict pods that tolerate karpenter disruption taint with exists operator",
    world(
      tolerating("stays", { key: disrupted, operator: "Exists", effect: "NoSchedule" }),
      tolerating("stays-too", { operator: "Exists" }),
      pod("goes", on),
    ),
    usual,
  ),
  story(
    "should evict pods that tolerate the node.kubernetes.io/unschedulable taint",
    world(
      tolerating("goes", {
        key: "node.kubernetes.io/unschedulable",
        operator: "Exists",
        effect: "NoSchedule",
      }),
    ),
    usual,
  ),
  story(
    "should delete nodes that have pods without an ownerRef",
    world(pod("goes", on), pod("alone", on, { owner: "none" })),
    usual,
  ),
  story(
    "should delete nodes with terminal pods",
    world(
      pod("failed", on, { status: { phase: "Failed" } }),
      pod("succeeded", on, { status: { phase: "Succeeded" } }),
    ),
    usual,
  ),
  story(
    "should fail to evict pods that violate a PDB",
    [...world(pod("web", on, { labels: { app: "web" } })), budget("web", "web", 0)],
    [
      deletion,
      ...look(3.5, 30.5),
      {
        atSeconds: 40.5,
        change: [
          {
            kind: "PodDisruptionBudget",
            namespace: "default",
            name: "web",
            status: { disruptionsAllowed: 1 },
          },
        ],
      },
      ...look(44.5, 50.5, 60.5),
    ],
  ),
  story("should evict pods in order and wait until pods are fully deleted", world(...fourGroups), [
    deletion,
    ...Array.from({ length: 26 }, (_, index) => ({ atSeconds: 3.4 + index })),
    ...look(40.5),
  ]),
  story(
    "should evict non-critical pods first",
    world(
      pod("critical", on, { spec: critical, annotations: stopsAfter("5.27s") }),
      pod("app", on, { annotations: stopsAfter("5.27s") }),
    ),
    [deletion, ...look(3.5, 6.5, 8.5, 10.5, 15.5, 25.5)],
  ),
  story(
    "should not evict critical pods while a pod that may not be disrupted is there",
    world(
      pod("critical", on, { spec: critical }),
      pod("kept", on, { annotations: { "karpenter.sh/do-not-disrupt": "true" } }),
      pod("app", on),
    ),
    [
      deletion,
      ...look(10.5, 60.5),
      {
        atSeconds: 70.5,
        change: [
          {
            kind: "Pod",
            namespace: "default",
            name: "kept",
            annotations: { "karpenter.sh/do-not-disrupt": null },
          },
        ],
      },
      ...look(75.5, 90.5),
    ],
  ),
  story(
    "should evict a pod whose do-not-disrupt time has passed, and tell of it",
    world(
      pod("later", on, {
        annotations: { "karpenter.sh/do-not-disrupt": "60s" },
        status: { startTime: time(-30) },
      }),
      pod("over", on, {
        annotations: { "karpenter.sh/do-not-disrupt": "10s" },
        status: { startTime: time(-30) },
      }),
      pod("wrong", on, { annotations: { "karpenter.sh/do-not-disrupt": "soon" } }),
      pod("negative", on, { annotations: { "karpenter.sh/do-not-disrupt": "-5s" } }),
    ),
    [deletion, ...look(10.5, 29.4, 31.5, 50.5)],
  ),
  story(
    "should not evict static pods",
    world(pod("static", on, { owner: "Node" }), pod("web", on)),
    usual,
  ),
  story(
    "should not delete nodes until all pods are deleted",
    world(
      pod("one", on, { annotations: stopsAfter("4.27s") }),
      pod("two", on, { annotations: stopsAfter("20.27s") }),
    ),
    [deletion, ...look(5.5, 10.5, 21.5, 24.5, 40.5)],
  ),
  story(
    "should delete nodes with no underlying instance even if not fully drained",
    world(pod("web", on, never), pod("app", on)),
    [
      {
        ...deletion,
        loseInstances: ["fake:///test-zone-1/a"],
        change: [
          {
            kind: "Node",
            name: on,
            status: { conditions: [nodeCondition("Ready", "False", time(2))] },
          },
        ],
      },
      ...look(2.9, 5.5, 20.5),
    ],
  ),
  story("should delete a node whose instance goes while it drains", world(pod("web", on, never)), [
    deletion,
    {
      atSeconds: 10.5,
      loseInstances: ["fake:///test-zone-1/a"],
      change: [
        {
          kind: "Node",
          name: on,
          status: { conditions: [nodeCondition("Ready", "Unknown", time(10))] },
        },
      ],
    },
    ...look(12.5, 20.5),
  ]),
  story(
    "should not delete nodes with no underlying instance if the node is still Ready",
    world(pod("web", on, { annotations: stopsAfter("20.27s") })),
    usual,
    { lostInstances: ["fake:///test-zone-1/a"] },
  ),
  story(
    "should wait for pods to terminate",
    world(pod("web", on, { annotations: stopsAfter("25.27s") })),
    [deletion, ...look(5.5, 26.5, 28.5, 40.5)],
  ),
  story(
    "should bypass pods which are stuck terminating past their grace period",
    world(pod("stuck", on, never), pod("web", on)),
    [deletion, ...look(33.5, 90.5, 94.5, 110.5)],
  ),
  story(
    "should not evict a new pod with the same name using the old pod's eviction queue key",
    [
      ...world(pod("web-0", on, { owner: "StatefulSet", labels: { app: "web" } })),
      budget("web", "web", 0),
    ],
    [
      deletion,
      {
        atSeconds: 10.5,
        remove: [{ kind: "Pod", namespace: "default", name: "web-0" }],
        apply: [],
      },
      {
        atSeconds: 10.6,
        apply: [
          pod("web-0", undefined, {
            owner: "StatefulSet",
            labels: { app: "web" },
            metadata: { uid: "another" },
          }),
        ],
      },
      ...look(30.5, 60.5),
    ],
  ),
  story("should not finish draining until minDrainTime has passed", world(), [
    deletion,
    ...look(4.5, 5.4),
    { atSeconds: 5.5, apply: [pod("late", on)] },
    ...look(7.4, 8.5, 12.5),
  ]),
  story(
    "should retry a termination of the instance that fails",
    world(pod("web", on)),
    [deletion, ...look(10.5), { atSeconds: 20.5, answers: cloud }, ...look(30.5, 40.5)],
    { answers: { ...cloud, delete: { "*": "throttled" } } },
  ),
];
