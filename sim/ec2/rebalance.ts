import type { DurationMs } from "../../core/units/index.ts";
import { durationMs } from "../../core/units/index.ts";
import { distributionQuantile, hashUniform } from "../engine/index.ts";

const noneShare = 0.5;
const leadMinutes = { kind: "lognormal", p50: 12, p95: 45 } as const;

/**
 * How long before a reclaim EC2 recommends to rebalance; `undefined` for the half of them that come
 * without, or together with the notice. Between 2 and 60 minutes. EC2 promises neither; the split
 * and the law are choices. Recommendations that no interruption follows are not modelled.
 *
 * @see Amazon EC2 User Guide, "EC2 instance rebalance recommendations"
 */
export function rebalanceLead(
  seed: number | string,
  poolId: string,
  reclaimIndex: number,
): DurationMs | undefined {
  const u = hashUniform(seed, "rebalance", poolId, reclaimIndex);
  if (u < noneShare) return undefined;
  const p = Math.min(1 - 1e-9, Math.max(1e-9, (u - noneShare) / (1 - noneShare)));
  const minutes = Math.min(60, Math.max(2, distributionQuantile(leadMinutes, p)));
  return durationMs(Math.round(minutes * 60_000));
}
