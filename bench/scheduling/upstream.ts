/** Times upstream Karpenter's own scheduler on a workload, where Go is installed. */
import type { UpstreamProgram } from "../harness/upstream-program.ts";
import { iterationsOf, type Workload } from "./workloads.ts";

/** An entry per iteration. */
export interface UpstreamTiming {
  /** Construction of topology and scheduler. */
  readonly setupSeconds: readonly number[];
  /** What upstream's own benchmark times. */
  readonly solveSeconds: readonly number[];
  readonly nodes: readonly number[];
  readonly podErrors: number;
}

/** Has upstream schedule the workload. */
export function timeUpstream(upstream: UpstreamProgram, workload: Workload): UpstreamTiming {
  const question = { ...workload, iterations: iterationsOf(workload) };
  return upstream.ask("bench", question) as UpstreamTiming;
}
