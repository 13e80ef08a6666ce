import type { NodePool } from "../apis/index.ts";
import type { NodeClassReadiness } from "../cloudprovider/index.ts";
import { type ConditionChange, setCondition } from "../state/index.ts";
import type { SimTime } from "../units/index.ts";
import { nodePoolViolations } from "./node-pool-validation.ts";

/**
 * The NodePool with its NodeClass's readiness as a condition of its own.
 *
 * @see karpenter v1.14.1 pkg/controllers/nodepool/readiness/controller.go Controller.Reconcile
 */
export function withNodeClassReadiness(
  nodePool: NodePool,
  readiness: NodeClassReadiness,
  now: SimTime,
): NodePool {
  return setCondition(nodePool, { type: "NodeClassReady", ...conditionOfClass(readiness) }, now);
}

function conditionOfClass(readiness: NodeClassReadiness): Omit<ConditionChange, "type"> {
  switch (readiness.kind) {
    case "ready":
      return { status: "True" };
    case "not-found":
      return {
        status: "False",
        reason: "NodeClassNotFound",
        message: "NodeClass not found on cluster",
      };
    case "terminating":
      return {
        status: "False",
        reason: "NodeClassTerminating",
        message: "NodeClass is Terminating",
      };
    case "unknown":
      return {
        status: "False",
        reason: "NodeClassReadinessUnknown",
        message: "Node Class Readiness Unknown",
      };
    case "not-ready":
      return { status: "False", reason: readiness.reason, message: readiness.message };
  }
}

/**
 * The NodePool with the outcome of its validation as a condition.
 *
 * @see karpenter v1.14.1 pkg/controllers/nodepool/validation/controller.go Controller.Reconcile
 */
export function withValidation(nodePool: NodePool, now: SimTime): NodePool {
  const type = "ValidationSucceeded";
  const violations = nodePoolViolations(nodePool);
  if (violations.length === 0) return setCondition(nodePool, { type, status: "True" }, now);
  const reason = "NodePoolValidationFailed";
  return setCondition(
    nodePool,
    { type, status: "False", reason, message: violations.join("; ") },
    now,
  );
}
