import type { Condition, NodePool } from "../../core/apis/index.ts";
import type { SimTime } from "../../core/units/index.ts";

/** The condition that every NodePool has once its controllers have looked at it. */
const ready = "Ready";

/** Whether a NodePool says of itself whether it is ready. */
export function tellsReadiness({ status }: NodePool): boolean {
  return status.conditions.some(({ type }) => type === ready);
}

/**
 * The NodePool as Karpenter's controllers would leave it: not ready without its EC2NodeClass, whatever
 * it says; ready where it says nothing; otherwise as it says.
 *
 * Ready is put there as such, not derived from the conditions that it rests on: a manifest that
 * somebody wrote has none of them.
 */
export function withReadiness(
  nodePool: NodePool,
  nodeClasses: ReadonlySet<string>,
  now: SimTime,
): NodePool {
  const { group, kind, name } = nodePool.spec.template.spec.nodeClassRef;
  const lastTransitionTime = now;
  if (kind !== "EC2NodeClass") {
    const message = `its node class is ${kind} ${name} of ${group}, and only EC2NodeClasses are supported`;
    return withReady(nodePool, {
      ...{ type: ready, status: "False", reason: "NodeClassNotSupported", message },
      lastTransitionTime,
    });
  }
  if (!nodeClasses.has(name)) {
    const message = `EC2NodeClass ${name} is not in the snapshot: NodeClass not found on cluster`;
    return withReady(nodePool, {
      ...{ type: ready, status: "False", reason: "NodeClassNotFound", message },
      lastTransitionTime,
    });
  }
  if (tellsReadiness(nodePool)) return nodePool;
  return withReady(nodePool, {
    ...{ type: ready, status: "True", reason: ready, message: "" },
    lastTransitionTime,
  });
}

function withReady(nodePool: NodePool, condition: Condition): NodePool {
  const others = nodePool.status.conditions.filter(({ type }) => type !== ready);
  return { ...nodePool, status: { ...nodePool.status, conditions: [...others, condition] } };
}
