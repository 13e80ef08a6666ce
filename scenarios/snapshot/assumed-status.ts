// What a snapshot does not say and Karpenter or Kubernetes would have written by its time. What it
// does say stands, even where time has passed over it.
import {
  controllerOf,
  type Ec2NodeClass,
  labelInstanceType,
  labelNodeInitialized,
  labelNodePool,
  type Node,
  type NodeClaim,
  type NodePool,
  objectKey,
  type Pod,
  type PodDisruptionBudget,
} from "../../core/apis/index.ts";
import type { InstanceType } from "../../core/cloudprovider/index.ts";
import { decideConsolidatable, nodePoolDrift } from "../../core/lifecycle/index.ts";
import { labelSelectorMatches } from "../../core/scheduling/index.ts";
import {
  type ClusterObject,
  conditionStatus,
  isConditionTrue,
  isTerminal,
  isTerminating,
  setCondition,
} from "../../core/state/index.ts";
import type { SimTime } from "../../core/units/index.ts";
import { nodeClassDrift } from "../../sim/aws/index.ts";
import { budgetCounts } from "../../sim/kube/index.ts";
import { some } from "./plan-notes.ts";

/** The objects with what they lacked, and a sentence for each kind of assumption. */
export interface AssumedStatus {
  readonly objects: readonly ClusterObject[];
  readonly notes: readonly string[];
}

interface Assumed {
  readonly initialized: string[];
  readonly drifted: string[];
  readonly consolidatable: string[];
  readonly budgets: string[];
}

/**
 * Completes NodeClaims and PodDisruptionBudgets that lack what disruption reads of their status: the
 * conditions Initialized, Drifted and Consolidatable, and the counts of budgets.
 */
export function assumeStatus(
  objects: readonly ClusterObject[],
  types: ReadonlyMap<string, readonly InstanceType[]>,
  now: SimTime,
): AssumedStatus {
  const assumed: Assumed = { initialized: [], drifted: [], consolidatable: [], budgets: [] };
  const nodes = new Map<string, Node>();
  const nodePools = new Map<string, NodePool>();
  const nodeClasses = new Map<string, Ec2NodeClass>();
  for (const object of objects) {
    if (object.kind === "Node") nodes.set(object.spec.providerId, object);
    if (object.kind === "NodePool") nodePools.set(object.metadata.name, object);
    if (object.kind === "EC2NodeClass") nodeClasses.set(object.metadata.name, object);
  }
  const completed = objects.map((object) => {
    if (object.kind === "PodDisruptionBudget") return withCounts(object, objects, assumed);
    if (object.kind !== "NodeClaim") return object;
    if (object.metadata.deletionTimestamp !== undefined) return object;
    const node = nodes.get(object.status.providerId ?? "");
    const nodePool = nodePools.get(object.metadata.labels[labelNodePool] ?? "");
    const nodeClaim = withInitialized(object, node, assumed, now);
    if (nodePool === undefined) return nodeClaim;
    const drift = driftOf(nodeClaim, nodePool, nodeClasses, types);
    return withDisruptionConditions(nodeClaim, nodePool, drift, assumed, now);
  });
  return { objects: completed, notes: notesOf(assumed) };
}

/** A snapshot written by hand may say of the Node alone that it is initialized. */
function withInitialized(
  nodeClaim: NodeClaim,
  node: Node | undefined,
  assumed: Assumed,
  now: SimTime,
): NodeClaim {
  const isSaid = nodeClaim.status.conditions.some(({ type }) => type === "Initialized");
  if (isSaid || node?.metadata.labels[labelNodeInitialized] !== "true") return nodeClaim;
  assumed.initialized.push(nodeClaim.metadata.name);
  const { creationTimestamp } = node.metadata;
  const at = creationTimestamp > 0 ? creationTimestamp : now;
  return (["Launched", "Registered", "Initialized"] as const).reduce(
    (object, type) => setCondition(object, { type, status: "True" }, at),
    nodeClaim,
  );
}

/**
 * Why the NodeClaim has drifted, as far as a snapshot tells. Whether its instance type is still
 * offered is left out: one that the catalogue doesn't know is no reason to disrupt.
 *
 * @see karpenter v1.14.1 pkg/controllers/nodeclaim/disruption/drift.go Drift.isDrifted
 */
