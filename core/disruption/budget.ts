// Disruption budgets: how many nodes of a NodePool may be disrupted at once, and when. A budget that
// cannot be read closes the NodePool rather than opening it.
import type { Budget, BudgetReason, NodePool } from "../apis/index.ts";
import {
  after,
  before,
  type CronSchedule,
  cronNext,
  durationMs,
  type SimTime,
  tryParseCron,
} from "../units/index.ts";

/** What an unlimited budget allows. */
export const unlimitedDisruptions = 2 ** 31 - 1;

/** What a budget allows, or why it cannot be read. */
export type BudgetAllowance =
  | { readonly ok: true; readonly allowed: number }
  | { readonly ok: false; readonly error: string };

const noDuration = durationMs(0);
const schedules = new Map<string, CronSchedule | undefined>();

/** The parsed schedule; the same text is parsed once. */
function scheduleOf(text: string): CronSchedule | undefined {
  if (!schedules.has(text)) schedules.set(text, tryParseCron(text));
  return schedules.get(text);
}

/**
 * Whether the budget counts at this instant: the start of its window is inside, the end is not.
 * `undefined` when its schedule cannot be read.
 *
 * A schedule that never fires within five years counts as active, as upstream: the missing
 * activation reads as the year 1, which lies in the past.
 *
 * @see karpenter v1.14.1 pkg/apis/v1/nodepool.go Budget.IsActive
 */
export function isBudgetActive(budget: Budget, now: SimTime): boolean | undefined {
  if (budget.schedule === undefined && budget.duration === undefined) return true;
  const schedule = scheduleOf(budget.schedule ?? "");
  if (schedule === undefined) return undefined;
  const hit = cronNext(schedule, before(now, budget.duration ?? noDuration));
  return hit === undefined || hit <= now;
}

/**
 * When the budget's activity may change next: never earlier than `now`, perhaps earlier than it
 * does. `undefined` when it never does.
 */
export function budgetEdgeAfter(budget: Budget, now: SimTime): SimTime | undefined {
  if (budget.schedule === undefined) return undefined;
  const schedule = scheduleOf(budget.schedule);
  if (schedule === undefined) return undefined;
  const duration = budget.duration ?? noDuration;
  const hit = cronNext(schedule, before(now, duration));
  if (hit === undefined) return undefined;
  return hit <= now ? after(hit, durationMs(Math.max(duration, 1))) : hit;
}

/**
 * How many of so many nodes the budget lets be disrupted, percentages rounded up; without limit
 * while it isn't active. An inactive budget's value isn't read.
 *
 * @see karpenter v1.14.1 pkg/apis/v1/nodepool.go Budget.GetAllowedDisruptions
 */
export function allowedByBudget(budget: Budget, nodes: number, now: SimTime): BudgetAllowance {
  const isActive = isBudgetActive(budget, now);
  if (isActive === undefined) {
    const error = `invariant violated, invalid cron (cron=${budget.schedule ?? ""})`;
    return { ok: false, error };
  }
  if (!isActive) return { ok: true, allowed: unlimitedDisruptions };
  return scaledValue(budget.nodes, nodes);
}

const integer = /^[+-]?\d+$/;
const percentage = /^[+-]?\d+%$/;
const int64Limit = 2n ** 63n;

/** @see k8s.io/apimachinery pkg/util/intstr/intstr.go GetScaledValueFromIntOrPercent */
function scaledValue(text: string, nodes: number): BudgetAllowance {
  if (integer.test(text)) {
    const value = BigInt(text.replace(/^\+/, ""));
    // Beyond 64 bits it is no number for upstream, and a text without a percent sign is none at all.
    if (value < int64Limit && value >= -int64Limit) {
      return { ok: true, allowed: Number(BigInt.asIntN(32, value)) };
    }
  } else if (percentage.test(text)) {
    return { ok: true, allowed: Math.ceil((Number(text.slice(0, -1)) * nodes) / 100) };
  }
  const error = `invalid value for IntOrString: invalid type: string is not a percentage (${text})`;
  return { ok: false, error };
}

/** What a NodePool's budgets allow for a reason, and what is wrong with them. */
export interface AllowedDisruptions {
  readonly allowed: number;
  /** The first budget that allows no more; absent where none limits, and where one is unreadable. */
  readonly budget?: Budget;
  readonly errors: readonly string[];
}

/**
 * The least that any of the NodePool's budgets for the reason allows. One unreadable budget, even
 * one for another reason, allows nothing. An explicitly empty list of reasons is about none.
 *
 * @see karpenter v1.14.1 pkg/apis/v1/nodepool.go GetAllowedDisruptionsByReason
 */
export function allowedDisruptions(
  nodePool: NodePool,
  nodes: number,
  reason: BudgetReason,
  now: SimTime,
): AllowedDisruptions {
  let allowed = unlimitedDisruptions;
  let least: Budget | undefined;
  const errors: string[] = [];
  for (const budget of nodePool.spec.disruption.budgets) {
    const allowance = allowedByBudget(budget, nodes, now);
    if (!allowance.ok) {
      errors.push(allowance.error);
    } else if (budget.reasons === undefined || budget.reasons.includes(reason)) {
      if (allowance.allowed >= allowed) continue;
      allowed = allowance.allowed;
      least = budget;
    }
  }
  if (errors.length > 0) return { allowed: 0, errors };
  return least === undefined ? { allowed, errors } : { allowed, budget: least, errors };
}
