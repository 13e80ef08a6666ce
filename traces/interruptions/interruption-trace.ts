import type { Result, SimTime } from "../../core/units/index.ts";
import { compareStrings } from "../../core/units/index.ts";
import { ProblemLog } from "../reading/problem-log.ts";
import type { TableRow, TableSchema } from "../reading/table.ts";
import { readTable } from "../reading/table.ts";
import { readTimestamp } from "../reading/timestamps.ts";
import type { AvailabilityInterval, PoolAvailability } from "./pool-availability.ts";

/** What a row of an interruption trace may say. */
export const interruptionKinds = [
  "interruption",
  "rebalance",
  "unavailable-from",
  "unavailable-until",
] as const;
export type InterruptionKind = (typeof interruptionKinds)[number];

/** One instance of a pool was given notice. Several rows of one instant are several instances. */
export interface InterruptionEvent {
  readonly time: SimTime;
  readonly kind: "interruption" | "rebalance";
  readonly instanceType: string;
  readonly availabilityZone: string;
}

/** A recorded interruption trace. */
export interface InterruptionTrace {
  /** By time, then instance type, zone and kind. */
  readonly events: readonly InterruptionEvent[];
  /** The pools that the trace declares dry at times, ascending by instance type, then zone. */
  readonly pools: readonly PoolAvailability[];
}

type Column = "timestamp" | "instance_type" | "availability_zone" | "kind";

const schema: TableSchema<Column> = {
  required: ["timestamp", "instance_type", "availability_zone"],
  optional: ["kind"],
};

interface Mark {
  readonly time: SimTime;
  readonly kind: InterruptionKind;
  readonly instanceType: string;
  readonly availabilityZone: string;
  readonly row: TableRow<Column>;
}

/**
 * Reads an interruption trace: CSV with `timestamp, instance_type, availability_zone[, kind]`, rows
 * in any order; without kind a row is an interruption.
 *
 * `unavailable-from` and `unavailable-until` must alternate in each pool, beginning with `from`; a
 * last `from` without `until` means: dry from then on.
 *
 * @throws OutsideError when the file cannot be read.
 */
export async function loadInterruptionTrace(path: string): Promise<Result<InterruptionTrace>> {
  const log = new ProblemLog(path);
  const marks: Mark[] = [];
  for await (const rows of readTable(path, schema, log)) {
    for (const row of rows) {
      const mark = readMark(row);
      if (mark !== undefined) {
        marks.push(mark);
      }
    }
  }
  if (marks.length === 0 && !log.hasErrors) {
    log.error({
      code: "interruptions/no-rows",
      found: "no rows",
      allowed: "at least one row",
      message: "the file has no interruptions in it",
    });
  }
  marks.sort(
    (a, b) =>
      a.time - b.time ||
      compareStrings(a.instanceType, b.instanceType) ||
      compareStrings(a.availabilityZone, b.availabilityZone) ||
      compareStrings(a.kind, b.kind),
  );
  return log.result({ events: eventsOf(marks), pools: poolsOf(marks) });
}

function readMark(row: TableRow<Column>): Mark | undefined {
  const instanceType = row.requiredText("instance_type");
  const availabilityZone = row.requiredText("availability_zone");
  const read = readTimestamp(row.text("timestamp"));
  const text = row.text("kind");
  const kind = text === "" ? "interruption" : interruptionKinds.find((each) => each === text);
  if (read === undefined) {
    row.refuse("timestamp", "interruptions/bad-timestamp", "a time such as 2026-03-01T00:00:00Z");
  } else if (!read.hasOffset) {
    const found = "times without offset";
    row.warn(
      "timestamp",
      "interruptions/time-without-offset",
      "times without offset are read as UTC",
      found,
    );
  }
  if (kind === undefined) {
    row.refuse("kind", "interruptions/bad-kind", interruptionKinds.join(", "));
  }
  const isWhole = instanceType !== undefined && availabilityZone !== undefined;
  return isWhole && read !== undefined && kind !== undefined
    ? { time: read.time, kind, instanceType, availabilityZone, row }
    : undefined;
}

function eventsOf(marks: readonly Mark[]): readonly InterruptionEvent[] {
  const events: InterruptionEvent[] = [];
  for (const { time, kind, instanceType, availabilityZone } of marks) {
    if (kind === "interruption" || kind === "rebalance") {
      events.push({ time, kind, instanceType, availabilityZone });
    }
  }
  return events;
}

function poolsOf(marks: readonly Mark[]): readonly PoolAvailability[] {
  const marksByPool = new Map<string, Mark[]>();
  for (const mark of marks) {
    if (mark.kind === "unavailable-from" || mark.kind === "unavailable-until") {
      const name = `${mark.instanceType} ${mark.availabilityZone}`;
      const list = marksByPool.get(name) ?? [];
      list.push(mark);
      marksByPool.set(name, list);
    }
  }
  const pools: PoolAvailability[] = [];
  for (const [name, list] of marksByPool) {
    const [first] = list;
    const intervals = declaredIntervals(list);
    if (first !== undefined && intervals.length > 0) {
      const { instanceType, availabilityZone } = first;
      pools.push({
        traceId: name,
        instanceType,
        availabilityZone,
        evidence: "declared",
        requestedInstances: undefined,
        intervals,
      });
    }
  }
  return pools.sort((a, b) => compareStrings(a.traceId, b.traceId));
}

/** From the first dry spell on, dry and usable in turn. */
function declaredIntervals(marks: readonly Mark[]): readonly AvailabilityInterval[] {
  const intervals: AvailabilityInterval[] = [];
  for (const [index, { time, kind, row }] of marks.entries()) {
    const expected = index % 2 === 0 ? "unavailable-from" : "unavailable-until";
    if (kind !== expected || time === marks[index - 1]?.time) {
      row.refuse(
        "kind",
        "interruptions/unpaired-kind",
        `${expected} at a later time: the two alternate in a pool, beginning with unavailable-from`,
      );
      return [];
    }
    const availableInstances = kind === "unavailable-from" ? 0 : undefined;
    intervals.push({ from: time, until: marks[index + 1]?.time, availableInstances });
  }
  return intervals;
}
