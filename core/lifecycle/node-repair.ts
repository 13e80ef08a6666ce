import type { Condition, Node } from "../apis/index.ts";
import type { RepairPolicy } from "../cloudprovider/index.ts";
import { after, type SimTime } from "../units/index.ts";

/** A bad condition of a node, and when it has lasted long enough for the node to be replaced. */
export interface UnhealthyCondition {
  readonly condition: Condition;
  readonly terminationTime: SimTime;
}

/**
 * The bad condition that runs out first, of equals that of the policy listed first; `undefined` on a
 * healthy node.
 *
 * @see karpenter v1.14.1 pkg/controllers/node/health/controller.go Controller.findUnhealthyConditions
 */
export function unhealthyCondition(
  node: Node,
  policies: readonly RepairPolicy[],
): UnhealthyCondition | undefined {
  let first: UnhealthyCondition | undefined;
  for (const { conditionType, conditionStatus, tolerationDuration } of policies) {
    const condition = node.status.conditions.find(({ type }) => type === conditionType);
    if (condition?.status !== conditionStatus) continue;
    const terminationTime = after(condition.lastTransitionTime, tolerationDuration);
    if (first === undefined || terminationTime < first.terminationTime) {
      first = { condition, terminationTime };
    }
  }
  return first;
}

/**
 * Whether few enough nodes are unhealthy, however short, for repair to go on: at most 20 % of them,
 * rounded up. More than that is likely to have a cause that new nodes would share.
 *
 * @see karpenter v1.14.1 pkg/controllers/node/health/controller.go Controller.areNodesHealthy
 */
export function areNodesHealthy(
  nodes: readonly Node[],
  policies: readonly RepairPolicy[],
): boolean {
  const unhealthy = nodes.filter((node) => unhealthyCondition(node, policies) !== undefined);
  // Whole numbers: a fifth of the count in floating point could round up once too often.
  return unhealthy.length <= Math.ceil((nodes.length * 20) / 100);
}

/**
 * Whether the conditions differ in a way that repair looks at: number, status or transition.
 *
 * @see karpenter v1.14.1 pkg/controllers/node/health/controller.go Controller.Register
 */
export function areConditionsChanged(node: Node, before: Node | undefined): boolean {
  if (before === undefined) return true;
  const { conditions } = node.status;
  const previous = before.status.conditions;
  if (conditions === previous) return false;
  if (conditions.length !== previous.length) return true;
  return previous.some(({ type, status, lastTransitionTime }) => {
    const current = conditions.find((condition) => condition.type === type);
    return current?.status !== status || current.lastTransitionTime !== lastTransitionTime;
  });
}
