// What multi-node and single-node consolidation share: which nodes they consider, in which order,
// and what can become of a set of nodes.
import { labelCapacityType, labelInstanceType } from "../apis/index.ts";
import { orderByPrice } from "../cloudprovider/index.ts";
import type { SchedulingNodeClaim } from "../provisioning/index.ts";
import { type ClusterEvent, isConditionTrue } from "../state/index.ts";
import { compareStrings, Never } from "../units/index.ts";
import { type Candidate, isEmpty, isOfStaticNodePool, savingsRatio } from "./candidate.ts";
import { type Command, sumPrices } from "./command.ts";
import { consolidationCandidateEvents } from "./events.ts";
import { busyRefusal, experimentRefusal } from "./experiments.ts";
import { removeDearTypes, type SetRefusal, withCapacityType } from "./price-filter.ts";
import { type BlockedBy, type Refusal, type RefusalCode, sentence, sentences } from "./reasons.ts";
import { nonPendingPodErrors, type Simulator } from "./simulate-scheduling.ts";
import { spotToSpotOptions } from "./spot-to-spot.ts";
import type { DisruptionView } from "./view.ts";

/**
 * Orders candidates by savings per unit of disruption, best first; ties by node name.
 *
 * Disruption cost is at least 1, so the ratio is finite. Differs: upstream leaves ties to an
 * unstable sort.
 *
 * @see karpenter v1.14.1 pkg/controllers/disruption/consolidation.go sortCandidates
 */
export function sortCandidates(candidates: readonly Candidate[]): readonly Candidate[] {
  return candidates.toSorted(
    (a, b) => savingsRatio(b) - savingsRatio(a) || compareStrings(a.name, b.name),
  );
}

/**
 * Why a candidate isn't considered for multi-node and single-node consolidation.
 *
 * @see karpenter v1.14.1 pkg/controllers/disruption/consolidation.go ShouldDisrupt
 */
export function refuseConsolidation(
  candidate: Candidate,
  { options }: Pick<DisruptionView, "options">,
): Refusal | undefined {
  const { name: nodeName, nodePool, nodeClaim, stateNode } = candidate;
  const nodePoolName = nodePool.metadata.name;
  const { consolidateAfter, consolidationPolicy } = nodePool.spec.disruption;
  const told = (code: RefusalCode, text: string, blockedBy?: BlockedBy): Refusal => {
    const refusal = { nodeName, code, sentence: text, event: "Unconsolidatable" } as const;
    return blockedBy === undefined ? refusal : { ...refusal, blockedBy };
  };
  if (isOfStaticNodePool(candidate)) {
    const text = sentences.staticNodePool(nodePoolName);
    return { nodeName, code: "disruption/static-node-pool", sentence: text };
  }
  if (candidate.instanceType === undefined) {
    const text = sentences.instanceTypeNotFound(stateNode.labels[labelInstanceType] ?? "");
    return told("disruption/instance-type-not-found", text);
  }
  if (candidate.capacityType === undefined) {
    return told("disruption/no-capacity-type-label", sentences.noCapacityTypeLabel());
  }
  if (candidate.zone === undefined) {
    return told("disruption/no-zone-label", sentences.noZoneLabel());
  }
  if (consolidateAfter === Never) {
    const text = sentences.consolidationDisabled(nodePoolName);
    return told("disruption/consolidation-disabled", text, { nodePool: nodePoolName });
  }
  if (isEmpty(candidate)) {
    return { nodeName, code: "disruption/empty", sentence: sentences.empty() };
  }
  if (consolidationPolicy === "WhenEmpty") {
    const text = sentences.policyWhenEmpty(nodePoolName);
    return told("disruption/policy-when-empty", text, { nodePool: nodePoolName });
  }
  if (isConditionTrue(nodeClaim, "Consolidatable")) return busyRefusal(candidate, options);
  const text = sentences.notConsolidatable();
  return { nodeName, code: "disruption/not-consolidatable", sentence: text };
}

