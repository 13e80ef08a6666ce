import type { Result, SimTime } from "../core/units/index.ts";
import { formatTime, ok, simTime } from "../core/units/index.ts";
import type { SpotPriceSeries, TracePod } from "../traces/index.ts";
import {
  loadInterruptionTrace,
  loadOpenbPods,
  loadReplicaSeries,
  loadSpotPriceHistory,
} from "../traces/index.ts";
import type { TraceKind } from "./trace-kind.ts";

/** Names and values of what is in a trace file, in the order to print. */
export type TraceSummary = Readonly<Record<string, string | number>>;

/**
 * Reads a trace file to its end and sums up what is in it.
 *
 * @throws OutsideError when it cannot be read.
 */
export async function summarizeTrace(path: string, kind: TraceKind): Promise<Result<TraceSummary>> {
  switch (kind) {
    case "spot-prices":
      return mapped(await loadSpotPriceHistory(path), summarizePrices);
    case "interruptions":
      return mapped(await loadInterruptionTrace(path), ({ events, pools }) => ({
        interruptions: events.filter((event) => event.kind === "interruption").length,
        rebalanceRecommendations: events.filter((event) => event.kind === "rebalance").length,
        poolsThatRunDry: pools.length,
        ...span(events.map(({ time }) => time)),
      }));
    case "replicas":
      return mapped(await loadReplicaSeries(path, { start: simTime(0) }), (all) => ({
        series: all.length,
        deployments: all.map(({ deployment }) => deployment ?? "(any)").join(", "),
        changes: all.reduce((sum, { changes }) => sum + changes.length, 0),
        replicasMin: least(all.flatMap(({ changes }) => changes.map((each) => each.replicas))),
        replicasMax: most(all.flatMap(({ changes }) => changes.map((each) => each.replicas))),
      }));
    case "openb":
      return mapped(await loadOpenbPods(path), summarizePods);
  }
}

function mapped<From, To>(result: Result<From>, change: (value: From) => To): Result<To> {
  return result.ok ? ok(change(result.value), result.warnings) : result;
}

function summarizePrices({ pools }: SpotPriceSeries): TraceSummary {
  const types = new Set(pools.map(({ instanceType }) => instanceType));
  const zones = [...new Set(pools.map(({ availabilityZone }) => availabilityZone))].sort();
  const prices = pools.flatMap(({ usdPerHour }) => [least(usdPerHour), most(usdPerHour)]);
  return {
    capacityPools: pools.length,
    instanceTypes: types.size,
    zones: zones.join(", "),
    priceChanges: pools.reduce((sum, { times }) => sum + times.length, 0),
    usdPerHourMin: least(prices),
    usdPerHourMax: most(prices),
    ...span(pools.flatMap(({ times }) => [times[0] ?? 0, times.at(-1) ?? 0])),
  };
}

function summarizePods(pods: readonly TracePod[]): TraceSummary {
  const lengths = pods.flatMap(({ durationSeconds }) =>
    durationSeconds === undefined ? [] : [durationSeconds],
  );
  lengths.sort((a, b) => a - b);
  return {
    pods: pods.length,
    podsWithGpu: pods.filter(({ gpus }) => gpus > 0).length,
    firstArrivalSeconds: pods[0]?.arrivalSeconds ?? 0,
    lastArrivalSeconds: pods.at(-1)?.arrivalSeconds ?? 0,
    medianDurationSeconds: lengths[Math.floor(lengths.length / 2)] ?? 0,
    cpuMillicoresMax: most(pods.map(({ cpuMillicores }) => cpuMillicores)),
    memoryBytesMax: most(pods.map(({ memoryBytes }) => memoryBytes)),
  };
}

/** Loops rather than spreads: a trace may have more values than a call takes arguments. */
function least(values: Iterable<number>): number {
  let result = Number.POSITIVE_INFINITY;
  for (const value of values) result = Math.min(result, value);
  return result === Number.POSITIVE_INFINITY ? 0 : result;
}

function most(values: Iterable<number>): number {
  let result = Number.NEGATIVE_INFINITY;
  for (const value of values) result = Math.max(result, value);
  return result === Number.NEGATIVE_INFINITY ? 0 : result;
}

function span(times: readonly number[]): TraceSummary {
  if (times.length === 0) return {};
  return {
    from: formatTime(least(times) as SimTime),
    until: formatTime(most(times) as SimTime),
  };
}
