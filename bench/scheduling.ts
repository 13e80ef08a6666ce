/**
 * Pods scheduled per second, on the workloads of upstream Karpenter's own benchmark and on a real
 * catalogue, beside upstream itself where Go is installed.
 *
 * `npx tsx bench/scheduling.ts [--ours] [--json FILE] [CASE...]`; `--ours` leaves upstream out. Both schedulers are
 * handed the same pods and instance types, and start every iteration from nothing. Ours is one thread and is
 * timed with its construction; of upstream only Solve is timed, as its own benchmark does, with its five workers.
 */
import { pathToFileURL } from "node:url";
import { benchArguments, reportResult } from "./harness/report-result.ts";
import { isGoInstalled, UpstreamProgram } from "./harness/upstream-program.ts";
import { timeOurs } from "./scheduling/ours.ts";
import { timeUpstream } from "./scheduling/upstream.ts";
import { type Workload, workloads } from "./scheduling/workloads.ts";

/** A workload with medians over its iterations; no upstream without Go. */
export interface SchedulingBenchRow {
  readonly workload: string;
  readonly pods: number;
  readonly instanceTypes: number;
  readonly seconds: number;
  readonly podsPerSecond: number;
  readonly nodes: number;
  readonly unscheduled: number;
  readonly upstream?: {
    readonly setupSeconds: number;
    readonly solveSeconds: number;
    readonly podsPerSecond: number;
    /** All that came out: upstream leaves ties to the order of hash maps. */
    readonly nodes: readonly number[];
    readonly unscheduled: number;
  };
  /** Our pods per second over upstream's. */
  readonly ratio?: number;
}

/** What `run` measured; plain JSON. */
export interface SchedulingBenchResult {
  readonly name: "scheduling";
  readonly upstream: "karpenter v1.14.1" | "not measured: Go is not installed" | "not measured";
  readonly rows: readonly SchedulingBenchRow[];
}

/** Measures the named workloads, all by default. */
export function run(
  options: {
    readonly names?: readonly string[];
    readonly isOursOnly?: boolean;
    readonly onRow?: (row: SchedulingBenchRow) => void;
  } = {},
): SchedulingBenchResult {
  const { names = [], isOursOnly = false, onRow } = options;
  const hasGo = !isOursOnly && isGoInstalled();
  const upstream = hasGo ? new UpstreamProgram() : undefined;
  const rows: SchedulingBenchRow[] = [];
  try {
    for (const workload of workloads(names)) {
      const row = measure(workload, upstream);
      rows.push(row);
      onRow?.(row);
    }
  } finally {
    upstream?.close();
  }
  const missing = isOursOnly ? "not measured" : "not measured: Go is not installed";
  return { name: "scheduling", upstream: hasGo ? "karpenter v1.14.1" : missing, rows };
}

function measure(workload: Workload, upstream: UpstreamProgram | undefined): SchedulingBenchRow {
  const count = workload.pods.length;
  const ours = timeOurs(workload);
  const seconds = median(ours.seconds);
  const row = {
    workload: workload.name,
    pods: count,
    instanceTypes: workload.instanceTypes.length,
    seconds,
    podsPerSecond: count / seconds,
    nodes: median(ours.nodes),
    unscheduled: ours.podErrors,
  };
  if (upstream === undefined) return row;
  const { setupSeconds, solveSeconds, nodes, podErrors } = timeUpstream(upstream, workload);
  const theirs = median(solveSeconds);
  return {
    ...row,
    upstream: {
      setupSeconds: median(setupSeconds),
      solveSeconds: theirs,
      podsPerSecond: count / theirs,
      nodes: [...new Set(nodes)].sort((a, b) => a - b),
      unscheduled: podErrors,
    },
    ratio: theirs / seconds,
  };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

const head =
  "workload                    types    pods/s  nodes  left   upstream/s       nodes  left    ratio";

function formatRow(row: SchedulingBenchRow): string {
  const theirs = row.upstream;
  return [
    row.workload.padEnd(26),
    String(row.instanceTypes).padStart(6),
    row.podsPerSecond.toFixed(0).padStart(10),
    String(row.nodes).padStart(7),
    String(row.unscheduled).padStart(6),
    (theirs?.podsPerSecond.toFixed(0) ?? "-").padStart(12),
    (theirs?.nodes.join("/") ?? "-").padStart(12),
    String(theirs?.unscheduled ?? "-").padStart(6),
    (row.ratio === undefined ? "-" : `${row.ratio.toFixed(1)}x`).padStart(9),
  ].join("");
}

const script = process.argv[1];
if (script !== undefined && import.meta.url === pathToFileURL(script).href) {
  const { words } = benchArguments();
  const names = words.filter((word) => word !== "--ours");
  console.log(head);
  // Row by row: upstream takes minutes.
  const onRow = (row: SchedulingBenchRow) => console.log(formatRow(row));
  const result = run({ names, isOursOnly: words.includes("--ours"), onRow });
  reportResult(result, `upstream: ${result.upstream}`);
}
