// Upstream's state/suite_test.go and state/cost suites.
import type { Manifest } from "../../cases.ts";
import type { LifecycleStep } from "../../lifecycle/cases.ts";
import {
  claim,
  cloud,
  instanceType,
  launched,
  look,
  nodeClass,
  pool,
  story,
  time,
  type TitledStory,
} from "./build.ts";
import { machine, node, unregistered } from "./build-machines.ts";
import { pod, stopsAfter } from "./build-pods.ts";

const a = "fake:///test-zone-1/a";

function world(...more: readonly (readonly Manifest[])[]): readonly Manifest[] {
  return [pool(), nodeClass(), ...machine("a"), ...more.flat()];
}

function taints(atSeconds: number, ...left: readonly Manifest[]): LifecycleStep {
  return { atSeconds, change: [{ kind: "Node", name: "node-a", spec: { taints: left } }] };
}

const ephemeral = [
  { key: "readiness.k8s.io/cni", effect: "NoSchedule" },
  { key: "node.kubernetes.io/not-ready", effect: "NoSchedule" },
  { key: "node.cloudprovider.kubernetes.io/uninitialized", effect: "NoSchedule" },
  { key: "dedicated", value: "x", effect: "NoSchedule" },
  { key: "booting", effect: "NoExecute" },
];
const booting = { startupTaints: [{ key: "booting", effect: "NoExecute" }] };

