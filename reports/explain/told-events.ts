/** Kubernetes events that say what other entries of the journal say better. */
const toldOtherwise: ReadonlySet<string> = new Set([
  "ConsolidationApproved",
  "ConsolidationCandidate",
  "ConsolidationRejected",
  "DisruptionBlocked",
  "DisruptionLaunching",
  "DisruptionTerminating",
  "DisruptionWaitingReadiness",
  "Evicted",
  "FailedScheduling",
  "InstanceTerminating",
  "InsufficientCapacityError",
  "Nominated",
  "SpotInterrupted",
  "SpotRebalanceRecommendation",
  "TerminatingOnInterruption",
  "Unconsolidatable",
]);

/** Whether an event of this reason need not be told once more. */
export function isToldOtherwise(reason: string): boolean {
  return toldOtherwise.has(reason);
}
