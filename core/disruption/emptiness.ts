import { isConditionTrue } from "../state/index.ts";
import { Never } from "../units/index.ts";
import { type Candidate, isEmpty, isOfStaticNodePool } from "./candidate.ts";
import { consideredMove } from "./considered-move.ts";
import { sortCandidates } from "./consolidation.ts";
import type { DisruptionMethod, MethodDecision, MethodView } from "./method.ts";
import { nothing } from "./method.ts";
import { type Refusal, sentences } from "./reasons.ts";
import type { DisruptionView } from "./view.ts";

/**
 * Deletes nodes without pods that would have to be rescheduled, whatever the consolidation policy.
 *
 * There is no simulation: pods whose eviction costs nothing go, and may have to wait for a place.
 *
 * @see karpenter v1.14.1 pkg/controllers/disruption/emptiness.go Emptiness
 */
export const emptiness: DisruptionMethod = Object.freeze({
  name: "emptiness",
  reason: "Empty",
  disruptionClass: "graceful",
  consolidationType: "empty",
  isValidated: true,
  refuse,
  decide,
} as const);

function refuse(candidate: Candidate, view: DisruptionView): Refusal | undefined {
  const { name: nodeName, nodePool, nodeClaim, node, providerId } = candidate;
  const event = "Unconsolidatable" as const;
  if (isOfStaticNodePool(candidate)) {
    const sentence = sentences.staticNodePool(nodePool.metadata.name);
    return { nodeName, code: "disruption/static-node-pool", sentence };
  }
  if (nodePool.spec.disruption.consolidateAfter === Never) {
    const sentence = sentences.consolidationDisabled(nodePool.metadata.name);
    const blockedBy = { nodePool: nodePool.metadata.name };
    return { nodeName, code: "disruption/consolidation-disabled", sentence, event, blockedBy };
  }
  if (view.hasBufferPods(providerId)) {
    const sentence = sentences.bufferPods(node.metadata.name);
    return { nodeName, code: "disruption/buffer-pods", sentence, event };
  }
  if (!isEmpty(candidate)) {
    return { nodeName, code: "disruption/not-empty", sentence: sentences.notEmpty() };
  }
  if (isConditionTrue(nodeClaim, "Consolidatable")) return undefined;
  const sentence = sentences.notConsolidatable();
  return { nodeName, code: "disruption/not-consolidatable", sentence };
}

function decide({ candidates, budgets }: MethodView): MethodDecision {
  const empty: Candidate[] = [];
  const refusals: Refusal[] = [];
  for (const candidate of sortCandidates(candidates).filter(isEmpty)) {
    const { name: nodePoolName } = candidate.nodePool.metadata;
    if (budgets.take(nodePoolName)) empty.push(candidate);
    else refusals.push({ nodeName: candidate.name, ...budgets.refusal(nodePoolName) });
  }
  if (empty.length === 0) return { ...nothing, refusals, isConsolidated: refusals.length === 0 };
  const command = { candidates: empty, replacements: [] };
  const considered = [consideredMove(command, { verdict: "approved" })];
  return { ...nothing, refusals, considered, commands: [command] };
}
