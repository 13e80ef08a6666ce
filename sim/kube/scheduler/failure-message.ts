import type { FilterFailure } from "./node-filters.ts";

/**
 * `0/5 nodes are available: 3 Insufficient cpu, 2 Too many pods.`, reasons in text order.
 *
 * @see kubernetes pkg/scheduler/framework/types.go FitError.Error
 */
export function failureMessage(failures: readonly FilterFailure[], nodeCount: number): string {
  if (nodeCount === 0) return "no nodes available to schedule pods";
  const countsByReason = new Map<string, number>();
  for (const { reason } of failures) {
    countsByReason.set(reason, (countsByReason.get(reason) ?? 0) + 1);
  }
  const reasons = [...countsByReason].map(([reason, count]) => `${count} ${reason}`).sort();
  const list = reasons.length === 0 ? "no node has the requested name" : reasons.join(", ");
  return `0/${nodeCount} nodes are available: ${list}.`;
}
