import type { Node } from "../apis/index.ts";
import { findUnhealthyCondition, type RepairPolicy } from "../cloudprovider/index.ts";

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
  const unhealthy = nodes.filter((node) => findUnhealthyCondition(node, policies) !== undefined);
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
