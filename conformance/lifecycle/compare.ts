/** How two outcomes of a lifecycle case differ. */
import type { Facts, LifecycleCase, Outcome } from "./cases.ts";

const dependents: readonly string[] = ["Launched", "Registered", "Initialized"];

/** Lines that say what differs, upstream's side first; none when the outcomes are the same. */
export function lifecycleDifferences(
  { hasDuplicates = false }: LifecycleCase,
  upstream: Outcome,
  ours: Outcome,
): readonly string[] {
  if (upstream.error !== undefined || ours.error !== undefined) {
    return valueDifferences("error", upstream.error, ours.error);
  }
  const compared = (facts: Facts | undefined): unknown => ({
    ...facts,
    nodeClaims: withoutUnset(facts?.nodeClaims ?? {}),
    ...(hasDuplicates ? { state: {} } : {}),
  });
  return [
    ...upstream.steps.flatMap((step, index) =>
      valueDifferences(`at ${step.atSeconds} s`, compared(step), compared(ours.steps[index])),
    ),
    ...valueDifferences("counters", upstream.counters, ours.counters),
  ];
}

/**
 * NodeClaims without the conditions that nobody has set. They read as awaiting reconciliation, and
 * whoever writes first stores them so.
 */
function withoutUnset(nodeClaims: Facts["nodeClaims"]): Facts["nodeClaims"] {
  return Object.fromEntries(
    Object.entries(nodeClaims).map(([name, nodeClaim]) => {
      const set = Object.entries(nodeClaim.conditions).filter(
        ([type, { reason }]) => !dependents.includes(type) || reason !== "AwaitingReconciliation",
      );
      const isAnySet = set.some(([type]) => dependents.includes(type));
      const conditions = isAnySet ? set : set.filter(([type]) => type !== "Ready");
      return [name, { ...nodeClaim, conditions: Object.fromEntries(conditions) }];
    }),
  );
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
