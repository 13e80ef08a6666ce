import type { SimTime } from "../../core/units/index.ts";
import { invariant } from "../../core/units/index.ts";
import type { FaultEffect, PlannedFault } from "../../sim/world-plan.ts";
import type { FaultSpec, ScenarioSpec } from "../scenario-schema.ts";
import { instantOf } from "../schema/value-fields.ts";

/** The faults of a scenario, in its order. */
export function plannedFaults({ faults, start }: ScenarioSpec): readonly PlannedFault[] {
  return faults.map((fault) => {
    const { nodePool, matchLabels = {} } = fault.nodes;
    const rest = { effect: effectOf(fault), matchLabels, strikes: strikesOf(fault, start) };
    return nodePool === undefined ? rest : { ...rest, nodePool };
  });
}

function effectOf({ nodeCondition, instance }: FaultSpec): FaultEffect {
  if (instance !== undefined) return { kind: "instance", fault: instance };
  invariant(nodeCondition !== undefined, "a fault that was checked has an effect");
  const { type, status, for: lasts } = nodeCondition;
  const effect = { kind: "node-condition", type, status } as const;
  return lasts === undefined ? effect : { ...effect, lasts };
}

function strikesOf(
  { at, per100kHours, nodes }: FaultSpec,
  start: SimTime,
): PlannedFault["strikes"] {
  if (per100kHours !== undefined) return { kind: "rate", per100kHours };
  invariant(at !== undefined, "a fault that was checked strikes");
  const time = instantOf(at, start);
  const { count = 1, percent } = nodes;
  return percent === undefined
    ? { kind: "at", at: time, count }
    : { kind: "at-share", at: time, percent };
}
