import { compareStrings } from "../core/units/index.ts";
import type { RunFacts, SeriesFacts } from "../sim/ledger/index.ts";
import { meanOf } from "./figure.ts";
import type { PolicyReport } from "./report-schema.ts";
import { round } from "./round.ts";

type Series = PolicyReport["series"];
type SplitName = "usdPerHourByCapacityType" | "nodesByCapacityType";
type PlainName = Exclude<keyof SeriesFacts, "starts" | SplitName>;

const decimals = 4;

/** What a policy did over time, one run for each seed: at each point the mean of the seeds. */
export function buildSeries(runs: readonly RunFacts[]): Series {
  const all = runs.map(({ series }) => series);
  const plain = (name: PlainName) => pointMeans(all, (series) => series[name]);
  return {
    usdPerHourByCapacityType: splitMeans(all, "usdPerHourByCapacityType"),
    nodesByCapacityType: splitMeans(all, "nodesByCapacityType"),
    pendingPods: plain("pendingPods"),
    boundPods: plain("boundPods"),
    requestedVcpus: plain("requestedVcpus"),
    allocatableVcpus: plain("allocatableVcpus"),
  };
}

/** By capacity type, sorted; a capacity type that a seed never used was zero there. */
function splitMeans(all: readonly SeriesFacts[], name: SplitName): Record<string, number[]> {
  const names = new Set(all.flatMap((series) => Object.keys(series[name])));
  return Object.fromEntries(
    [...names]
      .sort(compareStrings)
      .map((capacityType) => [
        capacityType,
        pointMeans(all, (series) => series[name][capacityType] ?? []),
      ]),
  );
}

function pointMeans(
  all: readonly SeriesFacts[],
  list: (series: SeriesFacts) => readonly number[],
): number[] {
  const lists = all.map(list);
  const points = all[0]?.starts.length ?? 0;
  return Array.from({ length: points }, (_, index) =>
    round(meanOf(lists.map((values) => values[index] ?? 0)), decimals),
  );
}
