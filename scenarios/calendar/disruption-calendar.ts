// When how many nodes of a NodePool may be disrupted. Budgets change at the edges of their windows
// only, so the calendar asks core at each edge, and never in between.
import type { BudgetReason, NodePool } from "../../core/apis/index.ts";
import {
  allowedByBudget,
  allowedDisruptions,
  budgetEdgeAfter,
  unlimitedDisruptions,
} from "../../core/disruption/index.ts";
import type { SimTime } from "../../core/units/index.ts";

/** A time in which nothing changes: the start is inside, the end is not. */
export interface CalendarWindow {
  readonly from: SimTime;
  readonly to: SimTime;
  /** As core has it: `unlimitedDisruptions` without a limit, below 0 for a count beyond 2^31. */
  readonly allowed: number;
  /** Which budgets allow the least, by index; none without a limit. */
  readonly budgets: readonly number[];
}

/**
 * What the NodePool's budgets allow for a reason from one time to another, with so many nodes: windows
 * without gaps, in order, neighbours of which differ. Empty when `to` is not after `from`.
 */
export function disruptionCalendar(
  nodePool: NodePool,
  nodes: number,
  reason: BudgetReason,
  from: SimTime,
  to: SimTime,
): readonly CalendarWindow[] {
  const windows: CalendarWindow[] = [];
  let at = from;
  while (at < to) {
    const end = earlier(nextEdge(nodePool, at), to);
    const { allowed } = allowedDisruptions(nodePool, nodes, reason, at);
    const budgets = leastBudgets(nodePool, nodes, reason, at);
    const last = windows.at(-1);
    if (last?.allowed === allowed && last.budgets.join() === budgets.join()) {
      windows[windows.length - 1] = { ...last, to: end };
    } else {
      windows.push({ from: at, to: end, allowed, budgets });
    }
    at = end;
  }
  return windows;
}

function nextEdge({ spec }: NodePool, now: SimTime): SimTime | undefined {
  let next: SimTime | undefined;
  for (const budget of spec.disruption.budgets) {
    const edge = budgetEdgeAfter(budget, now);
    if (edge !== undefined) next = earlier(next, edge);
  }
  return next;
}

function earlier(a: SimTime | undefined, b: SimTime): SimTime {
  return a === undefined || b < a ? b : a;
}

/**
 * Which budgets of the NodePool allow the least for the reason, by index; none where nothing limits
 * it. An unreadable budget allows nothing, whatever its reasons.
 */
export function leastBudgets(
  { spec }: NodePool,
  nodes: number,
  reason: BudgetReason,
  now: SimTime,
): readonly number[] {
  const allowances = spec.disruption.budgets.map((budget) => {
    const allowance = allowedByBudget(budget, nodes, now);
    if (!allowance.ok) return Number.NEGATIVE_INFINITY;
    const isAbout = budget.reasons === undefined || budget.reasons.includes(reason);
    return isAbout ? allowance.allowed : unlimitedDisruptions;
  });
  const least = Math.min(unlimitedDisruptions, ...allowances);
  if (least === unlimitedDisruptions) return [];
  return allowances.flatMap((allowed, index) => (allowed === least ? [index] : []));
}
