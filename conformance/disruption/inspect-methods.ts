/** What each of the core's methods decides on a case, as if it were the only one. */
import {
  buildBudgetMapping,
  type Command,
  type ConsideredMove,
  computeNodePoolTotals,
  decideMethod,
  decisionOf,
  type DisruptionMethod,
  disruptionMethods,
  doNotDisruptEvents,
  estimatedSavings,
  ListedView,
  type NodePoolScore,
  type Refusal,
  type Replacement,
} from "../../core/disruption/index.ts";
import type { ClusterEvent } from "../../core/state/index.ts";
import { describeNodeClaim } from "../decide.ts";
import type { CaseWorld } from "./case-world.ts";
import type {
  DecidedCommand,
  DecidedEvaluation,
  DecidedEvent,
  DecidedMethod,
  DecidedReplacement,
  DecidedScores,
} from "./cases.ts";

export function inspectMethods(world: CaseWorld): readonly DecidedMethod[] {
  return disruptionMethods.map((method) => inspectMethod(world, method));
}

function inspectMethod(world: CaseWorld, method: DisruptionMethod): DecidedMethod {
  const listed = new ListedView(world.view(), world.now);
  const { view } = listed;
  const listing = listed.listing(method.disruptionClass);
  const { candidates, refusals } = listed.candidatesOf(method);
  const budgets = buildBudgetMapping(view, method.reason, world.now);
  const totals =
    method.reason === "Underutilized" ? computeNodePoolTotals(view, listing.candidates) : new Map();
  const decision = decideMethod(method, listed, candidates, []);
  const isAsked = candidates.length > 0;
  const allRefusals = [...listing.refusals, ...refusals, ...decision.refusals];
  const blocked = isAsked ? budgets.blocked() : [];
  const events = uniqueEvents([
    ...allRefusals.flatMap((it) => refusalEvents(world, it)),
    ...blocked.map((name) => ({
      object: `NodePool ${name}`,
      reason: "DisruptionBlocked",
      message: `No allowed disruptions for disruption reason ${method.reason} due to blocking budget`,
    })),
    ...[...doNotDisruptEvents(listed, listing), ...decision.events].map(describeEvent),
  ]);
  return {
    method: method.name,
    ...(decision.error === undefined ? {} : { error: decision.error }),
    candidates: candidates.map(({ name, priceUsdPerHour, rescheduleDisruptionCost }) => ({
      name,
      price: priceUsdPerHour,
      rescheduleDisruptionCost,
    })),
    budgets: Object.fromEntries(
      (isAsked ? budgets.nodePools : []).map(({ nodePoolName }) => [
        nodePoolName,
        budgets.remaining(nodePoolName),
      ]),
    ),
    totals: Object.fromEntries(
      [...(isAsked ? totals : [])].map(([name, { totalCost, totalDisruptionCost }]) => [
        name,
        { cost: totalCost, disruptionCost: totalDisruptionCost },
      ]),
    ),
    commands: decision.commands.map(describeCommand),
    scored: evaluationsOf(decision.considered),
    events: events.filter((it) => !isAboutAnnotation(it)),
    podEvents: events.filter(isAboutAnnotation),
  };
}

function describeCommand(command: Command): DecidedCommand {
  const candidates = command.candidates.map(({ name }) => name);
  const replacements = command.replacements.map(describeReplacement);
  const { length } = replacements;
  const arrow = length === 0 ? "" : ` -> [${length} replacement${length === 1 ? "" : "s"}]`;
  const decision = decisionOf(command);
  return {
    decision,
    candidates,
    replacements,
    savings: estimatedSavings(command),
    text: `${decision}: [${candidates.join(", ")}]${arrow}`,
  };
}

function describeReplacement(replacement: Replacement): DecidedReplacement {
  if (replacement.kind === "scheduled") {
    return { ...describeNodeClaim(replacement.nodeClaim), isStatic: false };
  }
  const nodePool = replacement.nodePool.metadata.name;
  return { nodePool, pods: [], instanceTypes: [], requirements: [], requests: {}, isStatic: true };
}

/** Every move that was scored; upstream's harness doesn't hear of those given up before. */
function evaluationsOf(considered: readonly ConsideredMove[]): readonly DecidedEvaluation[] {
  return considered
    .filter(({ scores, refusal }) => scores.length > 0 && refusal?.code !== bestScoreTooLow)
    .map(({ candidates, verdict, scores }) => ({
      candidates,
      isApproved: verdict !== "refused",
      scores: describeScores(scores),
    }));
}

const bestScoreTooLow = "disruption/best-score-too-low";

/** By NodePool. */
export function describeScores(scores: readonly NodePoolScore[]): DecidedScores {
  const entries = scores.map(({ nodePoolName, score, ...rest }) => {
    const { savingsFraction, disruptionFraction, isApproved } = rest;
    const text = String(score);
    return [nodePoolName, { score: text, savingsFraction, disruptionFraction, isApproved }];
  });
  return Object.fromEntries(entries) as DecidedScores;
}

function refusalEvents({ state }: CaseWorld, refusal: Refusal): readonly DecidedEvent[] {
  const { nodeName, event: reason, sentence: message } = refusal;
  if (reason === undefined) return [];
  const { node, nodeClaim } = state.byNodeName(nodeName) ?? state.byNodeClaimName(nodeName) ?? {};
  return [node, nodeClaim].flatMap((it) =>
    it === undefined ? [] : [{ object: `${it.kind} ${it.metadata.name}`, reason, message }],
  );
}

export function describeEvent({
  objectKind,
  objectKey,
  reason,
  message,
}: ClusterEvent): DecidedEvent {
  return { object: `${objectKind} ${objectKey}`, reason, message };
}

/** Whether an event is about a pod's do-not-disrupt annotation. */
export function isAboutAnnotation({ reason }: DecidedEvent): boolean {
  return /^(DoNotDisrupt|InvalidDoNotDisrupt)/.test(reason);
}

/** Order and key of events. */
export function eventText({ object, reason, message }: DecidedEvent): string {
  return `${object} ${reason} ${message}`;
}

function uniqueEvents(events: readonly DecidedEvent[]): readonly DecidedEvent[] {
  const byText = new Map(events.map((event) => [eventText(event), event]));
  return [...byText].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, event]) => event);
}
