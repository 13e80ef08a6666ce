// What a machine looks like while it is being disrupted: a taint on the Node, a condition on the
// NodeClaim.
import type { Node, NodeClaim } from "../apis/index.ts";
import { matchTaint } from "../scheduling/index.ts";
import { clearCondition, disruptedNoScheduleTaint, setCondition } from "../state/index.ts";
import type { SimTime } from "../units/index.ts";

const conditionDisruptionReason = "DisruptionReason";

/**
 * The Node with the disrupted taint; the very same object when it has one.
 *
 * @see karpenter v1.14.1 pkg/controllers/state/statenode.go RequireNoScheduleTaint
 */
export function withDisruptedTaint(node: Node): Node {
  if (hasDisruptedTaint(node)) return node;
  return withTaints(node, [...node.spec.taints, disruptedNoScheduleTaint]);
}

/**
 * The Node without the disrupted taint; the very same object when it has none, and when it is being
 * deleted: then the taint belongs to its termination.
 */
export function withoutDisruptedTaint(node: Node): Node {
  if (!hasDisruptedTaint(node) || node.metadata.deletionTimestamp !== undefined) return node;
  const taints = node.spec.taints.filter((it) => !matchTaint(it, disruptedNoScheduleTaint));
  return withTaints(node, taints);
}

function hasDisruptedTaint({ spec }: Node): boolean {
  return spec.taints.some((it) => matchTaint(it, disruptedNoScheduleTaint));
}

function withTaints(node: Node, taints: Node["spec"]["taints"]): Node {
  return { ...node, spec: { ...node.spec, taints } };
}

/** The NodeClaim with the condition that says why it is being disrupted. */
export function withDisruptionReason(
  nodeClaim: NodeClaim,
  reason: string,
  now: SimTime,
): NodeClaim {
  const change = { type: conditionDisruptionReason, reason, message: reason };
  return setCondition(nodeClaim, { ...change, status: "True" }, now);
}

/** The NodeClaim without that condition; the very same object when it has none. */
export function withoutDisruptionReason(nodeClaim: NodeClaim): NodeClaim {
  return clearCondition(nodeClaim, conditionDisruptionReason);
}
