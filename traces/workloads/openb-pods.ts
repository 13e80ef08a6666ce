import type { Bytes, Millicores, Result } from "../../core/units/index.ts";
import { bytes, compareStrings, millicores } from "../../core/units/index.ts";
import { ProblemLog } from "../reading/problem-log.ts";
import type { TableRow, TableSchema } from "../reading/table.ts";
import { readTable } from "../reading/table.ts";

/** A pod of a workload trace: what it asked for, when it came and how long it ran. */
export interface TracePod {
  readonly name: string;
  /** After the start of the replay, in seconds of the replay. */
  readonly arrivalSeconds: number;
  /**
   * How long it runs once it is scheduled; undefined: to the end of the replay. For a pod that the
   * traced cluster never scheduled: how long it waited before somebody deleted it.
   */
  readonly durationSeconds: number | undefined;
  /** False for a pod that stayed pending in the traced cluster. */
  readonly wasScheduled: boolean;
  readonly cpuMillicores: Millicores;
  readonly memoryBytes: Bytes;
  /** Whole GPUs; a pod with a share of one GPU has 1. */
  readonly gpus: number;
  /** Thousandths of each GPU: below 1000 for a shared one, 0 without GPU. */
  readonly gpuMilli: number;
  /** The GPU models that it accepts; empty: any. */
  readonly gpuSpec: readonly string[];
  /** As the trace says: LS, BE, Burstable, Guaranteed. LS and BE are not Kubernetes' classes. */
  readonly qos: string;
  /** The traces of this format have none. */
  readonly priority?: number;
}

/** Which part of a pod list is replayed, and how fast. */
export interface OpenbPodOptions {
  /** Replay seconds between arrivals for one trace second: 0.5 is twice as fast. Lengths stay. */
  readonly timeScale?: number;
  /** Pods created at or after this second of the trace; it becomes second 0 of the replay. */
  readonly fromSeconds?: number;
  /** Pods created before this second of the trace. */
  readonly untilSeconds?: number;
  /** At most so many pods, the first of the window in the order of the file. */
  readonly limit?: number;
}

type Column =
  | "name"
  | "cpu_milli"
  | "memory_mib"
  | "num_gpu"
  | "gpu_milli"
  | "gpu_spec"
  | "qos"
  | "creation_time"
  | "deletion_time"
  | "scheduled_time";

const schema: TableSchema<Column> = {
  required: ["name", "cpu_milli", "memory_mib", "creation_time", "deletion_time"],
  optional: ["num_gpu", "gpu_milli", "gpu_spec", "qos", "scheduled_time"],
  ignored: ["pod_phase"],
};

const bytesPerMib = 1_048_576;

/**
 * The pods of an openb pod list in the order of the file, gzip or plain, one by one, so that memory
 * does not grow with it.
 *
 * What is not modelled goes to the log as warnings, with the number of pods: shares of a GPU (counted
 * as a whole one), GPU models, pods that were never scheduled.
 *
 * @throws OutsideError when the file cannot be read.
 * @throws RangeError for a time scale that is not above zero.
 * @see https://github.com/alibaba/clusterdata cluster-trace-gpu-v2023
 */
export async function* readOpenbPods(
  path: string,
  options: OpenbPodOptions & { readonly log: ProblemLog },
): AsyncGenerator<TracePod> {
  const { log, timeScale = 1, limit = Number.POSITIVE_INFINITY } = options;
  if (!(timeScale > 0 && timeScale < Number.POSITIVE_INFINITY)) {
    throw new RangeError(`time scale ${timeScale} is not a finite number above zero`);
  }
  const from = options.fromSeconds ?? 0;
  const until = options.untilSeconds ?? Number.POSITIVE_INFINITY;
  let count = 0;
  for await (const rows of readTable(path, schema, log)) {
    for (const row of rows) {
      const pod = readPod(row);
      if (pod === undefined || pod.arrivalSeconds < from || pod.arrivalSeconds >= until) {
        continue;
      }
      if (count === limit) {
        return;
      }
      count += 1;
      warnOfUnmodelled(pod, row);
      yield replayed(pod, from, timeScale);
    }
  }
}

/**
 * The pods of an openb pod list by arrival, then name; names must differ.
 *
 * @throws OutsideError when the file cannot be read.
 * @throws RangeError for a time scale that is not above zero.
 */