/** What can become of a set of nodes. */
export type ConsolidationOutcome =
  | {
      readonly kind: "command";
      readonly command: Command;
      readonly events: readonly ClusterEvent[];
    }
  | {
      readonly kind: "refused";
      readonly refusal: SetRefusal;
      /** What could be done were it not for the refusal, replacements of any price included. */
      readonly command?: Command;
    }
  | { readonly kind: "failed"; readonly error: string };

function refused(code: RefusalCode, text: string, blockedBy?: BlockedBy): ConsolidationOutcome {
  const refusal = { code, sentence: text, event: "Unconsolidatable" } as const;
  return {
    kind: "refused",
    refusal: blockedBy === undefined ? refusal : { ...refusal, blockedBy },
  };
}

/**
 * Whether the candidates can be deleted, or replaced by one cheaper machine.
 *
 * Every new NodeClaim of the simulation counts, also one that only pending pods need: outstanding
 * demand turns deletes into replacements, or stands in their way.
 *
 * @see karpenter v1.14.1 pkg/controllers/disruption/consolidation.go computeConsolidation
 */
export function computeConsolidation(
  candidates: readonly Candidate[],
  simulator: Simulator,
  view: DisruptionView,
): ConsolidationOutcome {
  const simulation = simulator.simulate(candidates, { isConsolidation: true });
  if (simulation.kind === "failed") return simulation;
  if (simulation.kind === "candidate-deleting") {
    const text = sentences.candidateDeleting();
    return { kind: "refused", refusal: { code: "disruption/candidate-deleting", sentence: text } };
  }
  const { results } = simulation;
  const errors = nonPendingPodErrors(results);
  if (errors !== undefined) {
    const by = { pods: errors.podKeys };
    return refused("disruption/pods-would-not-schedule", sentence(errors.sentence), by);
  }
  const [nodeClaim] = results.newNodeClaims;
  if (nodeClaim === undefined) {
    const command = { candidates, replacements: [], results };
    return experimentRefusal(command, view.options) ?? { kind: "command", command, events: [] };
  }
  if (results.newNodeClaims.length > 1) {
    const text = sentences.moreThanOneReplacement(results.newNodeClaims.length);
    return refused("disruption/more-than-one-replacement", text);
  }
  const ordered = orderTypes(nodeClaim);
  const narrowed = narrowReplacement(candidates, ordered, view);
  if ("code" in narrowed) {
    const dear = { candidates, replacements: [{ kind: "scheduled", nodeClaim: ordered } as const] };
    return { kind: "refused", refusal: narrowed, command: dear };
  }
  const replacements = [{ kind: "scheduled", nodeClaim: narrowed } as const];
  const command = { candidates, replacements, results };
  const events = consolidationCandidateEvents(command);
  return experimentRefusal(command, view.options) ?? { kind: "command", command, events };
}

function orderTypes(nodeClaim: SchedulingNodeClaim): SchedulingNodeClaim {
  const { instanceTypeOptions, requirements } = nodeClaim;
  return { ...nodeClaim, instanceTypeOptions: orderByPrice(instanceTypeOptions, requirements) };
}

/** The replacement, left with what is cheaper than the candidates; types come ordered by price. */
function narrowReplacement(
  candidates: readonly Candidate[],
  nodeClaim: SchedulingNodeClaim,
  view: DisruptionView,
): SchedulingNodeClaim | SetRefusal {
  const price = sumPrices(candidates);
  const admits = nodeClaim.requirements.get(labelCapacityType);
  const areAllSpot = candidates.every(({ capacityType }) => capacityType === "spot");
  if (areAllSpot && admits.has("spot")) {
    return spotToSpotOptions(candidates.length, nodeClaim, price, view.options);
  }
  const cheaper = removeDearTypes(nodeClaim, price);
  if ("code" in cheaper) return cheaper;
  // Prices were judged as if spot were launched; without this, on-demand could be, at a higher price.
  return admits.has("spot") && admits.has("on-demand")
    ? withCapacityType(cheaper, "spot")
    : cheaper;
}
