// What stands behind the sentence with which a node stays: the pods that hold it and by which rule,
// conditions with their time, and what uses up a budget.
import {
  type BudgetReason,
  labelNodePool,
  type NodeClaim,
  type NodePool,
  type Pod,
} from "../../core/apis/index.ts";
import { bufferKeyOf } from "../../core/capacitybuffer/index.ts";
import { type ConsideredMove, type RefusalCode } from "../../core/disruption/index.ts";
import { consolidateAfterStart, isConditionTrue, type StateNode } from "../../core/state/index.ts";
import {
  after,
  formatFixed,
  formatTime,
  formatUsdPerHour,
  Never,
  usdPerHour,
} from "../../core/units/index.ts";
import { writtenDuration } from "../calendar/budget-text.ts";
import type { PlannedBudget } from "./disruption-plan.ts";
import { heldByBudgets, type HoldFacts, protectedPods } from "./held-pods.ts";

/** What details are made of. */
export interface DetailFacts extends HoldFacts {
  readonly budgets: readonly PlannedBudget[];
  /** Names of nodes that use up budgets, by NodePool. */
  readonly disruptingByNodePool: ReadonlyMap<string, readonly string[]>;
  /** Pods that the plan sends to a node, by its name. */
  readonly nominatedPods: ReadonlyMap<string, readonly string[]>;
  /** Virtual pods of CapacityBuffers that the plan keeps room for on a node, by its name. */
  readonly virtualPods: ReadonlyMap<string, readonly Pod[]>;
  /** Of NodeClaims that a command under way holds. */
  readonly underWay: ReadonlySet<string>;
  podsOnNode(nodeName: string): readonly Pod[];
  nodePool(name: string): NodePool | undefined;
}

/** A refusal as far as its details go; the reason is that of the method which refused. */
export interface DetailedRefusal {
  readonly code: RefusalCode;
  readonly reason?: BudgetReason | undefined;
  readonly move?: ConsideredMove | undefined;
}

/** Details of the refusal of a node, if there is one, and of a node that is not ready; a line each. */
export function stayDetails(
  stateNode: StateNode,
  refusal: DetailedRefusal | undefined,
  facts: DetailFacts,
): readonly string[] {
  const { node, nodeClaim } = stateNode;
  const pods = node === undefined ? [] : facts.podsOnNode(node.metadata.name);
  return [
    ...(refusal === undefined ? [] : detailsOfCode(stateNode, refusal, pods, facts)),
    ...(refusal?.move === undefined ? [] : moveText(refusal.move)),
    ...readiness(stateNode, facts),
    ...(nodeClaim === undefined ? [] : underWay(nodeClaim, facts)),
  ];
}

function detailsOfCode(
  stateNode: StateNode,
  { code, reason }: DetailedRefusal,
  pods: readonly Pod[],
  facts: DetailFacts,
): readonly string[] {
  const { nodeClaim, name, labels } = stateNode;
  switch (code) {
    case "disruption/pod-do-not-disrupt":
      return protectedPods(pods, facts.now);
    case "disruption/pdb-blocks":
    case "disruption/multiple-pdbs":
      return heldByBudgets(pods, facts);
    case "disruption/deleting":
      return deletion(stateNode, pods, facts);
    case "disruption/not-initialized":
    case "disruption/no-node":
      return nodeClaim === undefined ? [] : unfinished(nodeClaim);
    case "disruption/nominated":
      return (facts.nominatedPods.get(name) ?? []).map((pod) => `for pod ${pod}`);
    case "disruption/buffer-pods":
      return roomForBuffers(facts.virtualPods.get(name) ?? []);
    case "disruption/not-consolidatable":
      return nodeClaim === undefined ? [] : consolidatableAt(nodeClaim, facts);
    case "disruption/budget-exhausted":
      return budgetUse(labels[labelNodePool] ?? "", reason, facts);
    default:
      return [];
  }
}

/** `replace by c6a.large: $0.1 before, $0.09 after`, of a move that was possible and not made. */
function moveText(move: ConsideredMove): readonly string[] {
  const { decision, usdPerHourBefore, usdPerHourAfter, replacements, scores } = move;
  if (decision === "no-op" || usdPerHourAfter === undefined) return [];
  const [first] = replacements.flatMap(({ instanceTypes }) => instanceTypes);
  const by = first === undefined ? "" : ` by ${first}`;
  const prices = [usdPerHourBefore, usdPerHourAfter].map((it) => formatUsdPerHour(usdPerHour(it)));
  const shares = scores.map(
    (it) =>
      `; savings ${formatFixed(100 * it.savingsFraction, 1)}%, ` +
      `disruption ${formatFixed(100 * it.disruptionFraction, 1)}% of ${it.nodePoolName}`,
  );
  return [`${decision}${by}: ${prices[0]} before, ${prices[1]} after${shares.join("")}`];
}