export async function loadOpenbPods(
  path: string,
  options: OpenbPodOptions = {},
): Promise<Result<readonly TracePod[]>> {
  const log = new ProblemLog(path);
  const podByName = new Map<string, TracePod>();
  for await (const pod of readOpenbPods(path, { ...options, log })) {
    if (podByName.has(pod.name)) {
      log.error({
        code: "workloads/duplicate-pod",
        path: "name",
        found: pod.name,
        allowed: "names that differ",
        message: `two pods of the window are called ${pod.name}`,
      });
    }
    podByName.set(pod.name, pod);
  }
  if (podByName.size === 0 && !log.hasErrors) {
    log.error({
      code: "workloads/no-pods",
      found: "no pods",
      allowed: "at least one pod created in the window",
      message: "no pod of the file is created in the window",
    });
  }
  const pods = [...podByName.values()].sort(
    (a, b) => a.arrivalSeconds - b.arrivalSeconds || compareStrings(a.name, b.name),
  );
  return log.result(pods);
}

/** The pod in seconds of the trace; undefined, with the reasons in the log, for a bad row. */
function readPod(row: TableRow<Column>): TracePod | undefined {
  const name = row.requiredText("name");
  const cpu = row.number("cpu_milli", { min: 0, isWhole: true });
  const memoryMib = row.number("memory_mib", { min: 0 });
  const gpus = row.text("num_gpu") === "" ? 0 : row.number("num_gpu", { min: 0, isWhole: true });
  const gpuMilli = readGpuMilli(row, gpus ?? 0);
  const created = row.number("creation_time", { min: 0 });
  const life = created === undefined ? undefined : readLife(row, created);
  if (
    name === undefined ||
    cpu === undefined ||
    memoryMib === undefined ||
    gpus === undefined ||
    gpuMilli === undefined ||
    created === undefined ||
    life === undefined
  ) {
    return undefined;
  }
  return {
    name,
    arrivalSeconds: created,
    ...life,
    cpuMillicores: millicores(cpu),
    memoryBytes: bytes(Math.ceil(memoryMib * bytesPerMib)),
    gpus,
    gpuMilli,
    gpuSpec: row
      .text("gpu_spec")
      .split("|")
      .filter((model) => model !== ""),
    qos: row.text("qos"),
  };
}

function readGpuMilli(row: TableRow<Column>, gpus: number): number | undefined {
  return row.text("gpu_milli") === ""
    ? gpus > 0
      ? 1000
      : 0
    : row.number("gpu_milli", { min: 0, max: 1000, isWhole: true });
}

function readLife(
  row: TableRow<Column>,
  created: number,
): Pick<TracePod, "durationSeconds" | "wasScheduled"> | undefined {
  const wasScheduled = row.text("scheduled_time") !== "";
  const begun = wasScheduled ? row.number("scheduled_time", { min: created }) : created;
  if (begun === undefined) {
    return undefined;
  }
  if (row.text("deletion_time") === "") {
    return { durationSeconds: undefined, wasScheduled };
  }
  const ended = row.number("deletion_time", { min: begun });
  return ended === undefined ? undefined : { durationSeconds: ended - begun, wasScheduled };
}

function warnOfUnmodelled(pod: TracePod, row: TableRow<Column>): void {
  if (pod.gpus > 0 && pod.gpuMilli < 1000) {
    row.warn(
      "gpu_milli",
      "workloads/shared-gpu",
      "GPU sharing is not modelled: a pod with a share of a GPU counts as one with a whole GPU",
      "shares of a GPU",
    );
  }
  if (pod.gpuSpec.length > 0) {
    row.warn("gpu_spec", "workloads/gpu-spec", "the GPU model asked for is not modelled");
  }
  if (!pod.wasScheduled) {
    row.warn(
      "scheduled_time",
      "workloads/never-scheduled",
      "pods that the traced cluster never scheduled run for as long as they waited there",
      "no scheduled_time",
    );
  }
}

/** The pod in seconds of the replay; it runs for as long as in the trace. */
function replayed(pod: TracePod, fromSeconds: number, timeScale: number): TracePod {
  return { ...pod, arrivalSeconds: (pod.arrivalSeconds - fromSeconds) * timeScale };
}
