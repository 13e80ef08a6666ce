/**
 * The arithmetic of Deployments: how large each ReplicaSet should be next. Pure; the controller
 * writes the sizes and comes back when pods have changed.
 */
import type { IntOrPercent } from "../../../core/apis/index.ts";
import { scaledValue } from "../disruption-budget.ts";

/** One ReplicaSet of a Deployment, as a rollout counts it. */
export interface ReplicaSetSize {
  readonly name: string;
  /** What its spec asks for. */
  readonly replicas: number;
  /** Pods that have been Ready for minReadySeconds. */
  readonly available: number;
  /** desired + maxSurge of the Deployment when this size was set. */
  readonly maxReplicasThen: number;
}

/** What the Deployment asks for. */
export interface RolloutGoal {
  readonly replicas: number;
  readonly maxSurge: number;
  readonly maxUnavailable: number;
}

/** New sizes by name; only those that change. */
export type NewSizes = ReadonlyMap<string, number>;

/**
 * Surge and unavailability in pods: surge rounds up, unavailability down, and if both come out as
 * zero one pod may be unavailable.
 *
 * @see kubernetes pkg/controller/deployment/util/deployment_util.go ResolveFenceposts
 */
export function rolloutGoal(
  replicas: number,
  maxSurge: IntOrPercent,
  maxUnavailable: IntOrPercent,
): RolloutGoal {
  const surge = scaledValue(maxSurge, replicas, "up");
  const unavailable = scaledValue(maxUnavailable, replicas, "down");
  const isStuck = surge === 0 && unavailable === 0;
  return {
    replicas,
    maxSurge: surge,
    maxUnavailable: Math.min(isStuck ? 1 : unavailable, replicas),
  };
}

/**
 * One step of a rolling update: grow the new ReplicaSet if there is room, else shrink the old ones,
 * unhealthy pods first. `oldest` lists the old ReplicaSets by age, oldest first.
 *
 * @see kubernetes pkg/controller/deployment/rolling.go rolloutRolling
 */
export function rollingUpdateStep(
  goal: RolloutGoal,
  newest: ReplicaSetSize,
  oldest: readonly ReplicaSetSize[],
): NewSizes {
  const grown = newReplicaSetSize(goal, newest, oldest);
  if (grown !== newest.replicas) return new Map([[newest.name, grown]]);
  return oldReplicaSetSizes(goal, newest, oldest);
}

function newReplicaSetSize(
  goal: RolloutGoal,
  newest: ReplicaSetSize,
  oldest: readonly ReplicaSetSize[],
): number {
  if (newest.replicas >= goal.replicas) return goal.replicas;
  const room = goal.replicas + goal.maxSurge - totalReplicas([newest, ...oldest]);
  if (room <= 0) return newest.replicas;
  return newest.replicas + Math.min(room, goal.replicas - newest.replicas);
}

/** @see kubernetes pkg/controller/deployment/rolling.go reconcileOldReplicaSets */
function oldReplicaSetSizes(
  goal: RolloutGoal,
  newest: ReplicaSetSize,
  oldest: readonly ReplicaSetSize[],
): NewSizes {
  const sizes = new Map<string, number>();
  if (totalReplicas(oldest) === 0) return sizes;
  const minAvailable = goal.replicas - goal.maxUnavailable;
  const newUnavailable = newest.replicas - newest.available;
  const removable = totalReplicas([newest, ...oldest]) - minAvailable - newUnavailable;
  if (removable <= 0) return sizes;
  let unhealthy = removable;
  for (const { name, replicas, available } of oldest) {
    const removed = Math.min(unhealthy, Math.max(0, replicas - available));
    if (removed === 0) continue;
    sizes.set(name, replicas - removed);
    unhealthy -= removed;
  }
  let healthy = newest.available - minAvailable;
  for (const { available } of oldest) healthy += available;
  for (const { name, replicas } of oldest) {
    const size = sizes.get(name) ?? replicas;
    const removed = Math.min(Math.max(0, healthy), size);
    if (removed === 0) continue;
    sizes.set(name, size - removed);
    healthy -= removed;
  }
  return sizes;
}

/**
 * Spreads a change of the Deployment's replicas over the ReplicaSets of a running rollout, in
 * proportion to their sizes; what rounding leaves goes to the first. `newestFirst` lists those that
 * have replicas.
 *
 * @see kubernetes pkg/controller/deployment/sync.go scale
 */
export function proportionalSizes(
  goal: RolloutGoal,
  newestFirst: readonly ReplicaSetSize[],
): NewSizes {
  const allowed = goal.replicas > 0 ? goal.replicas + goal.maxSurge : 0;
  const toAdd = allowed - totalReplicas(newestFirst);
  const sizes = new Map<string, number>();
  if (toAdd === 0) return sizes;
  const position = new Map(newestFirst.map((set, index) => [set.name, index]));
  const age = (set: ReplicaSetSize): number => position.get(set.name) ?? 0;
  const ordered = [...newestFirst].sort(
    (a, b) => b.replicas - a.replicas || (toAdd > 0 ? age(a) - age(b) : age(b) - age(a)),
  );
  let added = 0;
  for (const set of ordered) {
    const share = proportion(goal, set);
    const rest = toAdd - added;
    const change = toAdd > 0 ? Math.min(share, rest) : Math.max(share, rest);
    sizes.set(set.name, set.replicas + change);
    added += change;
  }
  const [first] = ordered;
  if (first !== undefined) {
    const size = (sizes.get(first.name) ?? first.replicas) + toAdd - added;
    sizes.set(first.name, Math.max(0, size));
  }
  return sizes;
}

/** @see kubernetes pkg/controller/deployment/util/deployment_util.go getReplicaSetFraction */
function proportion(goal: RolloutGoal, set: ReplicaSetSize): number {
  if (goal.replicas === 0) return -set.replicas;
  const size = (set.replicas * (goal.replicas + goal.maxSurge)) / Math.max(1, set.maxReplicasThen);
  return Math.round(size) - set.replicas;
}

function totalReplicas(sets: readonly ReplicaSetSize[]): number {
  let total = 0;
  for (const { replicas } of sets) total += replicas;
  return total;
}
