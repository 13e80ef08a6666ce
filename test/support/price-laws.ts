/**
 * Consolidation launches nothing that it expects to cost as much as what it removes: recomputed from
 * the machines and the market alone, whatever the commands of a journal say about their prices.
 */
import { after, durationMs, type SimTime } from "../../core/units/index.ts";
import type { LedgerEntry } from "../../sim/ledger/index.ts";
import type { WorldPlan } from "../../sim/world-plan.ts";
import { isDriftMethod } from "./disruption-laws.ts";
import type { ReplayedCluster, ReplayedMachine } from "./journal-replay.ts";

type Command = Extract<LedgerEntry, { kind: "disruption-command" }>;
type Launch = Extract<LedgerEntry, { kind: "instance-launched" }>;
type Offering = Pick<Launch, "capacityType" | "instanceType" | "zone">;

/** Sums of prices may differ by the order in which they were added. */
const roundingMax = 1e-9;

/** Looks at commands and launches just before they take effect on the replayed cluster. */
export class PriceLaws {
  readonly #plan: WorldPlan;
  readonly #cluster: ReplayedCluster;
  readonly #violate: (law: string) => void;
  /** What has to be undercut, by the NodeClaim that replaces it. */
  readonly #bounds = new Map<string, { readonly usdPerHour: number; readonly at: SimTime }>();
  readonly #unavailableUntil = new Map<string, SimTime>();

  constructor(plan: WorldPlan, cluster: ReplayedCluster, violate: (law: string) => void) {
    this.#plan = plan;
    this.#cluster = cluster;
    this.#violate = violate;
  }

  before(entry: LedgerEntry): void {
    if (entry.kind === "disruption-command") this.#command(entry);
    if (entry.kind === "instance-launched") this.#launch(entry);
    if (entry.kind === "offering-unavailable") {
      this.#unavailableUntil.set(keyOf(entry), entry.until);
    }
  }

  /** Drift replaces whatever it costs. */
  #command({ method, decision, candidates, replacements, at }: Command): void {
    if (isDriftMethod(method) || decision !== "replace") return;
    let before = 0;
    for (const name of candidates) before += this.#priceOf(this.#cluster.node(name).machine, at);
    let cheapest = 0;
    for (const name of replacements) {
      const prices = this.#pricesOfTypes(this.#cluster.machines.get(name), at);
      this.#bounds.set(name, { usdPerHour: before, at });
      cheapest += Math.min(...prices.values());
      for (const [type, usdPerHour] of prices) {
        if (isBelow(usdPerHour, before)) continue;
        this.#violate(`${name} may be ${type} for ${usdPerHour} in the place of ${before}`);
      }
    }
    if (!isBelow(cheapest, before)) {
      this.#violate(`replacements for ${cheapest} in the place of ${before}`);
    }
  }

  #launch(launch: Launch): void {
    const { nodeClaimName, onDemandUsdPerHour } = launch;
    const bound = this.#bounds.get(nodeClaimName);
    // What was not to be had when the command was found has not been weighed.
    if (bound === undefined || this.#wasUnavailable(launch, bound.at)) return;
    const usdPerHour = this.#believed(launch, onDemandUsdPerHour, bound.at) ?? 0;
    if (!isBelow(usdPerHour, bound.usdPerHour)) {
      this.#violate(
        `${nodeClaimName} is launched for ${usdPerHour}, not below ${bound.usdPerHour}`,
      );
    }
  }

  #wasUnavailable(offering: Offering, at: SimTime): boolean {
    return at <= (this.#unavailableUntil.get(keyOf(offering)) ?? Number.NEGATIVE_INFINITY);
  }

  #priceOf(machine: ReplayedMachine | undefined, at: SimTime): number {
    const launch = machine?.launch;
    if (launch === undefined) return 0;
    return this.#believed(launch, launch.onDemandUsdPerHour, at) ?? 0;
  }

  /** Of every type that the machine may be the lowest price, over capacity types and zones. */
  #pricesOfTypes(machine: ReplayedMachine | undefined, at: SimTime): ReadonlyMap<string, number> {
    const { region, zones, catalogue } = this.#plan;
    const capacityTypes = (["spot", "on-demand"] as const).filter(
      (it) => machine?.capacityTypes.length === 0 || machine?.capacityTypes.includes(it),
    );
    return new Map(
      machine?.instanceTypes.map((instanceType) => {
        const onDemand = catalogue.findOnDemandPrice(region, instanceType)?.usdPerHour;
        const prices = capacityTypes.flatMap((capacityType) =>
          zones.flatMap(
            (zone) => this.#believed({ capacityType, instanceType, zone }, onDemand, at) ?? [],
          ),
        );
        return [instanceType, Math.min(...prices)];
      }),
    );
  }

  /** Karpenter reads Spot prices from time to time and believes them until the next reading. */
  #believed(
    { capacityType, instanceType, zone }: Offering,
    onDemandUsdPerHour: number | undefined,
    at: SimTime,
  ): number | undefined {
    if (capacityType !== "spot") return onDemandUsdPerHour;
    const { market, start, aws } = this.#plan;
    const period = aws.pricingRefreshPeriod;
    const readAt = after(start, durationMs(Math.floor((at - start) / period) * period));
    return market.priceAt(instanceType, zone, readAt);
  }
}

function isBelow(usdPerHour: number, bound: number): boolean {
  return bound - usdPerHour > roundingMax;
}

function keyOf({ capacityType, instanceType, zone }: Offering): string {
  return `${capacityType}/${instanceType}/${zone}`;
}
