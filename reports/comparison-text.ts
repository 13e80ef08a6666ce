import picocolors from "picocolors";
import type { BaselineComparison, CostMove, FigureChange } from "./baseline.ts";
import { countOf, formatMoney, formatNumber, none } from "./number-text.ts";
import type { Colours } from "./text-layout.ts";
import { hang } from "./text-layout.ts";
import type { TextOptions } from "./text.ts";

const movesShown = 8;

/** What `check` prints: what moved, against which limit, and where the money went. */
export function formatComparison(comparison: BaselineComparison, options: TextOptions): string {
  const colours = picocolors.createColors(options.colour);
  const { figures, costMoves, passed, scenarioChanged } = comparison;
  const breaches = figures.filter(({ isBreach }) => isBreach);
  const others = figures.filter(({ isBreach, found, baseline }) => !isBreach && found !== baseline);
  const still = figures.length - breaches.length - others.length;
  const lines = [
    passed
      ? colours.green(`All ${countOf(figures.length, "figure")} within tolerance.`)
      : colours.bold(
          colours.red(
            `${breaches.length} of ${countOf(figures.length, "figure")} left the tolerance.`,
          ),
        ),
    ...breaches.flatMap((each) => figureLines("  x ", each, options.columns).map(colours.red)),
    ...(others.length === 0 ? [] : ["Moved within tolerance:"]),
    ...others.flatMap((each) => figureLines("  ~ ", each, options.columns)),
    ...(still === 0 ? [] : [colours.dim(`Unchanged: ${countOf(still, "figure")}.`)]),
    ...moneyLines(costMoves, options.columns, colours),
    ...(scenarioChanged ? ["The scenario or its inputs changed since the baseline was made."] : []),
  ];
  return `${lines.join("\n")}\n`;
}

function figureLines(prefix: string, figure: FigureChange, columns: number): readonly string[] {
  const { path, baseline, found, allowance, direction } = figure;
  const limit =
    direction === "both"
      ? `may move by ${amount(allowance)}`
      : `may ${direction} by ${amount(allowance)}`;
  const moved =
    found === undefined
      ? `was ${amount(baseline)}, and the report has no such value`
      : `${amount(baseline)} -> ${amount(found)} (${signed(found - baseline)}; ${limit})`;
  return hang(prefix, `${path}: ${moved}`, columns);
}

function moneyLines(
  moves: readonly CostMove[],
  columns: number,
  colours: Colours,
): readonly string[] {
  if (moves.length === 0) return [];
  const shown = moves.slice(0, movesShown).flatMap((move) => {
    const { policy, nodePool, capacityType, instanceFamily, baselineUsd, foundUsd } = move;
    const change = foundUsd - baselineUsd;
    const from = baselineUsd === 0 ? none : formatMoney(baselineUsd);
    const to = foundUsd === 0 ? none : formatMoney(foundUsd);
    const text = `${change < 0 ? "" : "+"}${formatMoney(change)}  ${policy}: NodePool ${nodePool}, ${capacityType}, ${instanceFamily} (${from} -> ${to})`;
    return hang("  ", text, columns);
  });
  const more = moves.length - movesShown;
  return [
    colours.bold("Where compute money moved, largest first:"),
    ...shown,
    ...(more > 0 ? [`  and ${more} smaller`] : []),
  ];
}

function amount(value: number): string {
  const text = formatNumber(value, Math.abs(value) >= 1000 ? 2 : 4);
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}

function signed(value: number): string {
  return `${value < 0 ? "" : "+"}${amount(value)}`;
}
