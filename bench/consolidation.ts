/**
 * Consolidation of large clusters: a search over every node of a cluster that is at rest, and the
 * step-down experiment from one rest to the next.
 *
 * `npx tsx bench/consolidation.ts [scan|step-down] [--nodes N,...] [--decision-latency ideal|proportional]
 * [--json FILE]`; everything by default. A scan starts with nothing remembered but compiled code, and is repeated; medians are told. The
 * step-down is run with decisions that take no time, and with the default decision latency.
 */
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { scanCluster, type ScanWorld, scanWorld } from "./consolidation/scan-cluster.ts";
import { type ScanTiming, timeScan } from "./consolidation/scan.ts";
import {
  type StepDownLatency,
  type StepDownTiming,
  timeStepDown,
} from "./consolidation/step-down.ts";
import { benchArguments, reportResult } from "./harness/report-result.ts";

/** A full multi-node and single-node search of one cluster. */
export interface ScanBenchRow extends ScanTiming {
  readonly nodes: number;
  readonly pods: number;
  readonly cpuUtilization: number;
  readonly simulations: number;
  /** Of both methods, without listing. */
  readonly msPerSimulation: number;
  /** Listing, multi-node and single-node search together. */
  readonly seconds: number;
}

/** The experiment with so many nodes at full size. */
export interface StepDownBenchRow extends StepDownTiming {
  readonly wantedNodes: number;
  readonly decisionLatency: StepDownLatency;
}

/** What `run` measured; plain JSON. */
export interface ConsolidationBenchResult {
  readonly name: "consolidation";
  readonly scans: readonly ScanBenchRow[];
  readonly stepDowns: readonly StepDownBenchRow[];
}

const scanSizes = [100, 500, 1000, 2000] as const;
const stepDownSizes = [200] as const;
const latencies = ["ideal", "proportional"] as const;
const repetitions = 3;

/** What to measure. */
export interface ConsolidationBenchOptions {
  readonly scans?: readonly number[];
  readonly stepDowns?: readonly number[];
  readonly latencies?: readonly StepDownLatency[];
  readonly onText?: (text: string) => void;
}

/** Measures clusters of the sizes, one after the other; `onText` is told each as it is done. */
export function run(options: ConsolidationBenchOptions = {}): ConsolidationBenchResult {
  const { scans = scanSizes, stepDowns = stepDownSizes, onText } = options;
  const scanRows: ScanBenchRow[] = [];
  if (scans.length > 0) {
    onText?.(scanHead);
    const world = scanWorld();
    measureScan(world, scanSizes[0]);
    for (const nodes of scans) {
      const row = measureScan(world, nodes);
      scanRows.push(row);
      onText?.(formatScan(row));
    }
  }
  const stepDownRows = stepDowns.flatMap((wantedNodes) =>
    (options.latencies ?? latencies).map((decisionLatency) => {
      const timing = timeStepDown(wantedNodes, decisionLatency);
      const row = { wantedNodes, decisionLatency, ...timing };
      onText?.(formatStepDown(row));
      return row;
    }),
  );
  return { name: "consolidation", scans: scanRows, stepDowns: stepDownRows };
}

function measureScan(world: ScanWorld, nodes: number): ScanBenchRow {
  const cluster = scanCluster(world, nodes);
  const rows = Array.from({ length: repetitions }, () => {
    const timing = timeScan(world, cluster);
    const { listingSeconds, multiNode, singleNode } = timing;
    const simulations = multiNode.simulations + singleNode.simulations;
    const searching = multiNode.seconds + singleNode.seconds;
    const { pods, cpuUtilization } = cluster;
    return {
      nodes,
      pods,
      cpuUtilization,
      ...timing,
      simulations,
      msPerSimulation: (1000 * searching) / simulations,
      seconds: listingSeconds + searching,
    };
  });
  const [median] = rows.sort((a, b) => a.seconds - b.seconds).slice(Math.floor(repetitions / 2));
  if (median === undefined) throw new Error("a scan is repeated at least once");
  return median;
}

const scanHead =
  " nodes    pods   cpu  simulations  ms/simulation  listing   multi  single   total  heap MiB";

function formatScan(row: ScanBenchRow): string {
  const seconds = (value: number, width: number) => `${value.toFixed(2)} s`.padStart(width);
  return [
    String(row.nodes).padStart(6),
    String(row.pods).padStart(8),
    `${Math.round(100 * row.cpuUtilization)} %`.padStart(6),
    String(row.simulations).padStart(13),
    row.msPerSimulation.toFixed(2).padStart(15),
    seconds(row.listingSeconds, 9),
    seconds(row.multiNode.seconds, 8),
    seconds(row.singleNode.seconds, 8),
    seconds(row.seconds, 8),
    row.heapMebibytes.toFixed(0).padStart(10),
  ].join("");
}

function formatStepDown(row: StepDownBenchRow): string {
  const lines = row.steps.map((step) =>
    [
      `${step.replicasPercent} %`.padStart(9),
      String(step.replicas).padStart(8),
      String(step.nodes).padStart(8),
      step.usdPerHour.toFixed(2).padStart(10),
      String(step.commands).padStart(10),
      String(step.evictions).padStart(11),
      `${step.restMinutes.toFixed(1)} min`.padStart(12),
    ].join(""),
  );
  return [
    `\nstep-down of ${row.wantedNodes} nodes, decision latency ${row.decisionLatency}`,
    " replicas    pods   nodes       $/h  commands  evictions     at rest",
    ...lines,
    `grown in ${row.growthSeconds.toFixed(1)} s, stepped down in ${row.stepDownSeconds.toFixed(1)} s; ` +
      `${row.events} events, ${row.simulations} simulations, heap ${row.heapMebibytes.toFixed(0)} MiB`,
  ].join("\n");
}

const parts = ["scan", "step-down"] as const;

const usage =
  `usage: bench/consolidation.ts [${parts.join("|")}] [--nodes N,...]` +
  ` [--decision-latency ${latencies.join("|")}]`;

/** Which parts and sizes the command line asks for. */
function optionsOf(args: readonly string[]): ConsolidationBenchOptions {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { nodes: { type: "string" }, "decision-latency": { type: "string" } },
  });
  const sizes = values.nodes?.split(",").map(Number);
  const latency = latencies.find((it) => it === values["decision-latency"]);
  const isValid =
    positionals.every((it) => parts.some((part) => part === it)) &&
    (sizes ?? []).every((it) => Number.isSafeInteger(it) && it > 0) &&
    (values["decision-latency"] === undefined || latency !== undefined);
  if (!isValid) throw new Error(usage);
  const isWanted = (part: string) => positionals.length === 0 || positionals.includes(part);
  return {
    scans: isWanted("scan") ? (sizes ?? scanSizes) : [],
    stepDowns: isWanted("step-down") ? (sizes ?? stepDownSizes) : [],
    ...(latency === undefined ? {} : { latencies: [latency] }),
  };
}

const script = process.argv[1];
if (script !== undefined && import.meta.url === pathToFileURL(script).href) {
  const onText = (text: string) => console.log(text);
  const result = run({ ...optionsOf(benchArguments().words), onText });
  reportResult(result, "");
}
