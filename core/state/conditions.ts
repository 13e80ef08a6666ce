// Status conditions of Karpenter's own objects: a root condition that follows from dependents,
// and independent ones that come and go. Objects are frozen, so each change makes a new object.
import type {
  Condition,
  Ec2NodeClass,
  NodeClaim,
  NodeOverlay,
  NodePool,
  ObjectMeta,
} from "../apis/index.ts";
import { compareStrings, type SimTime, simTime } from "../units/index.ts";

/** An object that carries conditions. */
export type ConditionedObject = Ec2NodeClass | NodeClaim | NodeOverlay | NodePool;

const rootCondition = "Ready";
const dependents = {
  EC2NodeClass: [
    "AMIsReady",
    "SubnetsReady",
    "SecurityGroupsReady",
    "InstanceProfileReady",
    "ValidationSucceeded",
    "PlacementGroupReady",
  ],
  NodeClaim: ["Launched", "Registered", "Initialized"],
  NodeOverlay: ["ValidationSucceeded"],
  NodePool: ["ValidationSucceeded", "NodeClassReady"],
} as const;

/** Stored times have a resolution of one second. */
export function truncateToSecond(time: SimTime): SimTime {
  return simTime(Math.floor(time / 1000) * 1000);
}

/** What a condition is set to; `reason` defaults to the type when the status is True. */
export interface ConditionChange {
  readonly type: string;
  readonly status: Condition["status"];
  readonly reason?: string;
  readonly message?: string;
}

/** The condition as it is stored; `undefined` where it isn't. */
function storedCondition(object: ConditionedObject, type: string): Condition | undefined {
  // Asked for every node at every poll: no closure.
  for (const condition of object.status.conditions) {
    if (condition.type === type) return condition;
  }
  return undefined;
}

function isDependent(object: ConditionedObject, type: string): boolean {
  const types: readonly string[] = dependents[object.kind];
  return types.includes(type);
}

/**
 * The condition; a root or dependent one that isn't stored yet reads as Unknown since creation.
 *
 * @see github.com/awslabs/operatorpkg status/condition_set.go For
 */
export function conditionOf(object: ConditionedObject, type: string): Condition | undefined {
  const stored = storedCondition(object, type);
  if (stored !== undefined) return stored;
  if (type !== rootCondition && !isDependent(object, type)) return undefined;
  return awaitingReconciliation(type, object.metadata);
}

function awaitingReconciliation(type: string, metadata: ObjectMeta): Condition {
  return {
    type,
    status: "Unknown",
    reason: "AwaitingReconciliation",
    message: "object is awaiting reconciliation",
    lastTransitionTime: truncateToSecond(metadata.creationTimestamp),
    observedGeneration: metadata.generation,
  };
}

/** The status of the condition; `undefined` for an independent one that is absent. */
export function conditionStatus(
  object: ConditionedObject,
  type: string,
): Condition["status"] | undefined {
  return (
    storedCondition(object, type)?.status ??
    (type === rootCondition || isDependent(object, type) ? "Unknown" : undefined)
  );
}

/** Whether the condition is True. */
export function isConditionTrue(object: ConditionedObject, type: string): boolean {
  return storedCondition(object, type)?.status === "True";
}

/**
 * The object with the condition set and its root condition recomputed; the very same object when
 * nothing changes.
 *
 * The transition time moves only with the status. A change to an object that is being deleted
 * counts as observing all its conditions at the present generation.
 *
 * @see github.com/awslabs/operatorpkg status/condition_set.go Set
 */
export function setCondition<T extends ConditionedObject>(
  object: T,
  change: ConditionChange,
  now: SimTime,
): T {
  const withDependents = hydrate(object);
  const conditions = putCondition(withDependents, change, object.metadata, now);
  if (conditions === withDependents) return object;
  const current =
    object.metadata.deletionTimestamp === undefined
      ? conditions
      : conditions.map((condition) => observed(condition, object.metadata.generation));
  return withConditions(object, recomputeRoot(object, current, now));
}

