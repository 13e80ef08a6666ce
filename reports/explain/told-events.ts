import type { LedgerEntry } from "../../sim/ledger/index.ts";

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
  "InstanceStopping",
  "InstanceTerminating",
  "InsufficientCapacityError",
  "Nominated",
  "SpotInterrupted",
  "SpotRebalanceRecommendation",
  "TerminatingOnInterruption",
  "Unconsolidatable",
]);

/** The eviction API's refusals, which stand in the journal with their PodDisruptionBudgets. */
const refusedEvictions = ["violates a PDB", "does not support multiple PDBs"];

/** Whether an event need not be told once more. */
export function isToldOtherwise({
  reason,
  message,
}: Extract<LedgerEntry, { kind: "event" }>): boolean {
  if (toldOtherwise.has(reason)) return true;
  return reason === "FailedDraining" && refusedEvictions.some((text) => message.includes(text));
}
