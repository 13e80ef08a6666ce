import type { Result, SimTime } from "../../core/units/index.ts";
import { after, compareStrings, fail, ok, seconds } from "../../core/units/index.ts";
import { ProblemLog } from "../reading/problem-log.ts";
import type { TableRow, TableSchema } from "../reading/table.ts";
import { readTable } from "../reading/table.ts";
import { readTimestamp } from "../reading/timestamps.ts";
import type { AvailabilityInterval, PoolAvailability } from "./pool-availability.ts";
import { joinIntervals, probeKinds } from "./pool-availability.ts";

type TraceColumn =
  | "trace_id"
  | "kind"
  | "availability_zone"
  | "instance_type"
  | "nodes_requested"
  | "gap_seconds"
  | "ticks"
  | "start_utc";
type RunColumn = "trace_id" | "offset_s" | "duration_s" | "available_nodes";

const traceSchema: TableSchema<TraceColumn> = {
  required: [
    "trace_id",
    "kind",
    "availability_zone",
    "instance_type",
    "nodes_requested",
    "gap_seconds",
    "ticks",
    "start_utc",
  ],
  optional: [],
  ignored: ["mean_available_fraction", "source"],
};
const runSchema: TableSchema<RunColumn> = {
  required: ["trace_id", "offset_s", "duration_s", "available_nodes"],
  optional: [],
};

/** A recorded trace before its runs are known. */
interface Probe extends Omit<PoolAvailability, "intervals"> {
  readonly line: number;
  readonly start: SimTime;
  readonly lengthSeconds: number;
  readonly requestedInstances: number;
  readonly intervals: AvailabilityInterval[];
  coveredSeconds: number;
}

/** Where a probed availability record is. */
export interface AvailabilityRunFiles {
  /** One row per trace: `trace_id, kind, availability_zone, instance_type, nodes_requested, …`. */
  readonly traces: string;
  /** Its runs: `trace_id, offset_s, duration_s, available_nodes`. */
  readonly runs: string;
}

/**
 * Probed availability, run-length encoded in two files: what each trace is, and its runs.
 *
 * `start_utc` is UTC, with or without saying so; a day alone is its midnight. Runs of a trace must join without gaps and cover
 * `ticks * gap_seconds`; a trace without runs and a run without trace are errors. The pools are in
 * the order of their trace ids.
 *
 * @throws OutsideError when a file cannot be read.
 */
export async function loadAvailabilityRuns(
  files: AvailabilityRunFiles,
): Promise<Result<readonly PoolAvailability[]>> {
  const traceLog = new ProblemLog(files.traces);
  const probes = new Map<string, Probe>();
  for await (const rows of readTable(files.traces, traceSchema, traceLog)) {
    for (const row of rows) {
      const probe = readProbe(row);
      if (probe !== undefined && probes.has(probe.traceId)) {
        row.refuse("trace_id", "interruptions/duplicate-trace", "every trace once");
      } else if (probe !== undefined) {
        probes.set(probe.traceId, probe);
      }
    }
  }
  const runLog = new ProblemLog(files.runs);
  if (!traceLog.hasErrors) {
    for await (const rows of readTable(files.runs, runSchema, runLog)) {
      for (const row of rows) {
        addRun(row, probes);
      }
    }
    checkCover(probes, traceLog, runLog);
  }
  if (traceLog.hasErrors || runLog.hasErrors) {
    return fail([...traceLog.errors(), ...runLog.errors()]);
  }
  return ok([...probes.values()].sort((a, b) => compareStrings(a.traceId, b.traceId)).map(poolOf), [
    ...traceLog.warnings(),
    ...runLog.warnings(),
  ]);
}

function poolOf(probe: Probe): PoolAvailability {
  const { traceId, instanceType, availabilityZone, evidence, requestedInstances } = probe;
  const intervals = joinIntervals(probe.intervals);
  return { traceId, instanceType, availabilityZone, evidence, requestedInstances, intervals };
}

function readProbe(row: TableRow<TraceColumn>): Probe | undefined {
  const traceId = row.requiredText("trace_id");
  const availabilityZone = row.requiredText("availability_zone");
  const instanceType = row.requiredText("instance_type");
  const requestedInstances = row.number("nodes_requested", { min: 1, isWhole: true });
  const gapSeconds = row.number("gap_seconds", { min: 1, isWhole: true });
  const ticks = row.number("ticks", { min: 1, isWhole: true });
  const start = readStart(row);
  const evidence = probeKinds.find((kind) => kind === row.text("kind"));
  if (evidence === undefined) {
    row.refuse("kind", "interruptions/bad-kind", probeKinds.join(" or "));
  }
  if (
    traceId === undefined ||
    availabilityZone === undefined ||
    instanceType === undefined ||
    requestedInstances === undefined ||
    gapSeconds === undefined ||
    ticks === undefined ||
    start === undefined ||
    evidence === undefined
  ) {
    return undefined;
  }
  return {
    line: row.line,
    traceId,
    availabilityZone,
    instanceType,
    evidence,
    requestedInstances,
    start,
    lengthSeconds: gapSeconds * ticks,
    intervals: [],
    coveredSeconds: 0,
  };
}

/** A day alone is read as its midnight: some records only say the day. */
function readStart(row: TableRow<TraceColumn>): SimTime | undefined {
  const text = row.text("start_utc");
  const isDay = /^\d{4}-\d\d-\d\d$/.test(text);
  const read = readTimestamp(isDay ? `${text}T00:00:00Z` : text);
  if (read === undefined) {
    row.refuse("start_utc", "interruptions/bad-timestamp", "a time such as 2023-02-15T22:08:16Z");
  } else if (isDay) {
    const message = "a start without time of day is read as midnight UTC";
    row.warn("start_utc", "interruptions/start-without-time", message, "a day without time");
  }
  return read?.time;
}

function addRun(row: TableRow<RunColumn>, probes: ReadonlyMap<string, Probe>): void {
  const probe = probes.get(row.text("trace_id"));
  if (probe === undefined) {
    row.refuse("trace_id", "interruptions/unknown-trace", "a trace_id of the traces file");
    return;
  }
  const offset = row.number("offset_s", { min: 0, isWhole: true });
  const duration = row.number("duration_s", { min: 1, isWhole: true });
  const max = probe.requestedInstances;
  const available = row.number("available_nodes", { min: 0, max, isWhole: true });
  if (offset === undefined || duration === undefined || available === undefined) {
    return;
  }
  if (offset !== probe.coveredSeconds) {
    row.refuse(
      "offset_s",
      "interruptions/gap-between-runs",
      `${probe.coveredSeconds}, where the trace's run before ends`,
    );
  }
  probe.coveredSeconds = offset + duration;
  probe.intervals.push({
    from: after(probe.start, seconds(offset)),
    until: after(probe.start, seconds(offset + duration)),
    availableInstances: available,
  });
}

function checkCover(
  probes: ReadonlyMap<string, Probe>,
  traceLog: ProblemLog,
  runLog: ProblemLog,
): void {
  if (runLog.hasErrors) {
    return;
  }
  for (const { traceId, line, lengthSeconds, coveredSeconds } of probes.values()) {
    if (coveredSeconds !== lengthSeconds) {
      traceLog.error({
        line,
        code: "interruptions/runs-do-not-cover",
        found: `runs of ${coveredSeconds} s`,
        allowed: `ticks * gap_seconds = ${lengthSeconds} s`,
        message: `the runs of trace ${traceId} do not cover it`,
      });
    }
  }
}
