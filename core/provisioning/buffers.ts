// What a provisioning run means for capacity buffers: condition Provisioning of each, and how many
// virtual pods each existing node was given, which keeps it from being deleted as empty.
import { type CapacityBuffer, objectKey, type Pod } from "../apis/index.ts";
import {
  bufferCondition,
  bufferKeyOf,
  conditionProvisioning,
  conditionReadyForProvisioning,
  isVirtualPod,
} from "../capacitybuffer/index.ts";
import type { ConditionChange } from "../state/index.ts";
import type { SchedulingResults } from "./scheduling-results.ts";

/** The part of a run's results that says where pods went. */
export type PlacedPods = Pick<SchedulingResults, "podErrors"> & {
  readonly newNodeClaims: readonly { readonly pods: readonly Pod[] }[];
  readonly existingNodes: readonly {
    readonly stateNode: { readonly providerId: string };
    readonly pods: readonly Pod[];
  }[];
};

/** How many virtual pods of a buffer fit on nodes that are there, need new ones, have no place. */
export interface BufferPlacement {
  existing: number;
  requiresNewClaim: number;
  failed: number;
}

/**
 * Where the virtual pods of each buffer went, by the buffer's key; buffers without any are absent.
 *
 * @see karpenter v1.14.1 pkg/controllers/provisioning/buffers.go classifyBufferPods
 */
export function classifyBufferPods(results: PlacedPods): ReadonlyMap<string, BufferPlacement> {
  const placements = new Map<string, BufferPlacement>();
  const count = (pods: Iterable<Pod>, outcome: keyof BufferPlacement): void => {
    for (const pod of pods) {
      const key = bufferKeyOf(pod);
      if (key === undefined) continue;
      const placement = placements.get(key) ?? { existing: 0, requiresNewClaim: 0, failed: 0 };
      placement[outcome]++;
      placements.set(key, placement);
    }
  };
  for (const { pods } of results.existingNodes) count(pods, "existing");
  for (const { pods } of results.newNodeClaims) count(pods, "requiresNewClaim");
  count(results.podErrors.keys(), "failed");
  return placements;
}

/**
 * Condition Provisioning after a run; `undefined` when the run says nothing about the buffer.
 *
 * @see karpenter v1.14.1 pkg/controllers/provisioning/buffers.go computeProvisioningCondition
 */
export function computeProvisioningCondition(
  buffer: CapacityBuffer,
  placement: BufferPlacement | undefined,
): ConditionChange | undefined {
  const type = conditionProvisioning;
  if (bufferCondition(buffer, conditionReadyForProvisioning)?.status !== "True") {
    const message = "Buffer is not ReadyForProvisioning";
    return { type, status: "False", reason: "NotReadyForProvisioning", message };
  }
  const desired = buffer.status.replicas ?? 0;
  if (desired === 0) {
    const message = "Buffer has zero desired replicas";
    return { type, status: "False", reason: "BufferEmpty", message };
  }
  if (placement === undefined) return undefined;
  const { existing, requiresNewClaim, failed } = placement;
  if (requiresNewClaim > 0 || failed > 0) {
    const message = `${requiresNewClaim}/${desired} virtual pods required new capacity, ${failed} failed`;
    return { type, status: "False", reason: "RequiresNewCapacity", message };
  }
  if (existing !== desired) return undefined;
  const message = `All ${desired} virtual pods fit on existing capacity`;
  return { type, status: "True", reason: "FitsExistingCapacity", message };
}

/** The conditions of all buffers, by key; those that a run says nothing about are absent. */
export function provisioningConditions(
  buffers: readonly CapacityBuffer[],
  results: PlacedPods,
): ReadonlyMap<string, ConditionChange> {
  const placements = classifyBufferPods(results);
  return new Map(
    buffers.flatMap((buffer) => {
      const key = objectKey(buffer);
      const condition = computeProvisioningCondition(buffer, placements.get(key));
      return condition === undefined ? [] : [[key, condition] as const];
    }),
  );
}

/**
 * How many virtual pods each existing machine was given, by provider id. Machines to be launched have
 * none yet, and are too young to be disrupted.
 *
 * @see karpenter v1.14.1 pkg/controllers/provisioning/buffers.go bufferPodCountsFromResults
 */
export function bufferPodCounts({
  existingNodes,
}: Pick<PlacedPods, "existingNodes">): ReadonlyMap<string, number> {
  return new Map(
    existingNodes.flatMap(({ stateNode, pods }) => {
      const count = pods.filter(isVirtualPod).length;
      return count === 0 ? [] : [[stateNode.providerId, count] as const];
    }),
  );
}
