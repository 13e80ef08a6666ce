import type { LedgerEntry } from "../../sim/ledger/index.ts";

/** Things of which a swarm must have seen each, or its laws have proved little. */
export const happenings = [
  "interruption",
  "insufficient capacity",
  "insufficient capacity for a replacement",
  "replacement of a spot node by spot refused",
  "eviction blocked by a PodDisruptionBudget",
  "disruption blocked by a PodDisruptionBudget",
  "disruption blocked by a pod's do-not-disrupt",
  "disruption blocked by a node's do-not-disrupt",
  "disruption budget exhausted",
  "command given up at its second look",
  "command rolled back",
  "expiration",
  "drift/replace",
  "static-drift/replace",
  "repair",
  "maintenance",
  "forced delete at the end of a terminationGracePeriod",
  "preemption",
  "room made for a capacity buffer",
  "pod lost with its host",
  "emptiness/delete",
  "single-node-consolidation/delete",
  "single-node-consolidation/replace",
  "multi-node-consolidation/delete",
  "multi-node-consolidation/replace",
] as const;

/** The happenings of a journal, in its order. */
export function happeningsOf(journal: readonly LedgerEntry[]): readonly string[] {
  const replacements = new Set<string>();
  return journal.flatMap((entry) => {
    if (entry.kind === "disruption-command") {
      for (const name of entry.replacements) replacements.add(name);
    }
    const happening = happeningOf(entry);
    const isOfReplacement = entry.kind === "launch-failed" && replacements.has(entry.nodeClaimName);
    return [
      ...(happening === undefined ? [] : [happening]),
      ...(isOfReplacement && happening !== undefined ? [`${happening} for a replacement`] : []),
    ];
  });
}

function happeningOf(entry: LedgerEntry): string | undefined {
  switch (entry.kind) {
    case "interruption-notice":
      return "interruption";
    case "launch-failed":
      return /InsufficientInstanceCapacity|UnfulfillableCapacity/.test(entry.code)
        ? "insufficient capacity"
        : undefined;
    case "eviction-blocked":
      return "eviction blocked by a PodDisruptionBudget";
    case "disruption-refused":
      return refusals.get(entry.reason);
    case "disruption-considered":
      if (entry.verdict === "failed-validation") return "command given up at its second look";
      return /^disruption\/spot-to-spot-/.test(entry.reason ?? "")
        ? "replacement of a spot node by spot refused"
        : undefined;
    case "disruption-command-ended":
      return entry.outcome === "failed" ? "command rolled back" : undefined;
    case "node-claim-deleted":
      return deletions.get(entry.reason);
    case "pod-killed":
      return deaths.get(entry.reason);
    case "event":
      return entry.objectKind === "CapacityBuffer" && /RequiresNewCapacity/.test(entry.message)
        ? "room made for a capacity buffer"
        : undefined;
    case "disruption-command":
      return `${entry.method}/${entry.decision}`;
    default:
      return undefined;
  }
}

const refusals: ReadonlyMap<string, string> = new Map([
  ["disruption/pdb-blocks", "disruption blocked by a PodDisruptionBudget"],
  ["disruption/pod-do-not-disrupt", "disruption blocked by a pod's do-not-disrupt"],
  ["disruption/node-do-not-disrupt", "disruption blocked by a node's do-not-disrupt"],
  ["disruption/budget-exhausted", "disruption budget exhausted"],
]);

const deletions: ReadonlyMap<string, string> = new Map([
  ["expired", "expiration"],
  ["unhealthy", "repair"],
  ["scheduled-change", "maintenance"],
]);

const deaths: ReadonlyMap<string, string> = new Map([
  ["forced-delete", "forced delete at the end of a terminationGracePeriod"],
  ["PreemptionByScheduler", "preemption"],
  ["instance-reclaimed", "pod lost with its host"],
]);
