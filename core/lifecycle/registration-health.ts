// Whether the NodeClaims of a NodePool come up: the last four results each, by the NodePool's uid.
// Two failures among them are one too many. It informs; nothing is withheld because of it.
import { labelNodePool, type NodeClaim, type NodePool } from "../apis/index.ts";
import { conditionOf, conditionStatus, setCondition } from "../state/index.ts";
import type { SimTime } from "../units/index.ts";

const resultsKept = 4;
const failuresForUnhealthy = 2;
const conditionType = "NodeRegistrationHealthy";

export type RegistrationHealthStatus = "unknown" | "healthy" | "unhealthy";

/**
 * Results of launches and registrations.
 *
 * @see karpenter v1.14.1 pkg/state/nodepoolhealth/tracker.go State
 */
export class RegistrationHealth {
  readonly #resultsByUid = new Map<string, readonly boolean[]>();

  status(uid: string): RegistrationHealthStatus {
    return statusOf(this.#resultsByUid.get(uid) ?? []);
  }

  /** What the status would be after one more result. */
  statusAfter(uid: string, isSuccess: boolean): RegistrationHealthStatus {
    return statusOf([...(this.#resultsByUid.get(uid) ?? []), isSuccess].slice(-resultsKept));
  }

  add(uid: string, isSuccess: boolean): void {
    const results = [...(this.#resultsByUid.get(uid) ?? []), isSuccess].slice(-resultsKept);
    this.#resultsByUid.set(uid, results);
  }

  /** Starts anew from a status: one success, two failures, or nothing. */
  seed(uid: string, status: RegistrationHealthStatus): void {
    const failures = Array.from({ length: failuresForUnhealthy }, () => false);
    const results = { unknown: [], healthy: [true], unhealthy: failures } as const;
    this.#resultsByUid.set(uid, results[status]);
  }

  forget(uid: string): void {
    this.#resultsByUid.delete(uid);
  }
}

function statusOf(results: readonly boolean[]): RegistrationHealthStatus {
  if (results.length === 0) return "unknown";
  const failures = results.filter((isSuccess) => !isSuccess).length;
  return failures >= failuresForUnhealthy ? "unhealthy" : "healthy";
}

/** Whether the NodePool, told by uid, owns the NodeClaim; one made by hand or before it doesn't. */
export function isOwnedByNodePool(nodeClaim: NodeClaim, nodePool: NodePool): boolean {
  const { uid, name } = nodePool.metadata;
  return (
    nodeClaim.metadata.labels[labelNodePool] === name &&
    nodeClaim.metadata.ownerReferences.some(
      (owner) => owner.kind === "NodePool" && owner.uid === uid,
    )
  );
}

/**
 * The NodePool with the condition that one more result leaves; the same object where nothing
 * changes.
 *
 * @see karpenter v1.14.1 pkg/controllers/nodeclaim/lifecycle/liveness.go updateNodePoolRegistrationHealth
 */
export function withRegistrationResult(
  nodePool: NodePool,
  nodeClaim: NodeClaim,
  health: RegistrationHealth,
  isSuccess: boolean,
  now: SimTime,
): NodePool {
  const status = health.statusAfter(nodePool.metadata.uid, isSuccess);
  if (isSuccess) {
    if (status !== "healthy") return nodePool;
    return setCondition(nodePool, { type: conditionType, status: "True" }, now);
  }
  if (status !== "unhealthy" || conditionStatus(nodePool, conditionType) === "False") {
    return nodePool;
  }
  const launched = conditionOf(nodeClaim, "Launched");
  const isLaunched = launched?.status === "True";
  const reason = isLaunched ? "RegistrationFailed" : (launched?.reason ?? "");
  const message = isLaunched ? "Failed to register node" : (launched?.message ?? "");
  return setCondition(nodePool, { type: conditionType, status: "False", reason, message }, now);
}

/**
 * The NodePool with its condition back at Unknown when it has none yet or when NodePool or
 * NodeClass have changed since; what is remembered follows.
 *
 * Differs: the generation of the NodeClass that was seen last is kept in memory, not in the status.
 *
 * @see karpenter v1.14.1 pkg/controllers/nodepool/registrationhealth/controller.go Controller.Reconcile
 */
export function resetRegistrationHealth(
  nodePool: NodePool,
  isNodeClassChanged: boolean,
  health: RegistrationHealth,
  now: SimTime,
): NodePool {
  const { uid, generation } = nodePool.metadata;
  const condition = conditionOf(nodePool, conditionType);
  if (health.status(uid) === "unknown") {
    // After a restart the condition is all that is left of earlier results.
    if (condition?.status === "True") health.seed(uid, "healthy");
    if (condition?.status === "False") health.seed(uid, "unhealthy");
  }
  if (
    condition !== undefined &&
    condition.observedGeneration === generation &&
    !isNodeClassChanged
  ) {
    return nodePool;
  }
  health.seed(uid, "unknown");
  const change = {
    type: conditionType,
    status: "Unknown",
    reason: "AwaitingReconciliation",
    message: "object is awaiting reconciliation",
  } as const;
  return setCondition(nodePool, change, now);
}
