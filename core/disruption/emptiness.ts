import { isConditionTrue } from "../state/index.ts";
import { Never } from "../units/index.ts";
import { type Candidate, isEmpty, isOfStaticNodePool } from "./candidate.ts";
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
    return { nodeName, code: "disruption/consolidation-disabled", sentence, event };
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
    if (budgets.take(candidate.nodePool.metadata.name)) empty.push(candidate);
    else refusals.push(budgetRefusal(candidate));
  }
  if (empty.length === 0) return { ...nothing, refusals, isConsolidated: refusals.length === 0 };
  return { ...nothing, refusals, commands: [{ candidates: empty, replacements: [] }] };
}

function budgetRefusal({ name: nodeName }: Candidate): Refusal {
  const sentence = sentences.budgetExhausted("Empty");
  return { nodeName, code: "disruption/budget-exhausted", sentence };
}
