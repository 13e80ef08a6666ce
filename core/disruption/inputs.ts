import type { SimTime } from "../units/index.ts";
import { nextTimeCondition } from "./idle.ts";
import type { DisruptionView } from "./view.ts";

/** What a pass, or a search, rested on: enough to tell whether it would come out the same. */
export interface Inputs {
  /** Counts what has been observed. */
  readonly version: number;
  readonly stateNodes: DisruptionView["stateNodes"];
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
    instanceTypes: view.instanceTypesByNodePool,
    costs: view.nodePools.map(({ metadata }) => view.nodePoolCost(metadata.name)),
    ...(validUntil === undefined ? {} : { validUntil }),
  };
}

/** Whether a decision on `after` must be the same as one on the earlier `before` was. */
export function areSameInputs(before: Inputs, after: Inputs, now: SimTime): boolean {
  return (
    before.version === after.version &&
    before.stateNodes === after.stateNodes &&
    (before.validUntil === undefined || now < before.validUntil) &&
    before.costs.length === after.costs.length &&
    before.costs.every((cost, index) => cost === after.costs[index]) &&
    areSameTypes(before.instanceTypes, after.instanceTypes)
  );
}

/** A provider answers the same list while nothing has changed, so identity tells. */
function areSameTypes(a: Inputs["instanceTypes"], b: Inputs["instanceTypes"]): boolean {
  if (a.size !== b.size) return false;
  for (const [name, types] of a) if (b.get(name) !== types) return false;
  return true;
}

/** The earlier of two times, of which either may be absent. */
export function earliest(a: SimTime | undefined, b: SimTime | undefined): SimTime | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return a < b ? a : b;
}
