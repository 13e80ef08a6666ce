/**
 * How long one scheduling run of upstream Karpenter takes, by the nodes of the cluster and the pods
 * to be placed: what the defaults of `decisionLatency: proportional` rest on.
 *
 * `npx tsx bench/decision-latency.ts [--json FILE]`; needs Go. Nodes of eight cores with fifteen pods each, one
 * NodePool of the catalogue's c, m and r types. `fitting` pods find room on the other nodes, the others
 * need a machine each. Upstream runs on one core, as its consolidation does; copying its state is
 * counted.
 */
import { pathToFileURL } from "node:url";
import { defaultDecisionLatency } from "../sim/world-plan.ts";
import { reportResult } from "./harness/report-result.ts";
import { isGoInstalled, UpstreamProgram } from "./harness/upstream-program.ts";
import { catalogueInstanceTypes } from "./scheduling/instance-types.ts";

/** One cluster and so many pods. */
export interface DecisionLatencyRow {
  readonly nodes: number;
  readonly pods: number;
  readonly isFitting: boolean;
  readonly newNodeClaims: number;
  readonly medianMs: number;
  /** By the model's defaults. */
  readonly modelMs: number;
}

/** What `run` measured; plain JSON. */
export interface DecisionLatencyResult {
  readonly name: "decision-latency";
  readonly upstream: "karpenter v1.14.1" | "not measured: Go is not installed";
  readonly rows: readonly DecisionLatencyRow[];
}

/** As conformance/upstream/latency.go has it. */
interface RunTime {
  readonly nodes: number;
  readonly pods: number;
  readonly newNodeClaims: number;
  readonly milliseconds: readonly number[];
}

const sizes = [50, 200, 500, 1000, 2000] as const;
const iterations = 9;
/** Some pods fit beside those that are there; with so many cores, none does. */
const coresOfOthers = "6";

/** Measures all clusters. */
export function run(onRow?: (row: DecisionLatencyRow) => void): DecisionLatencyResult {
  if (!isGoInstalled()) {
    return { name: "decision-latency", upstream: "not measured: Go is not installed", rows: [] };
  }
  const upstream = new UpstreamProgram();
  const rows: DecisionLatencyRow[] = [];
  try {
    const instanceTypes = catalogueInstanceTypes();
    for (const nodes of sizes) {
      for (const isFitting of [true, false]) {
        const cpu = isFitting ? "" : coresOfOthers;
        const pods = isFitting ? [1, 15, 150, 600] : [1, 15, 150];
        const fitting = pods.filter((count) => count <= (nodes * 15) / 3);
        const question = { nodes, pods: fitting, cpu, iterations, instanceTypes };
        for (const time of upstream.ask("latency", question) as readonly RunTime[]) {
          const row = rowOf(time, isFitting);
          rows.push(row);
          onRow?.(row);
        }
      }
    }
  } finally {
    upstream.close();
  }
  return { name: "decision-latency", upstream: "karpenter v1.14.1", rows };
}

function rowOf(time: RunTime, isFitting: boolean): DecisionLatencyRow {
  const { nodes, pods, newNodeClaims, milliseconds } = time;
  const { baseMs, perNodeMs, perPodMs } = defaultDecisionLatency;
  const sorted = [...milliseconds].sort((a, b) => a - b);
  return {
    nodes,
    pods,
    isFitting,
    newNodeClaims,
    medianMs: sorted[Math.floor(sorted.length / 2)] ?? Number.NaN,
    modelMs: baseMs + perNodeMs * nodes + perPodMs * pods,
  };
}

const head = " nodes   pods             new NodeClaims   upstream      model";

function formatRow(row: DecisionLatencyRow): string {
  return [
    String(row.nodes).padStart(6),
    String(row.pods).padStart(7),
    (row.isFitting ? "fitting" : "too large").padStart(12),
    String(row.newNodeClaims).padStart(15),
    `${row.medianMs.toFixed(0)} ms`.padStart(11),
    `${row.modelMs.toFixed(0)} ms`.padStart(11),
  ].join("");
}

const script = process.argv[1];
if (script !== undefined && import.meta.url === pathToFileURL(script).href) {
  console.log(head);
  const result = run((row) => console.log(formatRow(row)));
  reportResult(result, `upstream: ${result.upstream}`);
}
