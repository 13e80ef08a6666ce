import { type DurationMs, durationMs, minutes } from "../units/index.ts";

/**
 * How long a scheduling run takes Karpenter: a straight line in the nodes that it looks at and the
 * pods that it places. Milliseconds, fractions allowed, nothing negative.
 */
export interface DecisionLatency {
  /** A run over nothing. */
  readonly baseMs: number;
  /** Each node that could take pods. */
  readonly perNodeMs: number;
  /** Each pod to be placed. */
  readonly perPodMs: number;
}

/**
 * How long a run of the provisioner may take before it ends with what it has.
 *
 * @see karpenter v1.14.1 pkg/controllers/provisioning/provisioner.go Schedule
 */
const runTimeout: DurationMs = minutes(1);

/** How long a run over so many nodes and pods takes, in milliseconds; 0 without a latency. */
export function runLatencyMs(
  latency: DecisionLatency | undefined,
  { nodes, pods }: { readonly nodes: number; readonly pods: number },
): number {
  if (latency === undefined) return 0;
  return latency.baseMs + latency.perNodeMs * nodes + latency.perPodMs * pods;
}

/** Whole milliseconds, the one that has begun counted in full. */
export function wholeLatency(latencyMs: number): DurationMs {
  return durationMs(Math.ceil(latencyMs));
}

/** What the provisioner's time limit leaves of a run. */
export interface RunBudget {
  /** Attempts to place a pod; absent: as many as it takes. */
  readonly attemptsMax?: number;
  /** When it ends, from its start. */
  readonly took: DurationMs;
}

/** How many attempts a run of the provisioner gets, and how long it takes. */
export function runBudget(
  latency: DecisionLatency | undefined,
  size: { readonly nodes: number; readonly pods: number },
): RunBudget {
  const latencyMs = runLatencyMs(latency, size);
  const took = wholeLatency(Math.min(latencyMs, runTimeout));
  if (latency === undefined || latency.perPodMs === 0) return { took };
  const left = runTimeout - runLatencyMs(latency, { ...size, pods: 0 });
  return { took, attemptsMax: Math.max(0, Math.floor(left / latency.perPodMs)) };
}
