import type { SimTime } from "../units/index.ts";
import { after, Never, simTime } from "../units/index.ts";
import { consolidateAfterStart, doNotDisrupt } from "../state/index.ts";
import { labelNodePool } from "../apis/index.ts";
import { budgetEdgeAfter } from "./budget.ts";
import { podFacts } from "./candidate.ts";
import type { DisruptionView } from "./view.ts";

/**
 * The earliest time after now at which a decision on the very same view may come out differently
 * because time has passed; `undefined` when it never does.
 *
 * These are: a nomination ends, a pod's do-not-disrupt annotation runs out, a budget's window opens or
 * closes, a node's consolidateAfter has passed. May be earlier than the first real change, never
 * later.
 */
export function nextTimeCondition(view: DisruptionView, now: SimTime): SimTime | undefined {
  let earliest = Number.POSITIVE_INFINITY;
  const note = (at: SimTime | undefined): void => {
    if (at !== undefined && at > now && at < earliest) earliest = at;
  };
  const waits = new Map(
    view.nodePools.map(({ metadata, spec }) => [metadata.name, spec.disruption.consolidateAfter]),
  );
  for (const { node, nodeClaim, labels, nominatedUntil } of view.stateNodes) {
    note(nominatedUntil);
    if (node !== undefined) {
      for (const pod of podFacts(view.podsOnNode(node.metadata.name)).annotatedPods) {
        const protection = doNotDisrupt(pod, now);
        if (protection.kind === "active") note(protection.until);
      }
    }
    const wait = waits.get(labels[labelNodePool] ?? "");
    const start = nodeClaim === undefined ? undefined : consolidateAfterStart(nodeClaim);
    if (wait !== undefined && wait !== Never && start !== undefined) note(after(start, wait));
  }
  for (const { spec } of view.nodePools) {
    for (const budget of spec.disruption.budgets) note(budgetEdgeAfter(budget, now));
  }
  return Number.isFinite(earliest) ? simTime(earliest) : undefined;
}
