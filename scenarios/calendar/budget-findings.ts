// What is easily overlooked about a NodePool's budgets: those that never count, those that always do,
// and reasons that never come up.
import { type Budget, budgetReasons, type NodePool } from "../../core/apis/index.ts";
import { allowedByBudget, budgetEdgeAfter, isBudgetActive } from "../../core/disruption/index.ts";
import { cronNext, formatTime, Never, type SimTime, tryParseCron } from "../../core/units/index.ts";
import type { BudgetFinding, BudgetFindingCode } from "./budget-report.ts";
import { type CalendarWindow, disruptionCalendar } from "./disruption-calendar.ts";

/** Findings about the NodePool with so many nodes between two times: about all, then by budget. */
export function budgetFindings(
  nodePool: NodePool,
  nodes: number,
  from: SimTime,
  to: SimTime,
): readonly BudgetFinding[] {
  const { budgets } = nodePool.spec.disruption;
  const deciding = new Set(
    budgetReasons
      .flatMap((reason) => disruptionCalendar(nodePool, nodes, reason, from, to))
      .flatMap((window) => window.budgets),
  );
  return [
    ...aboutNodePool(nodePool),
    ...budgets.flatMap((budget, index) => {
      const alone: NodePool = {
        ...nodePool,
        spec: {
          ...nodePool.spec,
          disruption: { ...nodePool.spec.disruption, budgets: [{ ...budget, nodes: "0" }] },
        },
      };
      const reason = budget.reasons === undefined ? "Drifted" : budget.reasons[0];
      const activity =
        reason === undefined ? [] : disruptionCalendar(alone, nodes, reason, from, to);
      const isDeciding = deciding.has(index);
      const facts = { budget, index, nodes, from, to, activity, isDeciding };
      return aboutBudget(facts).map(([code, message]) => ({
        code,
        budget: index,
        message: `budgets[${index}] ${message}`,
      }));
    }),
  ];
}

function aboutNodePool({ spec }: NodePool): readonly BudgetFinding[] {
  const { budgets, consolidateAfter, consolidationPolicy } = spec.disruption;
  const findings: BudgetFinding[] = [];
  if (budgets.length === 0) {
    findings.push({ code: "budget/none", message: "no budgets: nothing limits disruption" });
  }
  if (spec.replicas !== undefined) {
    const message = "static: its nodes are disrupted for drift only";
    findings.push({ code: "budget/static", message });
  } else if (consolidateAfter === Never) {
    const message = "consolidateAfter is Never: its nodes are disrupted for drift only";
    findings.push({ code: "budget/no-consolidation", message });
  } else if (consolidationPolicy === "WhenEmpty") {
    const message = "consolidationPolicy is WhenEmpty: nothing is disrupted as Underutilized";
    findings.push({ code: "budget/no-consolidation", message });
  }
  return findings;
}

interface BudgetFacts {
  readonly budget: Budget;
  readonly index: number;
  readonly nodes: number;
  readonly from: SimTime;
  readonly to: SimTime;
  /** When it is active, for one of its reasons: windows with 0 allowed. */
  readonly activity: readonly CalendarWindow[];
  /** It allows the least at some time, for some reason. */
  readonly isDeciding: boolean;
}

type Found = readonly (readonly [BudgetFindingCode, string])[];

function aboutBudget(facts: BudgetFacts): Found {
  const { budget, nodes, from, activity, isDeciding } = facts;
  if (isUnreadable(facts)) {
    const message = "cannot be read while it is active: the NodePool then allows nothing at all";
    return [["budget/unreadable-value", message]];
  }
  if (budget.reasons?.length === 0) {
    return [["budget/no-reason", "has an empty list of reasons: it limits nothing"]];
  }
  const isActive = activity.some(({ allowed }) => allowed === 0);
  if (!isActive) return [["budget/never-active", neverActive(budget, from)]];
  const found: (readonly [BudgetFindingCode, string])[] = [];
  const isAlways = activity.every(({ allowed }) => allowed === 0);
  if (isAlways && budget.schedule !== undefined) {
    found.push(
      firesNever(budget, from)
        ? [
            "budget/never-fires",
            "never fires within five years: Karpenter takes it as active always",
          ]
        : ["budget/always-active", "is active all of the time shown: its windows leave no gap"],
    );
  }
  const value = allowedByBudget({ nodes: budget.nodes }, nodes, from);
  if (isAlways && value.ok && value.allowed <= 0) {
    const about = budget.reasons === undefined ? "every reason" : budget.reasons.join(" and ");
    found.push(["budget/blocks-always", `blocks ${about} all of the time shown`]);
  } else if (!isDeciding) {
    found.push(["budget/never-decides", "never decides: others allow no more whenever it counts"]);
  }
  const share = (Number.parseInt(budget.nodes, 10) * nodes) / 100;
  if (budget.nodes.endsWith("%") && share > 0 && share < 1) {
    found.push(["budget/rounds-up", `is less than one node of ${nodes} and is rounded up to 1`]);
  }
  return found;
}

/** The value of a budget is read only while it is active. */
function isUnreadable({ budget, nodes, from }: BudgetFacts): boolean {
  return !allowedByBudget({ nodes: budget.nodes }, nodes, from).ok;
}

function neverActive(budget: Budget, from: SimTime): string {
  const isActive = isBudgetActive(budget, from);
  const next = isActive === false ? budgetEdgeAfter(budget, from) : undefined;
  const when = next === undefined ? "" : `; next from ${formatTime(next)}`;
  return `is not active in the time shown${when}`;
}

function firesNever({ schedule }: Budget, from: SimTime): boolean {
  const cron = schedule === undefined ? undefined : tryParseCron(schedule);
  return cron !== undefined && cronNext(cron, from) === undefined;
}
