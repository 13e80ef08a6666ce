// Kubernetes events of disruption.
import { type NodeClaim, objectKey } from "../apis/index.ts";
import { realPods } from "../capacitybuffer/index.ts";
import type { SchedulingResults } from "../provisioning/index.ts";
import type { ClusterEvent } from "../state/index.ts";
import { formatFixed } from "../units/index.ts";
import type { MoveScore } from "./balanced.ts";
import type { Candidate } from "./candidate.ts";
import { type Command, commandTextForNode, estimatedSavings } from "./command.ts";
import { sentences } from "./reasons.ts";

type About = Pick<ClusterEvent, "objectKind" | "objectKey">;

function normal(about: About, reason: string, message: string): ClusterEvent {
  return { type: "Normal", reason, message, ...about };
}

function onBoth(
  names: { readonly nodeName?: string; readonly nodeClaimName?: string },
  reason: string,
  message: string,
): readonly ClusterEvent[] {
  const { nodeName, nodeClaimName } = names;
  const node = { objectKind: "Node", objectKey: nodeName ?? "" } as const;
  const claim = { objectKind: "NodeClaim", objectKey: nodeClaimName ?? "" } as const;
  return [
    ...(nodeName === undefined ? [] : [normal(node, reason, message)]),
    ...(nodeClaimName === undefined ? [] : [normal(claim, reason, message)]),
  ];
}

function namesOf({ node, nodeClaim }: Candidate): {
  readonly nodeName: string;
  readonly nodeClaimName: string;
} {
  return { nodeName: node.metadata.name, nodeClaimName: nodeClaim.metadata.name };
}

/** The event about a refusal, on the Node and the NodeClaim as far as they exist. */
export function refusalEvents(
  names: { readonly nodeName?: string; readonly nodeClaimName?: string },
  reason: "DisruptionBlocked" | "Unconsolidatable",
  sentence: string,
): readonly ClusterEvent[] {
  return onBoth(names, reason, sentence);
}

/** Told while a replacement is being considered, also for moves that are dropped afterwards. */
export function consolidationCandidateEvents(command: Command): readonly ClusterEvent[] {
  const savings = formatFixed(estimatedSavings(command), 2);
  return command.candidates.flatMap((candidate) => {
    const text = commandTextForNode(command, candidate);
    const message = `Consolidation candidate: ${text} (savings: $${savings})`;
    return onBoth(namesOf(candidate), "ConsolidationCandidate", message);
  });
}

/** Told when a move has not stood the second look. */
export function consolidationRejectedEvents(
  command: Command,
  why: string,
): readonly ClusterEvent[] {
  const savings = formatFixed(estimatedSavings(command), 2);
  return command.candidates.flatMap((candidate) => {
    const text = commandTextForNode(command, candidate);
    const message = `Consolidation rejected: ${text}, reason: ${why} (savings: $${savings})`;
    return onBoth(namesOf(candidate), "ConsolidationRejected", message);
  });
}

function scoreMessage({ score, threshold, k, ...fractions }: MoveScore): string {
  const savings = formatFixed(fractions.savingsFraction * 100, 1);
  const disruption = formatFixed(fractions.disruptionFraction * 100, 1);
  return (
    `score ${formatFixed(score, 2)} >= threshold ${formatFixed(threshold, 2)} ` +
    `(k: ${k}, savings ${savings}%, disruption ${disruption}%)`
  );
}

/** A move of one node that its score let pass. */
export function consolidationApprovedEvents(
  candidate: Candidate,
  score: MoveScore,
): readonly ClusterEvent[] {
  return onBoth(namesOf(candidate), "ConsolidationApproved", scoreMessage(score));
}

/** A move of several nodes that a NodePool's score let pass. */
export function nodePoolApprovedEvent(nodePoolName: string, score: MoveScore): ClusterEvent {
  const about = { objectKind: "NodePool", objectKey: nodePoolName } as const;
  return normal(about, "ConsolidationApproved", scoreMessage(score));
}

/** A NodePool's budgets allow nothing. */
export function nodePoolBlockedEvent(nodePoolName: string, reason: string): ClusterEvent {
  const about = { objectKind: "NodePool", objectKey: nodePoolName } as const;
  return normal(about, "DisruptionBlocked", sentences.budgetExhausted(reason));
}

/** A command waits for this replacement. */
export function launchingEvents(
  nodeClaim: NodeClaim,
  reason: string,
  isInitialized: boolean,
): readonly ClusterEvent[] {
  const about = { objectKind: "NodeClaim", objectKey: nodeClaim.metadata.name } as const;
  const launching = normal(about, "DisruptionLaunching", `Launching NodeClaim: ${reason}`);
  if (isInitialized) return [launching];
  const message = "Waiting on readiness to continue disruption";
  return [launching, normal(about, "DisruptionWaitingReadiness", message)];
}

/** A command deletes this candidate. */
export function terminatingEvents(candidate: Candidate, reason: string): readonly ClusterEvent[] {
  const { nodeName, nodeClaimName } = namesOf(candidate);
  return [
    ...onBoth({ nodeName }, "DisruptionTerminating", `Disrupting Node: ${reason}`),
    ...onBoth({ nodeClaimName }, "DisruptionTerminating", `Disrupting NodeClaim: ${reason}`),
  ];
}

/**
 * What a started command's simulation says about pods: those without a place, and those that a
 * machine is kept for.
 *
 * @see karpenter v1.14.1 pkg/controllers/provisioning/scheduling/scheduler.go Results.Record
 */
export function resultEvents(results: SchedulingResults): readonly ClusterEvent[] {
  const failed = [...results.podErrors]
    .filter(([, { kind }]) => kind !== "reserved-offering")
    .map(([pod, { message }]): ClusterEvent => {
      const text = `Failed to schedule pod, ${message}`;
      const about = { objectKind: "Pod", objectKey: objectKey(pod) } as const;
      return { type: "Warning", reason: "FailedScheduling", message: text, ...about };
    });
  const nominated = results.existingNodes.flatMap(({ stateNode, pods }) => {
    const { node, nodeClaim } = stateNode;
    const parts = [
      ...(nodeClaim === undefined ? [] : [`nodeclaim/${nodeClaim.metadata.name}`]),
      ...(node === undefined ? [] : [`node/${node.metadata.name}`]),
    ];
    const text = `Pod should schedule on: ${parts.join(", ")}`;
    return realPods(pods).map((pod) =>
      normal({ objectKind: "Pod", objectKey: objectKey(pod) }, "Nominated", text),
    );
  });
  return [...failed, ...nominated];
}
