// Capacity buffers ask for a run every 30 seconds. Mostly it finds their pods where they were, and
// changes nothing; then the next one on the same inputs would do the same, and can be left out.
// Differs: upstream makes every run.
import type { NodePool } from "../apis/index.ts";
import type { InstanceType } from "../cloudprovider/index.ts";
import {
  considerNodePools,
  type ProvisioningDecision,
  type ProvisioningView,
} from "./provisioner.ts";

/** What tells whether anything has changed. */
export interface RunVersions {
  /** Counts what has been observed of the cluster. */
  readonly observed: number;
  /** Of the virtual pods; see `VirtualPods.version`. */
  readonly virtualPods: number;
}

/** What a run rested on that changed nothing. */
export interface IdleRun extends RunVersions {
  readonly stateNodes: ProvisioningView["stateNodes"];
  readonly instanceTypes: readonly (readonly [NodePool, readonly InstanceType[]])[];
}

/**
 * What a run rested on; `undefined` unless it only found virtual pods a place on nodes that are there.
 * A real pod rules it out: it is told of again now and then, and its node is promised to it anew.
 */
export function idleRunOf(
  decision: ProvisioningDecision,
  { pendingPods, stateNodes, nodePools, instanceTypes }: ProvisioningView,
  versions: RunVersions,
): IdleRun | undefined {
  if (decision.kind !== "scheduled" || decision.took > 0) return undefined;
  const { newNodeClaims, podErrors, nodePoolsWithoutInstanceTypes } = decision.results;
  const isIdle =
    pendingPods.length === 0 &&
    newNodeClaims.length === 0 &&
    podErrors.size === 0 &&
    nodePoolsWithoutInstanceTypes.length === 0 &&
    !stateNodes.some(({ isMarkedForDeletion }) => isMarkedForDeletion);
  if (!isIdle) return undefined;
  const types = considerNodePools(nodePools).map((it) => [it, instanceTypes(it)] as const);
  return { ...versions, stateNodes, instanceTypes: types };
}

/** Whether a run now must come out as the idle one did. */
export function isRepeat(
  idle: IdleRun,
  { stateNodes, instanceTypes }: Pick<ProvisioningView, "stateNodes" | "instanceTypes">,
  { observed, virtualPods }: RunVersions,
): boolean {
  return (
    idle.observed === observed &&
    idle.virtualPods === virtualPods &&
    idle.stateNodes === stateNodes &&
    // A provider answers the same list while nothing has changed, so identity tells.
    idle.instanceTypes.every(([nodePool, types]) => instanceTypes(nodePool) === types)
  );
}
