/** How two outcomes of a lifecycle case differ. */
import type { Facts, LifecycleCase, Outcome } from "./cases.ts";

/** Lines that say what differs, upstream's side first; none when the outcomes are the same. */
export function lifecycleDifferences(
  { hasDuplicates = false }: LifecycleCase,
  upstream: Outcome,
  ours: Outcome,
): readonly string[] {
  if (upstream.error !== undefined || ours.error !== undefined) {
    return valueDifferences("error", upstream.error, ours.error);
  }
  const compared = (facts: Facts | undefined): unknown =>
    hasDuplicates ? { ...facts, state: {} } : facts;
  return [
    ...upstream.steps.flatMap((step, index) =>
      valueDifferences(`at ${step.atSeconds} s`, compared(step), compared(ours.steps[index])),
    ),
    ...valueDifferences("counters", upstream.counters, ours.counters),
  ];
}

/** Differences of two plain values, each with the path to it. */
function valueDifferences(path: string, upstream: unknown, ours: unknown): readonly string[] {
  if (isRecord(upstream) && isRecord(ours)) {
    const keys = [...new Set([...Object.keys(upstream), ...Object.keys(ours)])].sort();
    return keys.flatMap((key) => valueDifferences(`${path}: ${key}`, upstream[key], ours[key]));
  }
  const [left, right] = [textOf(upstream), textOf(ours)];
  return left === right ? [] : [`${path}: upstream ${left}, ours ${right}`];
}

/**
 * A root condition names what it waits for, the newest first: of those of one second in the order of
 * finer times, which nobody stores. Here they are sorted.
 */
function textOf(value: unknown): string | undefined {
  // Prices are added in the order of chance.
  if (typeof value === "number") return JSON.stringify(Number(value.toFixed(9)));
  const isList = typeof value === "string" && /^\w+=\w+(, \w+=\w+)*$/.test(value);
  return JSON.stringify(isList ? value.split(", ").sort().join(", ") : value);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
