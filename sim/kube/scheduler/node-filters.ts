import { toleratesAll, toleratesTaint } from "../../../core/scheduling/index.ts";
import { taintUnschedulable } from "../admission.ts";
import { matchesNodeAffinity } from "../node-affinity.ts";
import type { NodeInfo } from "./node-info.ts";
import type { PodInfo } from "./pod-info.ts";

/** The plug-ins that can reject a node, in the order in which they are asked. */
export const filterNames = [
  "NodeUnschedulable",
  "NodeName",
  "TaintToleration",
  "NodeAffinity",
  "NodePorts",
  "NodeResourcesFit",
  "VolumeBinding",
  "PodTopologySpread",
  "InterPodAffinity",
] as const;

/** One of them. */
export type FilterName = (typeof filterNames)[number];

/** Why a node is no place for a pod. `isFinal`: removing pods from it would not help. */
export interface FilterFailure {
  readonly filter: FilterName;
  readonly reason: string;
  readonly isFinal: boolean;
}

const staticFailures: ReadonlyMap<string, FilterFailure> = new Map(
  (
    [
      ["NodeUnschedulable", "node(s) were unschedulable"],
      ["NodeName", "node(s) didn't match the requested node name"],
      ["TaintToleration", "node(s) had untolerated taint(s)"],
      ["NodeAffinity", "node(s) didn't match Pod's node affinity/selector"],
    ] as const
  ).map(([filter, reason]) => [filter, { filter, reason, isFinal: true }]),
);
const none: readonly PodInfo[] = Object.freeze([]);
const portConflict: FilterFailure = {
  filter: "NodePorts",
  reason: "node(s) didn't have free ports for the requested pod ports",
  isFinal: false,
};

/**
 * The filters that depend on node and specification only; remembered per node and placement.
 *
 * @see kubernetes pkg/scheduler/framework/plugins/nodeunschedulable tainttoleration nodeaffinity
 */
export function staticFailure(info: PodInfo, node: NodeInfo): FilterFailure | undefined {
  const { placement } = info.spec;
  let failed = node.staticFailureByPlacement.get(placement);
  if (failed === undefined) {
    failed = findStaticFailure(info, node);
    node.staticFailureByPlacement.set(placement, failed);
  }
  return failed === null ? undefined : staticFailures.get(failed);
}

function findStaticFailure(info: PodInfo, { node }: NodeInfo): FilterName | null {
  const { spec } = info.pod;
  const unschedulable = { key: taintUnschedulable, value: "", effect: "NoSchedule" } as const;
  if (
    node.spec.unschedulable &&
    !spec.tolerations.some((toleration) => toleratesTaint(toleration, unschedulable))
  ) {
    return "NodeUnschedulable";
  }
  const hard = node.spec.taints.filter((taint) => taint.effect !== "PreferNoSchedule");
  if (!toleratesAll(hard, spec.tolerations)) return "TaintToleration";
  return matchesNodeAffinity(spec, node) ? null : "NodeAffinity";
}

/** The filters on what is free on the node: host ports, then resources. */
export function roomFailure(
  info: PodInfo,
  node: NodeInfo,
  nominated: readonly PodInfo[] = none,
): FilterFailure | undefined {
  if (node.hasPortConflict(info.spec.hostPorts)) return portConflict;
  const lacking = lackingResource(info, node, nominated);
  return lacking === undefined ? undefined : lackingFailure(lacking, isAskingTooMuch(info, node));
}

const lackingFailures = new Map<string, readonly [curable: FilterFailure, final: FilterFailure]>();

/** The same object for the same answer: a search counts its failures by identity. */
function lackingFailure(resource: string, isFinal: boolean): FilterFailure {
  let failures = lackingFailures.get(resource);
  if (failures === undefined) {
    const reason = resource === "pods" ? "Too many pods" : `Insufficient ${resource}`;
    const failure = { filter: "NodeResourcesFit", reason } as const;
    failures = [
      { ...failure, isFinal: false },
      { ...failure, isFinal: true },
    ];
    lackingFailures.set(resource, failures);
  }
  return failures[isFinal ? 1 : 0];
}

/**
 * The first resource of which the node has too little left; undefined when the pod fits.
 *
 * `nominated` pods are counted as if they were on the node.
 *
 * @see kubernetes pkg/scheduler/framework/plugins/noderesources/fit.go fitsRequest
 */
export function lackingResource(
  info: PodInfo,
  node: NodeInfo,
  nominated: readonly PodInfo[] = none,
): string | undefined {
  const { spec } = info;
  if (node.podCount + nominated.length + 1 > node.allocatablePods) return "pods";
  if (!spec.hasRequests) return undefined;
  let cpu = node.usedCpuMillicores + spec.cpuMillicores;
  let memory = node.usedMemoryBytes + spec.memoryBytes;
  for (const other of nominated) {
    cpu += other.spec.cpuMillicores;
    memory += other.spec.memoryBytes;
  }
  if (spec.cpuMillicores > 0 && cpu > node.allocatableCpuMillicores) return "cpu";
  if (spec.memoryBytes > 0 && memory > node.allocatableMemoryBytes) return "memory";
  for (const [name, amount] of spec.others) {
    let used = node.used(name);
    for (const other of nominated) used += amountOf(other, name);
    if (used + amount > node.allocatable(name)) return name;
  }
  return undefined;
}

/** Whether the pod asks for more than the whole node has. */
function isAskingTooMuch(info: PodInfo, node: NodeInfo): boolean {
  const { cpuMillicores, memoryBytes, others } = info.spec;
  return (
    cpuMillicores > node.allocatableCpuMillicores ||
    memoryBytes > node.allocatableMemoryBytes ||
    others.some(([name, amount]) => amount > node.allocatable(name))
  );
}

function amountOf(info: PodInfo, resource: string): number {
  return info.spec.others.find(([name]) => name === resource)?.[1] ?? 0;
}
