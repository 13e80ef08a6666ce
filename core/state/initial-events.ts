import type { SimTime } from "../units/index.ts";
import type { Cluster } from "./cluster.ts";
import type { ClusterObject, WatchEvent } from "./watch.ts";

/**
 * Tells an observer of everything that the cluster holds already, as the first listing of a watch
 * does: NodePools, NodeClaims, Nodes, DaemonSets, then pods, each sorted by key.
 */
export function replayCluster(
  cluster: Cluster,
  observe: (event: WatchEvent, now: SimTime) => void,
  now: SimTime,
): void {
  const lists: readonly (readonly ClusterObject[])[] = [
    cluster.nodePools(),
    cluster.nodeClaims(),
    cluster.nodes(),
    cluster.daemonSets(),
    cluster.pods(),
  ];
  for (const object of lists.flat()) observe({ type: "added", object }, now);
}
