import { type CapacityType, capacityTypes, objectKey } from "../../core/apis/index.ts";
import { type InstanceType, offeringPrice } from "../../core/cloudprovider/index.ts";
import {
  type Candidate,
  commandText,
  decisionOf,
  estimatedSavings,
  type NodePoolScore,
  type Replacement,
  sumPrices,
} from "../../core/disruption/index.ts";
import type { MinValuesPolicy } from "../../core/provisioning/index.ts";
import type { UsdPerHour } from "../../core/units/index.ts";
import type { FoundCommand } from "./disruption-methods.ts";
import type {
  PlannedCandidate,
  PlannedCommand,
  PlannedReplacement,
  PlannedScore,
} from "./disruption-plan.ts";
import { type LaunchFacts, plannedNodeClaim } from "./planned-node-claim.ts";

/** A command as plain data, with what its replacements would be launched as. */
export function plannedCommand(
  { method, command, scores }: FoundCommand,
  facts: LaunchFacts,
  minValuesPolicy: MinValuesPolicy,
): PlannedCommand {
  const decision = decisionOf(command);
  const before = sumPrices(command.candidates);
  const savings = estimatedSavings(command);
  const names = new Set(
    command.candidates.map(({ reschedulablePods }) => reschedulablePods).flat(),
  );
  return {
    method: method.name,
    reason: method.reason,
    decision: decision === "replace" ? "replace" : "delete",
    candidates: command.candidates.map(plannedCandidate),
    replacements: command.replacements.map((it) => plannedReplacement(it, facts, minValuesPolicy)),
    existingNodes: (command.results?.existingNodes ?? [])
      .map(({ stateNode, pods }) => ({
        node: stateNode.name,
        pods: pods.filter((pod) => names.has(pod)).map(objectKey),
      }))
      .filter(({ pods }) => pods.length > 0),
    usdPerHourBefore: before,
    usdPerHourAfter: before - savings,
    savingsUsdPerHour: savings,
    scores: scores.map(plannedScore),
    isValidated: method.isValidated,
    message: commandText(command),
  };
}

function plannedCandidate(candidate: Candidate): PlannedCandidate {
  const { name, nodePool, instanceType, zone, capacityType, reschedulablePods } = candidate;
  const price = knownPrice(instanceType, zone, capacityType);
  return {
    node: name,
    nodePool: nodePool.metadata.name,
    ...(instanceType === undefined ? {} : { instanceType: instanceType.name }),
    ...(zone === undefined ? {} : { zone }),
    ...(capacityType === undefined ? {} : { capacityType }),
    ...(price === undefined ? {} : { usdPerHour: price }),
    pods: reschedulablePods.map(objectKey),
    rescheduleDisruptionCost: candidate.rescheduleDisruptionCost,
  };
}

/** What such a node costs per hour; undefined where nobody knows, which Karpenter counts as 0. */
export function knownPrice(
  instanceType: InstanceType | undefined,
  zone: string | undefined,
  capacityType: string | undefined,
): UsdPerHour | undefined {
  if (instanceType === undefined || zone === undefined) return undefined;
  const known = capacityTypes.find((each): each is CapacityType => each === capacityType);
  return known === undefined ? undefined : offeringPrice(instanceType, zone, known);
}

function plannedReplacement(
  replacement: Replacement,
  facts: LaunchFacts,
  minValuesPolicy: MinValuesPolicy,
): PlannedReplacement {
  if (replacement.kind === "static") {
    return { kind: "static", nodePool: replacement.nodePool.metadata.name };
  }
  return {
    kind: "scheduled",
    ...plannedNodeClaim(replacement.nodeClaim, facts, minValuesPolicy),
  };
}

function plannedScore({ nodePoolName, ...score }: NodePoolScore): PlannedScore {
  return {
    nodePool: nodePoolName,
    score: score.score,
    threshold: score.threshold,
    k: score.k,
    savingsPercent: 100 * score.savingsFraction,
    disruptionPercent: 100 * score.disruptionFraction,
    isApproved: score.isApproved,
  };
}
