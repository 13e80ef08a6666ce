import type { Manifest } from "../cases.ts";
import {
  capacityTypeKey,
  expression as is,
  nodeClass,
  pod,
  pods,
  pool,
  titled as titledCase,
  type TitledCase,
  typeKey,
  zoneKey,
} from "./build.ts";
import { node } from "./build-nodes.ts";

function titled(title: string, objects: Parameters<typeof titledCase>[1]): TitledCase {
  return titledCase(title, objects, { featureGates: { StaticCapacity: true } });
}

const of = (nodePool: string) => ({ labels: { "karpenter.sh/nodepool": nodePool } });
const going = { deletionTimestamp: "2026-02-28T23:00:00Z", finalizers: ["example.com/slow"] };
const taint = { key: "team", value: "red", effect: "NoSchedule" };
const starting = { key: "starting", value: "yes", effect: "NoExecute" };

/** Nodes `n-0`, `n-1` and so on of NodePool `static`. */
function nodes(count: number, details: Parameters<typeof node>[1] = {}): readonly Manifest[] {
  return Array.from({ length: count }, (_, index) =>
    node(`n-${index}`, { ...of("static"), ...details }),
  ).flat();
}

/** Launched, but nobody knows yet as what. */
const unlaunched: Manifest = {
  apiVersion: "karpenter.sh/v1",
  kind: "NodeClaim",
  metadata: { name: "static-new", uid: "uid-static-new", ...of("static") },
  spec: {
    nodeClassRef: { group: "karpenter.k8s.aws", kind: "EC2NodeClass", name: "default" },
    requirements: [],
  },
};

const reconcileTitles: readonly TitledCase[] = [
  titled("should return early if nodepool root condition is not true", [
    pool("static", { replicas: 2, isReady: false }),
  ]),
  titled("should return early if nodepool is being deleted", [
    pool("static", { replicas: 2, metadata: going }),
  ]),
  titled("should return early if nodepool replicas is nil", [pool("static")]),
  titled("should return early if current node count exceeds desired replicas", [
    pool("static", { replicas: 1 }),
    nodes(2),
  ]),
  titled("should create nodeclaims when current node count is less than desired replicas", [
    pool("static", { replicas: 2 }),
  ]),
  titled("should create additional nodeclaims to reach desired replicas", [
    pool("static", { replicas: 5 }),
    nodes(2),
  ]),
  titled("should not create additional nodeclaims", [pool("static", { replicas: 2 }), nodes(2)]),
  titled("should count a node that is not there yet", [
    pool("static", { replicas: 2 }),
    nodes(1, { isWithoutNode: true }),
  ]),
  titled("should make up for nodes that are being deleted", [
    pool("static", { replicas: 2 }),
    nodes(2, { isDeleting: true }),
  ]),
  titled("should not create additional nodeclaims when node limits are reached", [
    pool("static", { replicas: 5, limits: { nodes: "2" } }),
    nodes(2),
  ]),
  titled("should reserve nodepool nodecount during provisioning and release after", [
    pool("static", { replicas: 5, limits: { nodes: "3" } }),
    nodes(1),
  ]),
  titled("should count nodes that are being deleted against the limit of nodes", [
    pool("static", { replicas: 2, limits: { nodes: "3" } }),
    nodes(2, { isDeleting: true }),
  ]),
  titled("should handle zero replicas", [pool("static", { replicas: 0 })]),
  titled("should respect nodepool template specifications", [
    pool("static", {
      replicas: 2,
      labels: { team: "red" },
      annotations: { note: "static" },
      taints: [taint],
      startupTaints: [starting],
      requirements: [
        is(typeKey, "In", "m1.large", "m1.xlarge"),
        is(capacityTypeKey, "In", "on-demand"),
        is(zoneKey, "NotIn", "test-zone-3"),
        is("rack", "In", "7"),
      ],
      templateSpec: { expireAfter: "720h", terminationGracePeriod: "10m" },
    }),
  ]),
  titled("should handle large replica counts", [pool("static", { replicas: 100 })]),
  titled("handles concurrent reconciliation without exceeding NodePool limits", [
    pool("a", { replicas: 4, limits: { nodes: "3" } }),
    pool("b", { replicas: 2, limits: { nodes: "5" } }),
    pool("c"),
  ]),
  titled("should wait for cluster to be synced and not over provision", [
    pool("static", { replicas: 3 }),
    unlaunched,
  ]),
];

export const staticNodePoolTitles: readonly TitledCase[] = [
  ...reconcileTitles,
  titled("should not create NodeClaims for StaticNodePool", [
    pool("static", { replicas: 0 }),
    pods(3, "pod"),
  ]),
  titled(
    "should still provision dynamic NodeClaims when there are both Static and Dynamic NodePools",
    [pool("static", { replicas: 1 }), pool("dynamic"), pods(3, "pod")],
  ),
  titled("should place pods on the nodes of a static NodePool", [
    pool("static", { replicas: 1 }),
    pool("dynamic"),
    nodes(1),
    pods(5, "pod", { requests: { cpu: "1" } }),
  ]),
  titledCase("should leave static NodePools alone without the feature gate", [
    pool("static", { replicas: 3 }),
    nodeClass("default"),
    pod("pod"),
  ]),
];
