// Upstream's static/provisioning, static/deprovisioning and state/statenodepool suites.
import type { Manifest } from "../../cases.ts";
import type { LifecycleStep } from "../../lifecycle/cases.ts";
import {
  claim,
  cloud,
  launched,
  look,
  nodeClass,
  pool,
  story,
  time,
  type TitledStory,
} from "./build.ts";
import { machine } from "./build-machines.ts";
import { budget, pod } from "./build-pods.ts";

const gate = { featureGates: { staticCapacity: true } };

function fixed(replicas: number, nodes?: string): readonly Manifest[] {
  const limits = nodes === undefined ? {} : { limits: { nodes } };
  return [pool({ spec: { replicas, ...limits } }), nodeClass()];
}

function replicas(atSeconds: number, count: number): LifecycleStep {
  return { atSeconds, change: [{ kind: "NodePool", name: "default", spec: { replicas: count } }] };
}

function machines(...names: readonly string[]): readonly Manifest[] {
  return names.flatMap((name) => machine(name));
}

const refusing = { ...cloud, create: { "*": { kind: "error", message: "throttled" } } } as const;

export const staticStories: readonly TitledStory[] = [
  story(
    "should create nodeclaims when current node count is less than desired replicas",
    [...fixed(3), ...machines("a")],
    look(0.5, 1.5, 70.5),
    gate,
  ),
  story("should not create nodeclaims without the feature gate", fixed(3), look(0.5, 70.5)),
  story(
    "should not create additional nodeclaims when current node count is equal to desired replicas",
    [...fixed(2), ...machines("a", "b")],
    look(0.5, 70.5),
    gate,
  ),
  story(
    "should not create additional nodeclaims when node limits are reached",
    [...fixed(10, "3"), ...machines("a", "b")],
    look(0.5, 29.5, 31.5, 70.5),
    gate,
  ),
  story(
    "should grant partial capacity when requested exceeds available",
    [...fixed(5, "4"), ...machines("a", "b")],
    look(0.5, 70.5),
    gate,
  ),
  story(
    "should account for deleting NodeClaims",
    [
      ...fixed(2, "2"),
      ...machines("a", "b"),
      pod("web", "node-a", { annotations: { "karpenter.sh/do-not-disrupt": "true" } }),
    ],
    [
      { atSeconds: 10.5, delete: [{ kind: "NodeClaim", name: "a" }] },
      ...look(11.5, 50.5),
      { atSeconds: 60.5, remove: [{ kind: "Pod", namespace: "default", name: "web" }] },
      ...look(90.5, 110.5),
    ],
    gate,
  ),
  story(
    "should wait for the nodepool to be ready",
    [
      pool({ spec: { replicas: 2 } }),
      nodeClass({ status: "False", reason: "NotYet", message: "wait" }),
    ],
    [
      ...look(0.5),
      {
        atSeconds: 10.5,
        change: [
          {
            kind: "EC2NodeClass",
            name: "default",
            status: {
              conditions: [
                {
                  type: "Ready",
                  status: "True",
                  reason: "Ready",
                  message: "",
                  lastTransitionTime: time(10),
                },
              ],
            },
          },
        ],
      },
      ...look(11.5),
    ],
    gate,
  ),
  story(
    "should create nodeclaims when the replicas are raised",
    [...fixed(1), ...machines("a")],
    [...look(0.5), replicas(10.5, 3), ...look(11.5), replicas(20.5, 4), ...look(21.5)],
    gate,
  ),
  story(
    "should replace a nodeclaim that is deleted, and one that vanishes",
    [...fixed(2), ...machines("a", "b")],
    [
      { atSeconds: 10.5, delete: [{ kind: "NodeClaim", name: "a" }] },
      ...look(11.5, 30.5),
      { atSeconds: 40.5, remove: [{ kind: "NodeClaim", name: "b" }] },
      ...look(41.5, 110.5),
    ],
    gate,
  ),
  story(
    "should replace nodeclaims whose launch fails for want of capacity",
    fixed(2),
    [...look(0.5, 2.5), { atSeconds: 3.5, answers: cloud }, ...look(5.5, 70.5)],
    {
      ...gate,
      answers: {
        ...cloud,
        create: {
          "*": { kind: "insufficient-capacity", message: "none" },
          "default-00001": launched,
        },
      },
    },
  ),
  story(
    "should wait for cluster to be synced and not over provision",
    [...fixed(3), claim("a"), claim("b")],
    [...look(0.5, 5.5), { atSeconds: 10.5, answers: cloud }, ...look(20.5, 80.5)],
    { ...gate, answers: refusing },
  ),
  story(
    "should provision for a nodepool that comes later, once the cluster has been synced",
    [nodeClass(), claim("a"), claim("b")],
    [
      { atSeconds: 5.5, apply: [pool({ spec: { replicas: 3 } })] },
      ...look(7.5),
      { atSeconds: 10.5, answers: cloud },
      ...look(20.5, 80.5),
    ],
    { ...gate, answers: refusing },
  ),
  story(
    "should create nodeclaims with what the template says",
    [
      pool({
        spec: { replicas: 1 },
        labels: { team: "blue" },
        template: {
          expireAfter: "48h",
          terminationGracePeriod: "1h",
          taints: [{ key: "dedicated", value: "x", effect: "NoSchedule" }],
          startupTaints: [{ key: "booting", effect: "NoSchedule" }],
          requirements: [{ key: "karpenter.sh/capacity-type", operator: "In", values: ["spot"] }],
        },
      }),
      nodeClass(),
    ],
    look(0.5),
    gate,
  ),
  story(
    "should terminate nodeclaims when current node count is more than desired replicas",
    [...fixed(3), ...machines("a", "b", "c")],
    [...look(5.5), replicas(10.5, 1), ...look(11.5, 30.5)],
    gate,
  ),
  story(
    "should scale down to zero and up again",
    [...fixed(2), ...machines("a", "b")],
    [replicas(10.5, 0), ...look(11.5, 30.5), replicas(40.5, 1), ...look(41.5)],
    gate,
  ),
  story(
    "should prioritize nodeclaims that have unresolved providerID",
    [...fixed(4), claim("x"), claim("y"), ...machines("a", "b")],
    [...look(5.5), replicas(10.5, 2), ...look(11.5, 30.5)],
    { ...gate, answers: refusing },
  ),
  story(
    "should prioritize empty nodes (with only daemonset pods) for termination",
    [
      ...fixed(4),
      ...machines("a", "b", "c", "d"),
      pod("web", "node-a"),
      pod("daemon-b", "node-b", { owner: "DaemonSet" }),
      pod("web-c", "node-c"),
      pod("daemon-d", "node-d", {
        owner: "DaemonSet",
        annotations: { "karpenter.sh/do-not-disrupt": "true" },
      }),
    ],
    [...look(5.5), replicas(10.5, 2), ...look(11.5, 30.5)],
    gate,
  ),
  story(
    "should not take a node with a finished pod for an empty one",
    [
      ...fixed(2),
      ...machines("a", "b"),
      pod("done", "node-a", { status: { phase: "Succeeded" } }),
      pod("daemon", "node-b", { owner: "DaemonSet" }),
    ],
    [...look(5.5), replicas(10.5, 1), ...look(11.5, 30.5)],
    gate,
  ),
  story(
    "scales down in disruption cost order",
    [
      ...fixed(3),
      ...machines("a", "b", "c"),
      pod("a-1", "node-a"),
      pod("a-2", "node-a"),
      pod("b-1", "node-b", { spec: { priority: 1000000000 } }),
      pod("c-1", "node-c", {
        annotations: { "controller.kubernetes.io/pod-deletion-cost": "2147483647" },
      }),
    ],
    [...look(5.5), replicas(10.5, 1), ...look(11.5, 30.5)],
    gate,
  ),
  story(
    "counts finished pods in the disruption cost",
    [
      ...fixed(2),
      ...machines("a", "b"),
      pod("a-1", "node-a"),
      ...["x", "y", "z"].map((name) => pod(`a-${name}`, "node-a", { status: { phase: "Failed" } })),
      pod("b-1", "node-b"),
      pod("b-2", "node-b"),
    ],
    [...look(5.5), replicas(10.5, 1), ...look(11.5, 30.5)],
    gate,
  ),
  story(
    "should weigh the disruption cost with the lifetime that is left",
    [
      ...fixed(2),
      ...machine("a", { claim: { expireAfter: "25h" } }),
      ...machine("b", { claim: { expireAfter: "Never" } }),
      pod("a-1", "node-a"),
      pod("a-2", "node-a"),
      pod("b-1", "node-b"),
    ],
    [...look(5.5), replicas(10.5, 1), ...look(11.5, 30.5)],
    gate,
  ),
  story(
    "should take nodes with do-not-disrupt pods last",
    [
      ...fixed(3),
      ...machines("a", "b", "c"),
      pod("a-1", "node-a", { annotations: { "karpenter.sh/do-not-disrupt": "true" } }),
      pod("b-1", "node-b"),
      pod("b-2", "node-b"),
      pod("c-1", "node-c", {
        annotations: { "karpenter.sh/do-not-disrupt": "1h" },
        status: { startTime: time(-60) },
      }),
    ],
    [...look(5.5), replicas(10.5, 1), ...look(11.5, 30.5)],
    gate,
  ),
  story(
    "should not mind budgets and PodDisruptionBudgets",
    [
      pool({ spec: { replicas: 1 }, disruption: { budgets: [{ nodes: "0" }] } }),
      nodeClass(),
      ...machines("a"),
      pod("web", "node-a", { labels: { app: "web" } }),
      budget("web", "web", 0),
    ],
    [...look(5.5), replicas(10.5, 0), ...look(11.5, 30.5)],
    gate,
  ),
  story(
    "should not consider nodes that are marked for deletion already",
    [...fixed(3), ...machines("a", "b", "c")],
    [
      { atSeconds: 0.6, markForDeletion: ["fake:///test-zone-1/a"] },
      ...look(1.5),
      replicas(10.5, 1),
      ...look(11.5, 20.5, 70.5),
    ],
    { ...gate },
  ),
];
