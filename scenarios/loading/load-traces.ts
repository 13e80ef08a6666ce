import type { Diagnostic, Result, SimTime } from "../../core/units/index.ts";
import { fail, ok } from "../../core/units/index.ts";
import type {
  Catalogue,
  InterruptionTrace,
  ReplicaChange,
  SpotPriceSeries,
  TracePod,
} from "../../traces/index.ts";
import {
  loadInterruptionTrace,
  loadOpenbPods,
  loadReplicaSeries,
  loadSpotPriceHistory,
} from "../../traces/index.ts";
import type { ScenarioSpec, WorkloadSpec } from "../scenario-schema.ts";
import { atValue } from "./document-place.ts";
import type { InputFile, InputFolders } from "./input-paths.ts";
import { findInputFile } from "./input-paths.ts";
import type { ScenarioDocument, Step } from "./scenario-document.ts";

/** A recorded thing and the file that it came from. */
export interface Recorded<Value> {
  readonly file: InputFile;
  readonly value: Value;
}

/** Everything recorded that a scenario replays. */
export interface LoadedTraces {
  readonly spotPrices: Recorded<SpotPriceSeries> | undefined;
  readonly interruptions: Recorded<InterruptionTrace> | undefined;
  /** By the index of the workload. */
  readonly podsByWorkload: ReadonlyMap<number, Recorded<readonly TracePod[]>>;
  /** By the index of the workload. */
  readonly replicasByWorkload: ReadonlyMap<number, Recorded<readonly ReplicaChange[]>>;
}

/** What of the traces is needed. */
export interface TraceWindow {
  readonly spec: ScenarioSpec;
  readonly catalogue: Catalogue;
  readonly start: SimTime;
  readonly end: SimTime;
}

/**
 * Finds and reads every trace file of a scenario. All complaints at once: first those about the paths,
 * then those about what is in the files.
 */
export async function loadTraces(
  document: ScenarioDocument,
  window: TraceWindow,
  folders: InputFolders,
): Promise<Result<LoadedTraces>> {
  const reading = new TraceReading(document, window, folders);
  const spotPrices = await reading.spotPrices();
  const interruptions = await reading.interruptions();
  const podsByWorkload = new Map<number, Recorded<readonly TracePod[]>>();
  const replicasByWorkload = new Map<number, Recorded<readonly ReplicaChange[]>>();
  for (const [index, workload] of window.spec.workloads.entries()) {
    if ("trace" in workload) {
      const pods = await reading.pods(workload, index);
      if (pods !== undefined) podsByWorkload.set(index, pods);
    } else if (!("batch" in workload) && "series" in workload.replicas) {
      const replicas = await reading.replicas(workload, workload.replicas.series, index);
      if (replicas !== undefined) replicasByWorkload.set(index, replicas);
    }
  }
  const { diagnostics, warnings } = reading;
  return diagnostics.length > 0
    ? fail(diagnostics)
    : ok({ spotPrices, interruptions, podsByWorkload, replicasByWorkload }, warnings);
}

type PodTraceSpec = Extract<WorkloadSpec, { readonly trace: unknown }>;
type ScaledSpec = Extract<WorkloadSpec, { readonly replicas: unknown }>;

class TraceReading {
  readonly diagnostics: Diagnostic[] = [];
  readonly warnings: Diagnostic[] = [];
  readonly #document: ScenarioDocument;
  readonly #window: TraceWindow;
  readonly #folders: InputFolders;

  constructor(document: ScenarioDocument, window: TraceWindow, folders: InputFolders) {
    this.#document = document;
    this.#window = window;
    this.#folders = folders;
  }

  async spotPrices(): Promise<Recorded<SpotPriceSeries> | undefined> {
    const { spec, catalogue, start, end } = this.#window;
    const { prices } = spec.spot;
    if (!("path" in prices)) return undefined;
    const instanceTypes = catalogue.instanceTypes.map(({ instanceType }) => instanceType);
    return this.#read(["spec", "spot", "prices", "path"], prices.path, (path) =>
      loadSpotPriceHistory(path, { from: start, until: end, instanceTypes, zones: spec.zones }),
    );
  }

  async interruptions(): Promise<Recorded<InterruptionTrace> | undefined> {
    const { interruptions } = this.#window.spec.spot;
    if (!("trace" in interruptions)) return undefined;
    const steps = ["spec", "spot", "interruptions", "trace"];
    return this.#read(steps, interruptions.trace, loadInterruptionTrace);
  }

  async pods(
    { trace }: PodTraceSpec,
    index: number,
  ): Promise<Recorded<readonly TracePod[]> | undefined> {
    return this.#read(["spec", "workloads", index, "trace", "path"], trace.path, (path) =>
      loadOpenbPods(path, {
        timeScale: trace.timeScale,
        fromSeconds: trace.from / 1000,
        ...(trace.until === undefined ? {} : { untilSeconds: trace.until / 1000 }),
        ...(trace.limit === undefined ? {} : { limit: trace.limit }),
      }),
    );
  }

  async replicas(
    workload: ScaledSpec,
    series: string,
    index: number,
  ): Promise<Recorded<readonly ReplicaChange[]> | undefined> {
    const steps = ["spec", "workloads", index, "replicas", "series"];
    const { start } = this.#window;
    const read = await this.#read(steps, series, (path) => loadReplicaSeries(path, { start }));
    if (read === undefined) return undefined;
    const name = "deployment" in workload ? workload.deployment : workload.statefulSet;
    const own =
      read.value.find(({ deployment }) => deployment === name) ??
      read.value.find(({ deployment }) => deployment === undefined);
    if (own !== undefined) return { file: read.file, value: own.changes };
    const names = read.value.map(({ deployment }) => deployment ?? "").join(", ");
    this.diagnostics.push({
      ...atValue(this.#document, steps),
      code: "scenario/no-series",
      found: series,
      allowed: `a series for ${name}`,
      message: `${series} has no replicas for ${name}, only for ${names}`,
    });
    return undefined;
  }

  async #read<Value>(
    steps: readonly Step[],
    written: string,
    load: (path: string) => Promise<Result<Value>>,
  ): Promise<Recorded<Value> | undefined> {
    const found = await findInputFile(this.#document, steps, written, this.#folders);
    if (!found.ok) {
      this.diagnostics.push(...found.diagnostics);
      return undefined;
    }
    const loaded = await load(found.value.path);
    if (!loaded.ok) {
      this.diagnostics.push(...loaded.diagnostics);
      return undefined;
    }
    this.warnings.push(...loaded.warnings);
    return { file: found.value, value: loaded.value };
  }
}

/** The trace files that were read, in the order of the scenario. */
export function traceFiles(traces: LoadedTraces): readonly InputFile[] {
  return [
    traces.spotPrices,
    traces.interruptions,
    ...traces.podsByWorkload.values(),
    ...traces.replicasByWorkload.values(),
  ].flatMap((recorded) => (recorded === undefined ? [] : [recorded.file]));
}