function driftOf(
  nodeClaim: NodeClaim,
  nodePool: NodePool,
  nodeClasses: ReadonlyMap<string, Ec2NodeClass>,
  types: ReadonlyMap<string, readonly InstanceType[]>,
): string | undefined {
  if (!isConditionTrue(nodeClaim, "Launched")) return undefined;
  const reason = nodePoolDrift(nodePool, nodeClaim);
  if (reason !== undefined) return reason;
  const nodeClass = nodeClasses.get(nodePool.spec.template.spec.nodeClassRef.name);
  if (nodeClass === undefined) return undefined;
  const name = nodeClaim.metadata.labels[labelInstanceType];
  const type = types.get(nodePool.metadata.name)?.find((it) => it.name === name);
  // What only the instance could tell (its subnet, its security groups) is not in a snapshot.
  const result = nodeClassDrift({
    nodeClaim,
    nodeClass,
    typeRequirements: type?.requirements,
    instance: undefined,
  });
  return result.kind === "drifted" ? result.reason : undefined;
}

/** What Karpenter's NodeClaim controller would have written: it looks every five minutes. */
function withDisruptionConditions(
  nodeClaim: NodeClaim,
  nodePool: NodePool,
  reason: string | undefined,
  assumed: Assumed,
  now: SimTime,
): NodeClaim {
  let result = nodeClaim;
  const { name } = nodeClaim.metadata;
  if (reason !== undefined && conditionStatus(nodeClaim, "Drifted") === undefined) {
    assumed.drifted.push(`${name}: ${reason}`);
    const change = { type: "Drifted", status: "True", reason, message: reason } as const;
    result = setCondition(result, change, now);
  }
  if (nodePool.spec.replicas !== undefined) return result;
  if (conditionStatus(nodeClaim, "Consolidatable") !== undefined) return result;
  const decided = decideConsolidatable(nodePool, result, now).nodeClaim;
  if (isConditionTrue(decided, "Consolidatable")) assumed.consolidatable.push(name);
  return decided;
}

/** Counts that are all zero although pods match were never written. */
function withCounts(
  budget: PodDisruptionBudget,
  objects: readonly ClusterObject[],
  assumed: Assumed,
): PodDisruptionBudget {
  const { disruptionsAllowed, currentHealthy, desiredHealthy, expectedPods } = budget.status;
  if (disruptionsAllowed + currentHealthy + desiredHealthy + expectedPods > 0) return budget;
  const { namespace } = budget.metadata;
  const pods = objects.filter(
    (object): object is Pod =>
      object.kind === "Pod" &&
      object.metadata.namespace === namespace &&
      !isTerminal(object) &&
      labelSelectorMatches(budget.spec.selector, object.metadata.labels),
  );
  if (pods.length === 0) return budget;
  assumed.budgets.push(objectKey(budget));
  const counts = budgetCounts(budget.spec, {
    currentHealthy: pods.filter(isTakenAsHealthy).length,
    matchingPods: pods.length,
    controllerScale: controllerScale(pods, objects),
  });
  return { ...budget, status: { ...budget.status, ...counts } };
}

function isTakenAsHealthy(pod: Pod): boolean {
  if (isTerminating(pod)) return false;
  const ready = pod.status.conditions.find(({ type }) => type === "Ready");
  return ready === undefined ? pod.status.phase === "Running" : ready.status === "True";
}

/** What the pods' controllers want; of a controller that is not in the snapshot, what it has. */
function controllerScale(pods: readonly Pod[], objects: readonly ClusterObject[]): number {
  const counts = new Map<string, number>();
  for (const pod of pods) {
    const owner = controllerOf(pod);
    if (owner === undefined) continue;
    const key = `${owner.kind} ${pod.metadata.namespace}/${owner.name}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  let scale = 0;
  for (const [key, count] of counts) {
    const controller = objects.find((object) => `${object.kind} ${objectKey(object)}` === key);
    const isScaled = controller?.kind === "ReplicaSet" || controller?.kind === "StatefulSet";
    scale += isScaled ? controller.spec.replicas : count;
  }
  return scale;
}

function notesOf({ initialized, drifted, consolidatable, budgets }: Assumed): readonly string[] {
  const notes: string[] = [];
  if (initialized.length > 0) {
    const names = some(initialized, "NodeClaim");
    notes.push(`${names} without an Initialized condition: taken from the label of the Node`);
  }
  if (drifted.length > 0) {
    const names = some(drifted, "NodeClaim");
    notes.push(
      `${names} without a Drifted condition, although NodePool or EC2NodeClass have moved on: ` +
        "taken as drifted",
    );
  }
  if (consolidatable.length > 0) {
    const names = some(consolidatable, "NodeClaim");
    notes.push(
      `${names} without a Consolidatable condition, although consolidateAfter has passed: taken ` +
        "as consolidatable",
    );
  }
  if (budgets.length > 0) {
    const names = some(budgets, "PodDisruptionBudget");
    notes.push(`${names} without counts in the status: counted from the pods of the snapshot`);
  }
  return notes;
}
