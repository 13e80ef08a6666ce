/** The books of a run: pods and money that come in are all accounted for. */
import type { LedgerEntry, RunFacts } from "../../sim/ledger/index.ts";
import type { WorldPlan } from "../../sim/world-plan.ts";
import type { ReplayedCluster } from "./journal-replay.ts";
import { integrateCompute } from "./price-integral.ts";

/** A figure of the facts and what it has to be; `tolerance` in the figure's unit. */
export interface Account {
  readonly name: string;
  readonly found: number;
  readonly expected: number;
  readonly tolerance: number;
}

const eksUsdPerHour = 0.1;
const exact = { tolerance: 0 };
const toTheCent = { tolerance: 0.01 };
const asFloats = { tolerance: 1e-9 };

/** Pods of the facts against those of the replayed journal; DaemonSets' don't count. */
export function podAccounts(
  cluster: ReplayedCluster,
  journal: readonly LedgerEntry[],
  { pods }: RunFacts,
): readonly Account[] {
  const all = [...cluster.pods.values()].filter(({ isDaemon }) => !isDaemon);
  const alive = all.filter(({ hasEnded }) => !hasEnded);
  const bound = alive.filter(({ nodeName }) => nodeName !== undefined).length;
  const ended = (outcome: string): number =>
    journal.filter(
      (it) => it.kind === "pod-ended" && it.outcome === outcome && !cluster.pod(it.podUid).isDaemon,
    ).length;
  const { created, succeeded, failed, deleted, runningAtEnd, pendingAtEnd } = pods;
  return [
    { name: "created", found: created, expected: all.length, ...exact },
    { name: "bound at the end", found: runningAtEnd, expected: bound, ...exact },
    { name: "pending", found: pendingAtEnd, expected: alive.length - bound, ...exact },
    { name: "succeeded", found: succeeded, expected: ended("succeeded"), ...exact },
    { name: "failed", found: failed, expected: ended("failed"), ...exact },
    { name: "deleted", found: deleted, expected: ended("deleted"), ...exact },
    {
      name: "bound, pending and ended",
      found: runningAtEnd + pendingAtEnd + succeeded + failed + deleted,
      expected: created,
      ...exact,
    },
  ];
}

/** Money of the facts against the charges of the journal, and against an integral of the prices. */
export function moneyAccounts(
  plan: WorldPlan,
  journal: readonly LedgerEntry[],
  { cost }: RunFacts,
): readonly Account[] {
  const charged: Record<string, number> = {};
  const add = (item: string, usd: number): void => {
    charged[item] = (charged[item] ?? 0) + usd;
  };
  for (const entry of journal) {
    if (entry.kind === "charge") add(entry.item, entry.usd);
    if (entry.kind === "charge-waived") add("compute", -entry.usd);
  }
  const hours = (plan.end - plan.start) / 3_600_000;
  const { computeUsd } = cost;
  const splits = {
    "capacity types": Object.values(cost.byCapacityType),
    NodePools: Object.values(cost.byNodePool),
    "instance families": Object.values(cost.byInstanceFamily),
    zones: Object.values(cost.byZone),
    shares: cost.shares.map(({ usd }) => usd),
  };
  return [
    ...Object.entries(splits).map(([name, parts]) => ({
      name,
      found: parts.reduce((total, usd) => total + usd, 0),
      expected: computeUsd,
      ...asFloats,
    })),
    { name: "compute", found: computeUsd, expected: charged["compute"] ?? 0, ...asFloats },
    { name: "storage", found: cost.storageUsd, expected: charged["storage"] ?? 0, ...asFloats },
    { name: "network", found: cost.networkUsd, expected: charged["public-ipv4"] ?? 0, ...asFloats },
    {
      name: "control plane",
      found: cost.controlPlaneUsd,
      expected: hours * eksUsdPerHour,
      ...asFloats,
    },
    // Sums over whole seconds of each life; prices change between seconds.
    {
      name: "price over time",
      found: computeUsd,
      expected: integrateCompute(plan, journal),
      ...toTheCent,
    },
  ];
}

/** The accounts that do not tally, in words. */
export function untallied(accounts: readonly Account[]): readonly string[] {
  return accounts
    .filter(({ found, expected, tolerance }) => !(Math.abs(found - expected) <= tolerance))
    .map(({ name, found, expected }) => `${name}: ${found} instead of ${expected}`);
}