/** `room for 2 pods of CapacityBuffer shop/spare`, a line each. */
function roomForBuffers(pods: readonly Pod[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const pod of pods) {
    const key = bufferKeyOf(pod) ?? "";
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return [...counts].map(
    ([key, count]) => `room for ${count} pod${count === 1 ? "" : "s"} of CapacityBuffer ${key}`,
  );
}

/** What a node that is going away still waits for. */
function deletion(
  { node, nodeClaim }: StateNode,
  pods: readonly Pod[],
  facts: DetailFacts,
): readonly string[] {
  const since = nodeClaim?.metadata.deletionTimestamp ?? node?.metadata.deletionTimestamp;
  if (since === undefined) return [];
  const grace = nodeClaim?.spec.terminationGracePeriod;
  const end =
    grace === undefined
      ? "no terminationGracePeriod: blocked pods hold it for as long as they like"
      : `terminationGracePeriod ends at ${formatTime(after(since, grace))}`;
  const held = [...protectedPods(pods, facts.now), ...heldByBudgets(pods, facts)];
  return [
    `deleting since ${formatTime(since)}${held.length === 0 ? "" : `; ${end}`}`,
    ...held,
    ...(nodeClaim === undefined
      ? []
      : ["Drained", "VolumesDetached"].flatMap((type) => {
          const condition = nodeClaim.status.conditions.find((it) => it.type === type);
          return condition === undefined || condition.status === "True" ? [] : [told(condition)];
        })),
  ];
}

function unfinished({ status }: NodeClaim): readonly string[] {
  const found = ["Launched", "Registered", "Initialized"].map(
    (type) => status.conditions.find((it) => it.type === type) ?? type,
  );
  const [first] = found.filter((it) => typeof it === "string" || it.status !== "True");
  if (first === undefined) return [];
  return [typeof first === "string" ? `condition ${first} is missing` : told(first)];
}

function told(condition: NodeClaim["status"]["conditions"][number]): string {
  const { type, status, reason, message, lastTransitionTime } = condition;
  const why = [...new Set([reason, message])].filter((text) => text !== "").join(": ");
  return `${type}=${status} since ${formatTime(lastTransitionTime)}${why === "" ? "" : `: ${why}`}`;
}

function consolidatableAt(nodeClaim: NodeClaim, facts: DetailFacts): readonly string[] {
  if (!isConditionTrue(nodeClaim, "Initialized")) return unfinished(nodeClaim);
  const nodePool = facts.nodePool(nodeClaim.metadata.labels[labelNodePool] ?? "");
  const start = consolidateAfterStart(nodeClaim);
  const wait = nodePool?.spec.disruption.consolidateAfter ?? Never;
  if (wait === Never || start === undefined) return [];
  const from =
    nodeClaim.status.lastPodEventTime === undefined ? "initialization" : "the last pod event";
  const period = writtenDuration(wait);
  return [`consolidateAfter ${period} from ${from}: until ${formatTime(after(start, wait))}`];
}

/** `budgets[0] (10%) allows 1 of 8 nodes; used up by ip-1`. */
function budgetUse(
  nodePoolName: string,
  reason: BudgetReason | undefined,
  facts: DetailFacts,
): readonly string[] {
  const budget = facts.budgets.find((it) => it.nodePool === nodePoolName && it.reason === reason);
  if (budget?.allowed === undefined) return [];
  const { nodes, allowed, budgets } = budget;
  const disrupting = facts.disruptingByNodePool.get(nodePoolName) ?? [];
  const count = Math.max(allowed, 0);
  const users = [
    ...disrupting,
    ...(count > disrupting.length ? ["nodes that save more"] : []),
  ].join(", ");
  const use = count === 0 ? "" : `; used up by ${users}`;
  return [`${budgets.join(", ")} allows ${count} of ${nodes} nodes${use}`];
}

/** A node that is not ready can be a candidate, but it counts as being disrupted already. */
function readiness({ node, nodeClaim }: StateNode, { now }: DetailFacts): readonly string[] {
  if (node === undefined || nodeClaim === undefined) return [];
  const ready = node.status.conditions.find(({ type }) => type === "Ready");
  if (ready?.status === "True") return [];
  const uses = "it uses up the NodePool's budgets";
  if (ready === undefined) return [`the Node has no Ready condition: ${uses}`];
  const { status, reason, lastTransitionTime } = ready;
  const since = lastTransitionTime <= now ? ` since ${formatTime(lastTransitionTime)}` : "";
  return [`Ready=${status}${since}${reason === "" ? "" : ` (${reason})`}: ${uses}`];
}

function underWay({ metadata, status }: NodeClaim, facts: DetailFacts): readonly string[] {
  if (!facts.underWay.has(metadata.name)) return [];
  const condition = status.conditions.find(({ type }) => type === "DisruptionReason");
  return condition === undefined ? [] : [`a command is under way: ${told(condition)}`];
}
