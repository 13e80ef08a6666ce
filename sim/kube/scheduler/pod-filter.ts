import type { KubeApiServer } from "../api-server.ts";
import { RequiredAffinity } from "./inter-pod-affinity.ts";
import type { FilterFailure } from "./node-filters.ts";
import { roomFailure, staticFailure } from "./node-filters.ts";
import type { NodeInfo } from "./node-info.ts";
import type { PodInfo } from "./pod-info.ts";
import type { SchedulerSnapshot } from "./snapshot.ts";
import { HardSpread } from "./topology-spread.ts";
import { PodVolumeBinding } from "./volume-binding.ts";

/** All filters for one pod over the cluster as it is now; made anew for every attempt. */
export class PodFilter {
  readonly #info: PodInfo;
  readonly #spread: HardSpread;
  readonly #affinity: RequiredAffinity;
  readonly volumes: PodVolumeBinding | undefined;

  constructor(info: PodInfo, snapshot: SchedulerSnapshot, api: KubeApiServer) {
    this.#info = info;
    this.#spread = new HardSpread(info.pod, snapshot);
    this.#affinity = new RequiredAffinity(info, snapshot, (name) => api.namespaceLabels(name));
    const hasVolumes = info.pod.spec.volumes.length > 0;
    this.volumes = hasVolumes ? new PodVolumeBinding(info.pod, api) : undefined;
  }

  /** Whether nothing but the node itself and its free room decides. */
  get isLocal(): boolean {
    return this.#spread.isEmpty && this.#affinity.isEmpty && this.volumes === undefined;
  }

  /**
   * The first filter that the node fails; undefined when the pod may go there. `nominated` pods of
   * equal or higher priority take room as if they were there.
   *
   * Differs: nominated pods count for room only, not for affinity and spreading.
   *
   * @see kubernetes pkg/scheduler/framework/runtime/framework.go RunFilterPluginsWithNominatedPods
   */
  failure(node: NodeInfo, nominated: readonly PodInfo[]): FilterFailure | undefined {
    return (
      staticFailure(this.#info, node) ??
      roomFailure(this.#info, node, nominated) ??
      this.volumes?.failure(node) ??
      this.#spread.failure(node) ??
      this.#affinity.failure(node)
    );
  }
}
