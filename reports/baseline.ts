import { compareStrings } from "../core/units/index.ts";
import type { Baseline } from "./baseline-schema.ts";
import { baselineSchemaName } from "./baseline-schema.ts";
import { centre } from "./figure.ts";
import { fullPath, placedFigures } from "./figure-paths.ts";
import type { PolicyReport, Report } from "./report-schema.ts";
import { round } from "./round.ts";

/** A figure of the baseline beside the report's. */
export interface FigureChange {
  /** Such as `policies.balanced.cost.totalUsd`. */
  readonly path: string;
  readonly baseline: number;
  /** Undefined: the report has no such figure, or no value for it. */
  readonly found: number | undefined;
  /** How far it may move, in its own unit. */
  readonly allowance: number;
  readonly direction: "increase" | "decrease" | "both";
  /** Beyond the limit, or gone. */
  readonly isBreach: boolean;
}

/** How much the compute cost of one NodePool, capacity type and instance family moved. */
export interface CostMove {
  readonly policy: string;
  readonly nodePool: string;
  readonly capacityType: string;
  readonly instanceFamily: string;
  readonly baselineUsd: number;
  readonly foundUsd: number;
}

/** What a check found. */
export interface BaselineComparison {
  /** No figure left its tolerance. */
  readonly passed: boolean;
  /** Every figure of the baseline, in its order. */
  readonly figures: readonly FigureChange[];
  /** Largest move first; only what moved by a cent or more. */
  readonly costMoves: readonly CostMove[];
  /** The input changed since the baseline was made. */
  readonly scenarioChanged: boolean;
}

type BaselineFigure = Baseline["figures"][string];
type CostShares = Baseline["costShares"];

interface Watched {
  readonly path: string;
  readonly tolerance: BaselineFigure["tolerance"];
  readonly direction: BaselineFigure["direction"];
}

/** What a new baseline watches in every policy: the three currencies and what stands behind them. */
const watched: readonly Watched[] = [
  {
    path: "cost.totalUsd",
    tolerance: { absolute: 0.01, relativePercent: 2 },
    direction: "increase",
  },
  { path: "availability.podReadyPercent", tolerance: { absolute: 0.1 }, direction: "decrease" },
  {
    path: "availability.podStartupSeconds.p95",
    tolerance: { absolute: 1, relativePercent: 5 },
    direction: "increase",
  },
  {
    path: "availability.pendingPodSeconds",
    tolerance: { absolute: 60, relativePercent: 5 },
    direction: "increase",
  },
  { path: "availability.unschedulablePods", tolerance: { absolute: 0 }, direction: "increase" },
  {
    path: "disruption.podsDisrupted",
    tolerance: { absolute: 2, relativePercent: 5 },
    direction: "increase",
  },
  {
    path: "disruption.podsDisruptedAgain",
    tolerance: { absolute: 2, relativePercent: 10 },
    direction: "increase",
  },
  {
    path: "nodes.failedLaunches",
    tolerance: { absolute: 2, relativePercent: 10 },
    direction: "increase",
  },
];

/** Of adding up in another order; not a change. */
const roundingError = 1e-6;

/**
 * A baseline of what the report says. Tolerances suit most people: a replay is deterministic, so they
 * are for what a change may cost without anybody being asked. Figures without a value are left out.
 */
export function makeBaseline(report: Report): Baseline {
  const figures = new Map<string, BaselineFigure>();
  for (const placed of placedFigures(report)) {
    const rule = watched.find(({ path }) => path === placed.path);
    if (rule !== undefined && placed.figure !== null) {
      const { tolerance, direction } = rule;
      figures.set(fullPath(placed), { value: centre(placed.figure), tolerance, direction });
    }
  }
  return {
    schema: baselineSchemaName,
    scenario: { ...report.scenario },
    figures: Object.fromEntries(figures),
    costShares: Object.fromEntries(
      report.policies.map((policy) => [policy.name, costShares(policy)]),
    ),
  };
}

/** Sets a report beside a baseline, figure by figure; several seeds are compared by their means. */
export function compareWithBaseline(report: Report, baseline: Baseline): BaselineComparison {
  const found = new Map(
    placedFigures(report).map((placed) => [
      fullPath(placed),
      placed.figure === null ? undefined : centre(placed.figure),
    ]),
  );
  const figures = Object.entries(baseline.figures).map(([path, figure]) =>
    compareFigure(path, figure, found.get(path)),
  );
  return {
    passed: figures.every(({ isBreach }) => !isBreach),
    figures,
    costMoves: costMoves(report, baseline.costShares),
    scenarioChanged: baseline.scenario.digest !== report.scenario.digest,
  };
}

function compareFigure(
  path: string,
  { value, tolerance, direction }: BaselineFigure,
  found: number | undefined,
): FigureChange {
  const relative = ((tolerance.relativePercent ?? 0) / 100) * Math.abs(value);
  const allowance = Math.max(tolerance.absolute ?? 0, relative);
  const move = found === undefined ? 0 : found - value;
  const counted =
    direction === "increase" ? move : direction === "decrease" ? -move : Math.abs(move);
  const isBreach = found === undefined || counted > allowance + roundingError;
  return { path, baseline: value, found, allowance, direction, isBreach };
}

function costShares({ cost }: PolicyReport): CostShares[string] {
  return cost.shares.map(({ usd, ...share }) => ({ ...share, usd: centre(usd) }));
}

/** Policies that only one side has are left out: there is nothing to set them beside. */
function costMoves(report: Report, baseline: CostShares): readonly CostMove[] {
  return report.policies
    .flatMap((policy) => {
      const before = baseline[policy.name];
      return before === undefined ? [] : sharesBeside(policy.name, before, costShares(policy));
    })
    .filter(({ baselineUsd, foundUsd }) => Math.abs(round(foundUsd - baselineUsd, 2)) >= 0.01)
    .sort((left, right) => size(right) - size(left) || compareStrings(key(left), key(right)));
}

function sharesBeside(
  policy: string,
  before: CostShares[string],
  now: CostShares[string],
): readonly CostMove[] {
  const moves = new Map<string, CostMove>();
  for (const { usd, ...share } of before) {
    const move = { policy, ...share, baselineUsd: usd, foundUsd: 0 };
    moves.set(key(move), move);
  }
  for (const { usd, ...share } of now) {
    const none = { policy, ...share, baselineUsd: 0 };
    moves.set(key(none), {
      ...none,
      baselineUsd: moves.get(key(none))?.baselineUsd ?? 0,
      foundUsd: usd,
    });
  }
  return [...moves.values()];
}

function key(
  move: Pick<CostMove, "policy" | "nodePool" | "capacityType" | "instanceFamily">,
): string {
  return JSON.stringify([move.policy, move.nodePool, move.capacityType, move.instanceFamily]);
}

function size({ baselineUsd, foundUsd }: CostMove): number {
  return Math.abs(foundUsd - baselineUsd);
}
