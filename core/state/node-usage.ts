import type { Pod } from "../apis/index.ts";
import {
  HostPortUsage,
  hostPorts,
  noVolumes,
  podVolumes,
  requestsForPods,
  VolumeUsage,
} from "../scheduling/index.ts";
import { emptyResources, mergeResources, type ResourceList } from "../units/index.ts";
import type { Cluster } from "./cluster.ts";
import { evictionCost } from "./eviction-cost.ts";
import { isOwnedByDaemonSet } from "./pod-predicates.ts";

/** What the pods of a node take up. */
export interface NodeUsage {
  readonly podRequests: ResourceList;
  readonly daemonSetRequests: ResourceList;
  readonly hostPortUsage: HostPortUsage;
  readonly volumeUsage: VolumeUsage;
  /** 1 for the node, and the positive eviction costs of its pods other than DaemonSets'. */
  readonly disruptionCost: number;
}

/** What usage reads of volumes and their limits. */
export type VolumeReads = Pick<
  Cluster,
  "persistentVolumeClaim" | "persistentVolume" | "storageClass" | "csiNode"
>;

/**
 * Usage of a node by its non-terminal pods, in the order given.
 *
 * Differs: upstream leaves out a pod whose PersistentVolume is missing until it can be read; here the
 * pod counts without its volumes. Upstream also forgets the pods' disruption costs with each event
 * of the NodeClaim, until it has listed the pods again within a minute; here they stay.
 *
 * @see karpenter v1.14.1 pkg/controllers/state/statenode.go StateNode.updateForPod
 */
export function nodeUsage(
  nodeName: string | undefined,
  pods: readonly Pod[],
  reads: VolumeReads,
): NodeUsage {
  let hostPortUsage = HostPortUsage.empty;
  let volumeUsage = withLimits(nodeName, reads);
  let disruptionCost = 1.0;
  const daemonSetPods: Pod[] = [];
  for (const pod of pods) {
    hostPortUsage = hostPortUsage.add(pod, hostPorts(pod));
    if (pod.spec.volumes.length > 0) {
      const result = podVolumes(pod, reads);
      const volumes = result.kind === "volumes" ? result.volumes : noVolumes;
      volumeUsage = volumeUsage.add(pod, volumes);
    }
    if (isOwnedByDaemonSet(pod)) daemonSetPods.push(pod);
    else disruptionCost += Math.max(evictionCost(pod), 0);
  }
  return {
    podRequests: totalRequests(pods),
    daemonSetRequests: totalRequests(daemonSetPods),
    hostPortUsage,
    volumeUsage,
    disruptionCost,
  };
}

/** Each pod counts one of `pods`; without pods there is no entry at all. */
function totalRequests(pods: readonly Pod[]): ResourceList {
  if (pods.length === 0) return emptyResources;
  return mergeResources(...pods.map((pod) => requestsForPods([pod])));
}

function withLimits(nodeName: string | undefined, reads: VolumeReads): VolumeUsage {
  let usage = VolumeUsage.empty;
  const csiNode = nodeName === undefined ? undefined : reads.csiNode(nodeName);
  for (const { name, allocatable } of csiNode?.drivers ?? []) {
    // As upstream: a driver that speaks of what it takes, and of no count, takes none.
    if (allocatable !== undefined) usage = usage.withLimit(name, allocatable.count ?? 0);
  }
  return usage;
}