export const stateStories: readonly TitledStory[] = [
  story(
    "should consider the cluster state synced when all nodeclaims are tracked",
    [pool(), nodeClass(), claim("x"), claim("y")],
    look(0.5),
  ),
  story(
    "shouldn't consider the cluster state synced if a nodeclaim hasn't resolved its provider id",
    [pool(), nodeClass(), claim("x"), claim("y"), ...machine("a")],
    [
      ...look(0.5),
      { atSeconds: 5.5, answers: cloud },
      ...look(20.5),
      { atSeconds: 21.5, answers: { ...cloud, create: { "*": { kind: "error", message: "no" } } } },
      { atSeconds: 22.5, apply: [claim("z", { createdAt: time(22) })] },
      ...look(23.5),
      { atSeconds: 24.5, delete: [{ kind: "NodeClaim", name: "z" }] },
      ...look(30.5),
    ],
    { answers: { ...cloud, create: { x: launched, "*": { kind: "error", message: "no" } } } },
  ),
  story(
    "should consider the cluster state synced when a new node is added after the initial sync",
    world(),
    [
      ...look(0.5),
      {
        atSeconds: 5.5,
        apply: [node("new", { of: "x", labels: { "node.kubernetes.io/instance-type": "" } })],
      },
      ...look(6.5),
    ],
  ),
  story(
    "shouldn't consider the cluster state synced if a Node has not been taken in before the initial sync",
    [
      pool(),
      nodeClass(),
      node("new", { of: "x", labels: { "node.kubernetes.io/instance-type": "" } }),
    ],
    [
      ...look(0.5),
      {
        atSeconds: 5.5,
        change: [
          { kind: "Node", name: "new", labels: { "node.kubernetes.io/instance-type": "m1.large" } },
        ],
      },
      ...look(6.5),
    ],
  ),
  story(
    "should leave a managed Node out that has no provider id, and know others by name",
    [
      pool(),
      nodeClass(),
      { ...node("none", {}), spec: {} },
      {
        ...node("unmanaged", {}),
        metadata: { name: "unmanaged", uid: "unmanaged", labels: {} },
        spec: { taints: [{ key: "node.kubernetes.io/not-ready", effect: "NoSchedule" }] },
      },
      pod("web", "unmanaged", { cpu: "2" }),
    ],
    look(0.5, 10.5),
  ),
  story("should nominate the node until the nomination time passes", world(), [
    { atSeconds: 10.5, nominate: [a] },
    ...look(11.5, 29.5, 30.4),
    ...look(30.6),
    { atSeconds: 40.5, nominate: [a, "fake:///test-zone-1/nobody"] },
    { atSeconds: 50.5, nominate: [a] },
    ...look(60.7, 70.4, 70.7),
  ]),
  story("should mark node for deletion when nodeclaim is deleted", world(), [
    { atSeconds: 10.5, delete: [{ kind: "NodeClaim", name: "a" }] },
    ...look(11.5),
  ]),
  story("should mark and unmark a node, and count its NodeClaim accordingly", world(), [
    { atSeconds: 10.5, markForDeletion: [a] },
    ...look(11.5),
    { atSeconds: 20.5, unmarkForDeletion: [a] },
    ...look(21.5),
    { atSeconds: 30.5, markForDeletion: [a, "nobody"] },
    { atSeconds: 35.5, change: [{ kind: "NodeClaim", name: "a", labels: { x: "y" } }] },
    ...look(36.5),
  ]),
  story(
    "should not mark a node for deletion when its Node is being deleted but not its NodeClaim",
    [
      pool(),
      nodeClass(),
      ...machine("a", { node: { metadata: { finalizers: ["example.com/other"] } } }),
    ],
    [{ atSeconds: 10.5, delete: [{ kind: "Node", name: "node-a" }] }, ...look(11.5)],
  ),
  story(
    "should update the consolidated value when state timeout (5m) has passed and state hasn't changed",
    world(),
    look(10.5, 299.5, 300.5, 400.5, 599.5, 600.5, 700.5),
  ),
  story("should cause consolidation state to change when a NodePool is updated", world(), [
    ...look(5.5),
    {
      atSeconds: 10.5,
      change: [{ kind: "NodePool", name: "default", spec: { weight: 4 } }],
    },
    ...look(11.5),
    { atSeconds: 20.5, change: [{ kind: "NodePool", name: "default", labels: { a: "b" } }] },
    ...look(21.5),
  ]),
  story(
    "should cause consolidation state to change when pods are bound and deleted",
    world([pod("web", undefined), pod("app", "node-a")]),
    [
      ...look(5.5),
      {
        atSeconds: 10.5,
        change: [{ kind: "Pod", namespace: "default", name: "web", spec: { nodeName: "node-a" } }],
      },
      ...look(11.5),
      {
        atSeconds: 20.5,
        change: [
          { kind: "Pod", namespace: "default", name: "app", status: { phase: "Succeeded" } },
        ],
      },
      ...look(21.5),
      { atSeconds: 30.5, remove: [{ kind: "Pod", namespace: "default", name: "web" }] },
      ...look(31.5),
    ],
  ),
  story(
    "should not consider ephemeral taints on a managed node that isn't initialized",
    [
      pool(),
      nodeClass(),
      ...machine("a", { isInitialized: false, claim: booting, node: { taints: ephemeral } }),
    ],
    look(0.5),
  ),
  story(
    "should consider ephemeral taints on a managed node after the node is initialized",
    world(),
    [...look(0.5), taints(10.5, ...ephemeral), ...look(11.5)],
  ),
  story(
    "should consider ephemeral taints on an unmanaged node",
    [
      pool(),
      nodeClass(),
      {
        ...node("alone", { of: "nobody", taints: ephemeral }),
        metadata: { name: "alone", uid: "alone", labels: {} },
      },
    ],
    look(0.5),
  ),
  story(
    "should fill in what a node doesn't report until it is initialized",
    [
      pool(),
      nodeClass(),
      claim("claim", { spec: { resources: { requests: { "nvidia.com/gpu": "1" } } } }),
    ],
    [
      {
        atSeconds: 2.5,
        apply: [
          node("node", {
            capacity: { cpu: "0", memory: "15Gi", "nvidia.com/gpu": "0" },
            allocatable: { cpu: "3", "nvidia.com/gpu": "0" },
          }),
        ],
      },
      ...look(4.5),
      {
        atSeconds: 5.5,
        change: [
          {
            kind: "Node",
            name: "node",
            status: {
              capacity: { cpu: "3", "nvidia.com/gpu": "2" },
              allocatable: { cpu: "2", "nvidia.com/gpu": "2" },
            },
          },
        ],
      },
      ...look(7.5),
    ],
  ),
  story(
    "should use a NodeClaim's taints and labels until its Node is registered",
    [
      pool(),
      nodeClass(),
      claim("claim", {
        labels: { team: "blue" },
        spec: { ...booting, taints: [{ key: "dedicated", value: "y", effect: "NoSchedule" }] },
      }),
    ],
    [
      ...look(1.5),
      { atSeconds: 2.5, apply: [node("node", { taints: [unregistered], ready: "False" })] },
      ...look(4.5),
    ],
    { answers: { ...cloud, hooks: { gate: { kind: "pending", seconds: 600 } } } },
  ),
  story(
    "should track daemonset requested resources separately",
    world([
      pod("daemon", "node-a", { owner: "DaemonSet", cpu: "300m" }),
      pod("web", "node-a", { cpu: "1" }),
    ]),
    [
      ...look(0.5),
      { atSeconds: 10.5, remove: [{ kind: "Pod", namespace: "default", name: "daemon" }] },
      ...look(11.5),
    ],
  ),
  story(
    "should maintain a correct count of resource usage as pods are deleted/added",
    world([pod("web", "node-a", { cpu: "1", annotations: stopsAfter("5.27s") })]),
    [
      ...look(0.5),
      { atSeconds: 10.5, apply: [pod("app", "node-a", { cpu: "500m" })] },
      ...look(11.5),
      { atSeconds: 12.5, delete: [{ kind: "Pod", namespace: "default", name: "web" }] },
      ...look(14.5, 18.5),
      {
        atSeconds: 20.5,
        change: [{ kind: "Pod", namespace: "default", name: "app", status: { phase: "Failed" } }],
      },
      ...look(21.5),
    ],
  ),
  story(
    "should move a pod's requests when its name is used again on another node",
    [...world(machine("b")), pod("web-0", "node-a", { owner: "StatefulSet", cpu: "1" })],
    [
      ...look(0.5),
      {
        atSeconds: 10.5,
        apply: [pod("web-0", "node-b", { cpu: "2", metadata: { uid: "second" } })],
      },
      ...look(11.5),
    ],
  ),
  story(
    "should not double subtract resources when marking for deletion and then deleting",
    world(machine("b")),
    [
      ...look(0.5),
      { atSeconds: 10.5, markForDeletion: [a] },
      ...look(11.5),
      { atSeconds: 20.5, delete: [{ kind: "NodeClaim", name: "a" }] },
      ...look(21.5, 40.5),
      { atSeconds: 50.5, delete: [{ kind: "NodeClaim", name: "b" }] },
      ...look(70.5),
    ],
  ),
  story(
    "should forget a Node and a NodeClaim one after the other",
    world([pod("web", "node-a", { cpu: "1" })]),
    [
      { atSeconds: 10.5, remove: [{ kind: "NodeClaim", name: "a" }] },
      ...look(11.5),
      { atSeconds: 20.5, remove: [{ kind: "Node", name: "node-a" }] },
      ...look(21.5),
    ],
  ),
];

