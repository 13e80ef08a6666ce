import type { FilterFailure } from "./node-filters.ts";

/** How many nodes failed for what, in the order in which the failures came up. */
export type FailureCounts = ReadonlyMap<FilterFailure, number>;

/**
 * `0/5 nodes are available: 3 Insufficient cpu, 2 Too many pods.`, reasons in text order.
 *
 * @see kubernetes pkg/scheduler/framework/types.go FitError.Error
 */
export function failureMessage(failures: FailureCounts, nodeCount: number): string {
  if (nodeCount === 0) return "no nodes available to schedule pods";
  const countsByReason = new Map<string, number>();
  for (const [{ reason }, nodes] of failures) {
    countsByReason.set(reason, (countsByReason.get(reason) ?? 0) + nodes);
  }
  const reasons = [...countsByReason].map(([reason, count]) => `${count} ${reason}`).sort();
  const list = reasons.length === 0 ? "no node has the requested name" : reasons.join(", ");
  return `0/${nodeCount} nodes are available: ${list}.`;
}
