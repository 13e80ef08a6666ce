import type { VirtualPods } from "../capacitybuffer/index.ts";
import type { Cluster, ClusterState } from "../state/index.ts";

/** Where they are read from. */
export interface BufferSources {
  readonly cluster: Pick<Cluster, "pods">;
  readonly state: Pick<ClusterState, "bufferPods">;
  readonly virtualPods?: VirtualPods;
}

/** What a decision rests on of capacity buffers: enough to tell whether it would be the same. */
export interface BufferInputs {
  /** Of the counts of virtual pods on machines. */
  readonly countsVersion: number;
  /** Of the virtual pods themselves; 0 without any. */
  readonly podsVersion: number;
  readonly refreshes: number;
  /**
   * Every pod of the cluster is older than every virtual one, so that making these anew cannot change
   * the order in which pods are placed.
   */
  readonly isOrderSettled: boolean;
}

/** The inputs of now. */
export function bufferInputsOf(
  { cluster, state, virtualPods }: BufferSources,
  oldestVirtualPodAt: number | undefined,
): BufferInputs {
  return {
    countsVersion: state.bufferPods.version,
    podsVersion: virtualPods?.version ?? 0,
    refreshes: virtualPods?.refreshes ?? 0,
    isOrderSettled:
      oldestVirtualPodAt === undefined ||
      cluster.pods().every(({ metadata }) => metadata.creationTimestamp <= oldestVirtualPodAt),
  };
}

/** Whether a decision on the same cluster would be the same now, as far as buffers go. */
export function areBuffersUnchanged(
  before: BufferInputs,
  { state, virtualPods }: BufferSources,
): boolean {
  if (before.countsVersion !== state.bufferPods.version) return false;
  if (virtualPods === undefined) return true;
  return (
    before.podsVersion === virtualPods.version &&
    (before.isOrderSettled || before.refreshes === virtualPods.refreshes)
  );
}