/** The object without an independent condition. Root and dependent conditions stay. */
export function clearCondition<T extends ConditionedObject>(object: T, type: string): T {
  if (type === rootCondition || isDependent(object, type)) return object;
  if (storedCondition(object, type) === undefined) return object;
  return withConditions(
    object,
    object.status.conditions.filter((condition) => condition.type !== type),
  );
}

/**
 * The object with a condition set to what it already is, so that it counts as observed at the
 * present generation.
 */
export function refreshCondition<T extends ConditionedObject>(
  object: T,
  type: string,
  now: SimTime,
): T {
  const condition = conditionOf(object, type);
  if (condition === undefined) return object;
  return setCondition(object, condition, now);
}

function hydrate(object: ConditionedObject): readonly Condition[] {
  const missing = [rootCondition, ...dependents[object.kind]].filter(
    (type) => storedCondition(object, type) === undefined,
  );
  if (missing.length === 0) return object.status.conditions;
  return [
    ...object.status.conditions,
    ...missing.map((type) => awaitingReconciliation(type, object.metadata)),
  ];
}

/**
 * The conditions with one set; the very same array when nothing changes. The transition time moves
 * only with the status.
 *
 * @see k8s.io/apimachinery pkg/api/meta/conditions.go SetStatusCondition
 */
export function putCondition(
  conditions: readonly Condition[],
  change: ConditionChange,
  metadata: ObjectMeta,
  now: SimTime,
): readonly Condition[] {
  const stored = conditions.find((condition) => condition.type === change.type);
  const isUnchanged = stored?.status === change.status;
  const next: Condition = {
    type: change.type,
    status: change.status,
    reason: change.reason ?? change.type,
    message: change.message ?? "",
    lastTransitionTime: isUnchanged ? stored.lastTransitionTime : truncateToSecond(now),
    observedGeneration: metadata.generation,
  };
  if (stored === undefined) return [...conditions, next];
  if (isSame(stored, next)) return conditions;
  return conditions.map((condition) => (condition === stored ? next : condition));
}

function isSame(a: Condition, b: Condition): boolean {
  return (
    a.status === b.status &&
    a.reason === b.reason &&
    a.message === b.message &&
    a.lastTransitionTime === b.lastTransitionTime &&
    a.observedGeneration === b.observedGeneration
  );
}

function observed(condition: Condition, generation: number): Condition {
  if (condition.observedGeneration === generation) return condition;
  return { ...condition, observedGeneration: generation };
}

/** @see github.com/awslabs/operatorpkg status/condition_set.go recomputeRootCondition */
function recomputeRoot(
  object: ConditionedObject,
  conditions: readonly Condition[],
  now: SimTime,
): readonly Condition[] {
  const { generation } = object.metadata;
  const unhealthy = conditions
    .filter(
      ({ type, status, observedGeneration }) =>
        isDependent(object, type) && (status !== "True" || observedGeneration !== generation),
    )
    .toSorted(
      (a, b) => b.lastTransitionTime - a.lastTransitionTime || compareStrings(a.type, b.type),
    );
  if (unhealthy.length === 0) {
    return putCondition(conditions, { type: rootCondition, status: "True" }, object.metadata, now);
  }
  const isFalse = unhealthy.some(
    ({ status, observedGeneration }) => status === "False" && observedGeneration === generation,
  );
  const change: ConditionChange = {
    type: rootCondition,
    status: isFalse ? "False" : "Unknown",
    reason: isFalse ? "UnhealthyDependents" : "ReconcilingDependents",
    message: unhealthy.map(({ type, status }) => `${type}=${status}`).join(", "),
  };
  return putCondition(conditions, change, object.metadata, now);
}

function withConditions<T extends ConditionedObject>(
  object: T,
  conditions: readonly Condition[],
): T {
  if (conditions === object.status.conditions) return object;
  return { ...object, status: { ...object.status, conditions } };
}
