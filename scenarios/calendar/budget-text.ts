import type { Budget, NodePool } from "../../core/apis/index.ts";
import { type DurationMs, formatDuration } from "../../core/units/index.ts";

/** `budgets[0] (10%)`, `budgets[1] (0, 0 9 * * mon-fri for 8h, Drifted)`. */
export function budgetText({ spec }: NodePool, index: number): string {
  const budget = spec.disruption.budgets[index];
  return budget === undefined ? `budgets[${index}]` : `budgets[${index}] (${describe(budget)})`;
}

function describe({ nodes, schedule, duration, reasons }: Budget): string {
  const window =
    schedule === undefined || duration === undefined
      ? []
      : [`${schedule} for ${writtenDuration(duration)}`];
  const about =
    reasons === undefined ? [] : [reasons.length === 0 ? "no reason" : reasons.join("+")];
  return [nodes, ...window, ...about].join(", ");
}

/** As manifests have it: `8h`, `2h15m`, `30s`. */
export function writtenDuration(duration: DurationMs): string {
  return formatDuration(duration)
    .replace(/(?<=[hm])0s$/, "")
    .replace(/(?<=h)0m$/, "");
}
