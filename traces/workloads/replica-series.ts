import type { Result, SimTime } from "../../core/units/index.ts";
import {
  after,
  compareStrings,
  durationMs,
  formatTime,
  tryParseDuration,
} from "../../core/units/index.ts";
import { ProblemLog } from "../reading/problem-log.ts";
import type { TableRow, TableSchema } from "../reading/table.ts";
import { readTable } from "../reading/table.ts";
import { readTimestamp } from "../reading/timestamps.ts";

/** From `time` on a Deployment wants that many replicas. */
export interface ReplicaChange {
  readonly time: SimTime;
  readonly replicas: number;
}

/** How many replicas one Deployment wants over time. */
export interface ReplicaSeries {
  /** Undefined where the file has no column for it: the series is for whoever asked. */
  readonly deployment: string | undefined;
  /** Strictly ascending by time; neighbours differ; at least one. */
  readonly changes: readonly ReplicaChange[];
}

type Column = "time" | "replicas" | "deployment";

const schema: TableSchema<Column> = {
  required: ["time", "replicas"],
  optional: ["deployment"],
};

type TimeForm = "instant" | "offset";

interface ReadRow extends ReplicaChange {
  readonly row: TableRow<Column>;
}

/**
 * Reads a replica series: CSV with `time, replicas[, deployment]`, rows in any order.
 *
 * `time` is an instant (RFC 3339), or an offset from `start`: a duration such as `1h30m`, or plain
 * seconds. A file has instants or offsets, not both. The series are in the order of their
 * Deployments' names.
 *
 * @throws OutsideError when the file cannot be read.
 */
export async function loadReplicaSeries(
  path: string,
  { start }: { readonly start: SimTime },
): Promise<Result<readonly ReplicaSeries[]>> {
  const log = new ProblemLog(path);
  const rowsByDeployment = new Map<string, ReadRow[]>();
  let form: TimeForm | undefined;
  for await (const rows of readTable(path, schema, log)) {
    for (const row of rows) {
      const replicas = row.number("replicas", { min: 0, isWhole: true });
      const read = readTime(row, start);
      form ??= read?.form;
      if (read !== undefined && read.form !== form) {
        const allowed = form === "instant" ? "an instant, as above" : "an offset, as above";
        row.refuse("time", "workloads/mixed-times", allowed);
      } else if (read !== undefined && replicas !== undefined) {
        const deployment = row.text("deployment");
        const list = rowsByDeployment.get(deployment) ?? [];
        list.push({ time: read.time, replicas, row });
        rowsByDeployment.set(deployment, list);
      }
    }
  }
  if (rowsByDeployment.size === 0 && !log.hasErrors) {
    log.error({
      code: "workloads/no-replicas",
      found: "no rows",
      allowed: "at least one row",
      message: "the file has no replica counts in it",
    });
  }
  const series = [...rowsByDeployment]
    .sort(([a], [b]) => compareStrings(a, b))
    .map(([deployment, list]) => ({
      deployment: deployment === "" ? undefined : deployment,
      changes: changesOf(list),
    }));
  return log.result(series);
}

function readTime(
  row: TableRow<Column>,
  start: SimTime,
): { readonly time: SimTime; readonly form: TimeForm } | undefined {
  const text = row.text("time");
  const instant = readTimestamp(text);
  if (instant !== undefined) {
    if (!instant.hasOffset) {
      const message = "times without offset are read as UTC";
      row.warn("time", "workloads/time-without-offset", message, "times without offset");
    }
    return { time: instant.time, form: "instant" };
  }
  const offset = /^\d+(\.\d{1,3})?$/.test(text)
    ? durationMs(Math.round(Number(text) * 1000))
    : tryParseDuration(text);
  if (offset === undefined || offset < 0) {
    const allowed = "an RFC 3339 time, a duration such as 1h30m, or seconds, not negative";
    row.refuse("time", "workloads/bad-time", allowed);
    return undefined;
  }
  return { time: after(start, offset), form: "offset" };
}

function changesOf(rows: readonly ReadRow[]): readonly ReplicaChange[] {
  const sorted = [...rows].sort((a, b) => a.time - b.time || a.row.line - b.row.line);
  const changes: ReplicaChange[] = [];
  for (const { time, replicas, row } of sorted) {
    const last = changes.at(-1);
    if (last !== undefined && last.time === time && last.replicas !== replicas) {
      const allowed = `${last.replicas}, as another row says of ${formatTime(time)}`;
      row.refuse("replicas", "workloads/conflicting-replicas", allowed);
    } else if (last?.replicas !== replicas) {
      changes.push({ time, replicas });
    }
  }
  return changes;
}