const spot = (name: string): readonly Manifest[] =>
  machine(name, { labels: { "karpenter.sh/capacity-type": "spot" } });

export const costStories: readonly TitledStory[] = [
  story(
    "should update costs correctly for duplicate spot offering to increment count",
    [pool(), nodeClass(), ...spot("a"), ...spot("b"), ...machine("c")],
    look(0.5),
  ),
  story(
    "should remove nodepool entry for last offering completely",
    [pool(), nodeClass(), ...spot("a")],
    [
      ...look(0.5),
      { atSeconds: 10.5, delete: [{ kind: "NodeClaim", name: "a" }] },
      ...look(12.5, 30.5),
    ],
  ),
  story(
    "should count a NodeClaim with an offering that has no price, for nothing",
    [
      pool(),
      nodeClass(),
      ...machine("a", {
        createdAt: time(-60),
        labels: { "node.kubernetes.io/instance-type": "m9.large" },
      }),
      ...machine("b"),
    ],
    [...look(0.5), { atSeconds: 10.5, delete: [{ kind: "NodeClaim", name: "a" }] }, ...look(30.5)],
  ),
  story(
    "should not count a NodeClaim without labels until it has them",
    [pool(), nodeClass(), claim("a")],
    [...look(0.5), { atSeconds: 5.5, answers: cloud }, ...look(20.5, 40.5)],
    { answers: { ...cloud, create: { "*": { kind: "error", message: "no" } } } },
  ),
  story(
    "should use the first of several offerings with that zone and capacity type",
    [pool(), nodeClass(), ...machine("a"), ...machine("b")],
    look(0.5, 3599.5, 3601.5),
    {
      instanceTypes: [
        {
          ...instanceType("m1.large", "4", 0.1),
          offerings: [0.3, 0.2].map((price) => ({
            zone: "test-zone-1",
            capacityType: "on-demand" as const,
            price,
            available: true,
          })),
        },
      ],
    },
  ),
  story(
    "should keep each nodepool's cost",
    [
      pool(),
      pool({ name: "other" }),
      nodeClass(),
      ...machine("a"),
      ...machine("b", {
        pool: "other",
        labels: { "node.kubernetes.io/instance-type": "m1.xlarge" },
      }),
      ...machine("c", { pool: "other" }),
    ],
    [...look(0.5), { atSeconds: 10.5, delete: [{ kind: "NodeClaim", name: "b" }] }, ...look(30.5)],
  ),
];
