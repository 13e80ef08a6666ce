import {
  type Budget,
  type BudgetReason,
  budgetReasons,
  type NodePool,
} from "../../core/apis/index.ts";
import {
  allowedByBudget,
  type BudgetMapping,
  unlimitedDisruptions,
} from "../../core/disruption/index.ts";
import { formatShortDuration, type SimTime } from "../../core/units/index.ts";
import type { PlannedBudget } from "./disruption-plan.ts";

/** How each NodePool that has nodes stands for each reason, and by which of its budgets. */
export function plannedBudgets(
  nodePools: readonly NodePool[],
  mapping: (reason: BudgetReason) => BudgetMapping,
  now: SimTime,
): readonly PlannedBudget[] {
  const mappings = budgetReasons.map((reason) => [reason, mapping(reason)] as const);
  return nodePools.flatMap((nodePool) =>
    mappings.flatMap(([reason, { nodePools: all }]): readonly PlannedBudget[] => {
      const own = all.find((it) => it.nodePoolName === nodePool.metadata.name);
      if (own === undefined || own.nodes === 0) return [];
      const { nodePoolName, nodes, disrupting, allowed } = own;
      return [
        {
          nodePool: nodePoolName,
          reason,
          nodes,
          disrupting,
          ...(allowed === unlimitedDisruptions ? {} : { allowed }),
          budgets: leastBudgets(nodePool, nodes, reason, now).map((index) =>
            budgetText(nodePool, index),
          ),
        },
      ];
    }),
  );
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

/** `budgets[0] (10%)`, `budgets[1] (0, 0 9 * * mon-fri for 8h, Drifted)`. */
export function budgetText({ spec }: NodePool, index: number): string {
  const budget = spec.disruption.budgets[index];
  return budget === undefined ? `budgets[${index}]` : `budgets[${index}] (${describe(budget)})`;
}

function describe({ nodes, schedule, duration, reasons }: Budget): string {
  const window =
    schedule === undefined || duration === undefined
      ? []
      : [`${schedule} for ${formatShortDuration(duration)}`];
  return [nodes, ...window, ...(reasons === undefined ? [] : [reasons.join("+")])].join(", ");
}
