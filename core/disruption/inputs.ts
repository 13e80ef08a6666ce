import type { SimTime } from "../units/index.ts";
import { areBuffersUnchanged, type BufferInputs } from "./buffer-inputs.ts";
import { nextTimeCondition } from "./idle.ts";
import type { ViewSources } from "./live-view.ts";
import type { DisruptionView } from "./view.ts";

/** What a pass, or a search, rested on: enough to tell whether it would come out the same. */
export interface Inputs {
  /** Counts what has been observed. */
  readonly version: number;
  readonly stateNodes: DisruptionView["stateNodes"];
  readonly buffers: BufferInputs;
  readonly instanceTypes: DisruptionView["instanceTypesByNodePool"];
  /** Cost of each NodePool, in the view's order. */
  readonly costs: readonly number[];
  /** When a condition of time comes due; absent: never. */
  readonly validUntil?: SimTime;
}

/** The inputs of a view that was made after so many observations. */
export function inputsOf(view: DisruptionView, version: number, now: SimTime): Inputs {
  const validUntil = nextTimeCondition(view, now);
  return {
    version,
    stateNodes: view.stateNodes,
    buffers: view.buffers,
    instanceTypes: view.instanceTypesByNodePool,
    costs: view.nodePools.map(({ metadata }) => view.nodePoolCost(metadata.name)),
    ...(validUntil === undefined ? {} : { validUntil }),
  };
}

/**
 * Whether a decision now must be the same as one on the earlier inputs was. Asked at every poll, so it
 * builds no view: while nothing has been observed and the machines are the same, only prices and
 * offerings can have changed, and time have passed.
 */
export function isUnchanged(
  before: Inputs,
  sources: ViewSources,
  version: number,
  now: SimTime,
): boolean {
  const { cluster, cloudProvider, costs } = sources;
  if (before.version !== version || hasMovedUntold(before, sources)) return false;
  if (before.validUntil !== undefined && now >= before.validUntil) return false;
  const nodePools = cluster.nodePools();
  return (
    before.costs.length === nodePools.length &&
    nodePools.every((nodePool, index) => {
      const { name } = nodePool.metadata;
      // A provider answers the same list while nothing has changed, so identity tells.
      const types = cloudProvider.getInstanceTypes(nodePool);
      const known = before.instanceTypes.get(name);
      return (
        before.costs[index] === costs.nodePoolCost(name) &&
        (known === undefined ? types.length === 0 : known === types)
      );
    })
  );
}

/**
 * Whether something has changed that no observation tells of: nominations and marks, which show in
 * the machines, and the virtual pods of capacity buffers.
 */
export function hasMovedUntold(before: Inputs, sources: ViewSources): boolean {
  return (
    before.stateNodes !== sources.state.stateNodes() ||
    !areBuffersUnchanged(before.buffers, sources)
  );
}

/** The earlier of two times, of which either may be absent. */
export function earliest(a: SimTime | undefined, b: SimTime | undefined): SimTime | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return a < b ? a : b;
}
