import { SchedulingBase, type SolveOutcome } from "./scheduling-base.ts";
import type { SchedulingInput } from "./scheduling-input.ts";

/**
 * Decides where the pods go: onto existing nodes, or onto NodeClaims to be created.
 *
 * The input isn't changed. The same input gives the same results. For several runs over one cluster
 * see `SchedulingBase`.
 *
 * @see karpenter v1.14.1 pkg/controllers/provisioning/provisioner.go NewScheduler
 * @see karpenter v1.14.1 pkg/controllers/provisioning/scheduling/scheduler.go Solve
 */
export function solve(input: SchedulingInput): SolveOutcome {
  return new SchedulingBase(input).solve(input.podsToSchedule);
}
