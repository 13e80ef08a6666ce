import type { Condition, Node } from "../apis/index.ts";
import { after, type DurationMs, type SimTime } from "../units/index.ts";
import type { RepairPolicy } from "./cloud-provider.ts";

/** A node condition that a repair policy names, and when the node may be replaced for it. */
export interface UnhealthyCondition {
  readonly condition: Condition;
  readonly tolerationDuration: DurationMs;
  readonly repairAt: SimTime;
}

/**
 * The bad condition of a node that comes due first, the first policy's of equals; `undefined` for a
 * healthy node.
 *
 * @see karpenter v1.14.1 pkg/controllers/node/health/controller.go findUnhealthyConditions
 */
export function findUnhealthyCondition(
  node: Node,
  policies: readonly RepairPolicy[],
): UnhealthyCondition | undefined {
  let first: UnhealthyCondition | undefined;
  for (const { conditionType, conditionStatus, tolerationDuration } of policies) {
    const condition = node.status.conditions.find(({ type }) => type === conditionType);
    if (condition?.status !== conditionStatus) continue;
    const repairAt = after(condition.lastTransitionTime, tolerationDuration);
    if (first === undefined || repairAt < first.repairAt) {
      first = { condition, tolerationDuration, repairAt };
    }
  }
  return first;
}
