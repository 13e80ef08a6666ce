import {
  labelNodePool,
  type ManifestObject,
  type Node,
  objectKey,
  type Pod,
  type PodDisruptionBudget,
} from "../../core/apis/index.ts";
import { PdbLimits } from "../../core/disruption/index.ts";
import { compareStrings, type SimTime } from "../../core/units/index.ts";
import { heldByBudgets, protectedPods } from "../snapshot/held-pods.ts";
import type { HeldNode } from "./budget-report.ts";

/**
 * Karpenter's nodes that pods of the snapshot hold at a time, by name, each with the pods and their
 * rules. PodDisruptionBudgets count as their status says; one without a status holds nothing.
 */
export function heldNodes(objects: readonly ManifestObject[], now: SimTime): readonly HeldNode[] {
  const podDisruptionBudgets = objects.filter(
    (object): object is PodDisruptionBudget =>
      object.kind === "PodDisruptionBudget" && hasCounts(object),
  );
  const facts = { now, podDisruptionBudgets, pdbLimits: new PdbLimits(podDisruptionBudgets) };
  const podsByNode = new Map<string, Pod[]>();
  for (const object of objects) {
    if (object.kind !== "Pod" || object.spec.nodeName === undefined) continue;
    const pods = podsByNode.get(object.spec.nodeName);
    if (pods === undefined) podsByNode.set(object.spec.nodeName, [object]);
    else pods.push(object);
  }
  return objects
    .filter((object): object is Node => object.kind === "Node")
    .toSorted((a, b) => compareStrings(a.metadata.name, b.metadata.name))
    .flatMap(({ metadata }): readonly HeldNode[] => {
      const nodePool = metadata.labels[labelNodePool];
      const pods = (podsByNode.get(metadata.name) ?? []).toSorted((a, b) =>
        compareStrings(objectKey(a), objectKey(b)),
      );
      const details = [...protectedPods(pods, now), ...heldByBudgets(pods, facts)];
      if (nodePool === undefined || details.length === 0) return [];
      return [{ node: metadata.name, nodePool, details }];
    });
}

/** Whether the disruption controller has counted the budget's pods. */
export function hasCounts({ status }: PodDisruptionBudget): boolean {
  return status.expectedPods + status.currentHealthy + status.desiredHealthy > 0;
}
