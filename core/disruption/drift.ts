import { wholeLatency } from "../provisioning/index.ts";
import { conditionOf, isConditionTrue } from "../state/index.ts";
import { compareStrings, type SimTime } from "../units/index.ts";
import { type Candidate, isOfStaticNodePool } from "./candidate.ts";
import type { Command } from "./command.ts";
import { consideredMove, type ConsideredMove, refusedMove } from "./considered-move.ts";
import { type DisruptionMethod, type MethodDecision, type MethodView, nothing } from "./method.ts";
import { type Refusal, sentence, sentences } from "./reasons.ts";
import { nonPendingPodErrors, Simulator } from "./simulate-scheduling.ts";

/**
 * Replaces a drifted node, one at a time, by whatever its pods need and at any price.
 *
 * @see karpenter v1.14.1 pkg/controllers/disruption/drift.go Drift
 */
export const drift: DisruptionMethod = Object.freeze({
  name: "drift",
  reason: "Drifted",
  disruptionClass: "eventual",
  consolidationType: "",
  isValidated: false,
  refuse,
  decide,
} as const);

function refuse(candidate: Candidate): Refusal | undefined {
  const { name: nodeName, nodePool, nodeClaim } = candidate;
  if (isOfStaticNodePool(candidate)) {
    const text = sentences.staticNodePool(nodePool.metadata.name);
    return { nodeName, code: "disruption/static-node-pool", sentence: text };
  }
  if (isConditionTrue(nodeClaim, "Drifted")) return undefined;
  return { nodeName, code: "disruption/not-drifted", sentence: sentences.notDrifted() };
}

function decide(view: MethodView, now: SimTime): MethodDecision {
  const simulator = new Simulator(view, now);
  const refusals: Refusal[] = [];
  const considered: ConsideredMove[] = [];
  for (const candidate of inOrder(view.candidates)) {
    const { name: nodePoolName } = candidate.nodePool.metadata;
    if (view.budgets.remaining(nodePoolName) === 0) {
      refusals.push({ nodeName: candidate.name, ...view.budgets.refusal(nodePoolName) });
      continue;
    }
    const simulation = simulator.simulate([candidate], { isConsolidation: false });
    const took = wholeLatency(simulator.latencyMs);
    if (simulation.kind === "failed") {
      const error = `computing disruption decision, ${simulation.error}`;
      return { ...nothing, refusals, considered, took, error, events: simulator.podEvents() };
    }
    const outcome = outcomeOf(candidate, simulation);
    if (!("code" in outcome)) {
      considered.push(consideredMove(outcome, { verdict: "approved" }));
      const events = simulator.podEvents();
      return { ...nothing, refusals, considered, took, events, commands: [outcome] };
    }
    refusals.push(outcome);
    considered.push(refusedMove([candidate], outcome));
  }
  const took = wholeLatency(simulator.latencyMs);
  return { ...nothing, refusals, considered, took, events: simulator.podEvents() };
}

/**
 * The longest drifted first, ties by name; but nodes without reschedulable pods before all others:
 * else their room would be filled with pods that then have to move again.
 */
function inOrder(candidates: readonly Candidate[]): readonly Candidate[] {
  const sorted = candidates.toSorted(
    (a, b) => driftedSince(a) - driftedSince(b) || compareStrings(a.name, b.name),
  );
  const isVacant = ({ reschedulablePods }: Candidate): boolean => reschedulablePods.length === 0;
  return [...sorted.filter(isVacant), ...sorted.filter((it) => !isVacant(it))];
}

function driftedSince({ nodeClaim }: Candidate): number {
  return conditionOf(nodeClaim, "Drifted")?.lastTransitionTime ?? 0;
}

type Simulated = Exclude<ReturnType<Simulator["simulate"]>, { readonly kind: "failed" }>;

function outcomeOf(candidate: Candidate, simulation: Simulated): Command | Refusal {
  const { name: nodeName } = candidate;
  if (simulation.kind === "candidate-deleting") {
    const text = sentences.candidateDeleting();
    return { nodeName, code: "disruption/candidate-deleting", sentence: text };
  }
  const { results } = simulation;
  const errors = nonPendingPodErrors(results);
  if (errors !== undefined) {
    const text = sentence(errors.sentence);
    const told = { sentence: text, event: "DisruptionBlocked" } as const;
    const blockedBy = { pods: errors.podKeys };
    return { nodeName, code: "disruption/pods-would-not-schedule", ...told, blockedBy };
  }
  const replacements = results.newNodeClaims.map(
    (nodeClaim) => ({ kind: "scheduled", nodeClaim }) as const,
  );
  return { candidates: [candidate], replacements, results };
}
