import type { SimTime } from "../../core/units/index.ts";
import type { LedgerEntry } from "../../sim/ledger/index.ts";
import type { WorldPlan } from "../../sim/world-plan.ts";

/**
 * Compute cost by another road than the meter's: for every instance, its second of running until its
 * second of stopping or shutting down, priced second by second from the market. USD.
 */
export function integrateCompute(plan: WorldPlan, journal: readonly LedgerEntry[]): number {
  interface Life {
    spot: boolean;
    type: string;
    zone: string;
    onDemand: number;
    from?: SimTime;
    noticed: boolean;
  }
  const lives = new Map<string, Life>();
  let usd = 0;
  const price = (life: Life, at: number) =>
    life.spot ? plan.market.priceAt(life.type, life.zone, at as SimTime) : life.onDemand;
  const settle = (life: Life, end: number, isOver: boolean, byEc2: boolean) => {
    if (life.from === undefined) return;
    if (byEc2 && life.noticed && end - life.from < 3_600_000) return;
    const seconds = (end - life.from) / 1000;
    const billed = isOver ? Math.max(60, Math.ceil(seconds)) : seconds;
    for (let second = 0; second < billed; second++) {
      const share = Math.min(1, billed - second);
      usd += ((price(life, life.from + second * 1000) ?? Number.NaN) / 3600) * share;
    }
  };
  for (const entry of journal) {
    if (entry.kind === "instance-launched") {
      lives.set(entry.instanceId, {
        spot: entry.capacityType === "spot",
        type: entry.instanceType,
        zone: entry.zone,
        onDemand: entry.onDemandUsdPerHour,
        noticed: false,
      });
    }
    if (!("instanceId" in entry)) continue;
    const life = lives.get(entry.instanceId);
    if (life === undefined) continue;
    if (entry.kind === "instance-running") life.from = entry.at;
    if (entry.kind === "interruption-notice") life.noticed = true;
    if (entry.kind === "instance-shutting-down" || entry.kind === "instance-stopping") {
      const byEc2 = entry.kind === "instance-shutting-down" && entry.terminatedBy === "ec2";
      settle(life, entry.at, true, byEc2);
      lives.delete(entry.instanceId);
    }
  }
  for (const life of lives.values()) settle(life, plan.end, false, false);
  return usd;
}
