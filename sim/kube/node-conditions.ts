import type { Condition, Node, Taint } from "../../core/apis/index.ts";
import { matchTaint } from "../../core/scheduling/index.ts";
import type { SimTime } from "../../core/units/index.ts";

/** The node's condition Ready; absent until its kubelet has reported. */
export function readyCondition(node: Node): Condition | undefined {
  return node.status.conditions.find((condition) => condition.type === "Ready");
}

/** Whether condition Ready is True. */
export function isNodeReady(node: Node): boolean {
  return readyCondition(node)?.status === "True";
}

/** The node with condition Ready set so; the transition time moves with the status only. */
export function withReadyCondition(
  node: Node,
  ready: Pick<Condition, "status" | "reason" | "message">,
  now: SimTime,
): Node {
  return withNodeCondition(node, { type: "Ready", ...ready }, now);
}

/** The node with a condition set so; the transition time moves with the status only. */
export function withNodeCondition(
  node: Node,
  change: Pick<Condition, "type" | "status" | "reason" | "message">,
  now: SimTime,
): Node {
  const { conditions } = node.status;
  const before = conditions.find(({ type }) => type === change.type);
  const isTransition = before?.status !== change.status;
  const lastTransitionTime = isTransition ? now : (before as Condition).lastTransitionTime;
  const others = conditions.filter(({ type }) => type !== change.type);
  const condition: Condition = { ...change, lastTransitionTime };
  return { ...node, status: { ...node.status, conditions: [...others, condition] } };
}

/** The node with the taint, unless it has one of the same key and effect. */
export function withTaint(node: Node, taint: Taint): Node {
  if (node.spec.taints.some((other) => matchTaint(other, taint))) return node;
  return { ...node, spec: { ...node.spec, taints: [...node.spec.taints, taint] } };
}

/** The node without the taint of this key and, where given, effect. */
export function withoutTaint(node: Node, key: string, effect?: Taint["effect"]): Node {
  const taints = node.spec.taints.filter(
    (taint) => taint.key !== key || (effect !== undefined && taint.effect !== effect),
  );
  if (taints.length === node.spec.taints.length) return node;
  return { ...node, spec: { ...node.spec, taints } };
}
