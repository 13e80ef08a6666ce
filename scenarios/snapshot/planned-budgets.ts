import { type BudgetReason, budgetReasons, type NodePool } from "../../core/apis/index.ts";
import { type BudgetMapping, unlimitedDisruptions } from "../../core/disruption/index.ts";
import type { SimTime } from "../../core/units/index.ts";
import { budgetText } from "../calendar/budget-text.ts";
import { leastBudgets } from "../calendar/disruption-calendar.ts";
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
