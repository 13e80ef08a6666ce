import type { DurationMs } from "../../core/units/index.ts";
import { durationMs } from "../../core/units/index.ts";
import { distributionQuantile, hashUniform, type Distribution } from "../engine/index.ts";

/**
 * How long EC2 takes, in seconds. The defaults are choices within what is published.
 *
 * @see "EC2 boot time benchmarking" (C. Percival, 2021); AWS node-latency-for-k8s
 */
export interface Ec2Latency {
  /** CreateFleet call to answer. */
  readonly createFleetSeconds: Distribution;
  /** Instance `pending` to `running`. */
  readonly pendingToRunningSeconds: Distribution;
  /** `shutting-down` to `terminated`. */
  readonly shutdownSeconds: Distribution;
}

export const defaultEc2Latency: Ec2Latency = {
  createFleetSeconds: { kind: "lognormal", p50: 2, p95: 4 },
  pendingToRunningSeconds: { kind: "lognormal", p50: 6, p95: 15 },
  shutdownSeconds: { kind: "uniform", min: 30, max: 60 },
};

/**
 * One delay out of a distribution in seconds, whole milliseconds. The draw is named by purpose,
 * entity and index, so the same machine takes the same time under every policy.
 */
export function sampleDelay(
  distribution: Distribution,
  name: {
    readonly seed: number | string;
    readonly purpose: string;
    readonly entity: string;
    readonly index: number;
  },
): DurationMs {
  const u = hashUniform(name.seed, name.purpose, name.entity, name.index);
  // Quantiles of unbounded distributions are infinite at the very edges.
  const p = Math.min(Math.max(u, 1e-12), 1 - 1e-12);
  return durationMs(Math.max(0, Math.round(distributionQuantile(distribution, p) * 1000)));
}
