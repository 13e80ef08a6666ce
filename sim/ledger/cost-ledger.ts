import type { SimTime } from "../../core/units/index.ts";
import { CompensatedSum, compareStrings, invariant } from "../../core/units/index.ts";
import { BucketSeries } from "./bucket-series.ts";
import type { LedgerEntry } from "./entry.ts";
import type { CostFacts, CostShare } from "./run-facts.ts";
import { Tally } from "./tally.ts";

type Entry<Kind extends LedgerEntry["kind"]> = Extract<LedgerEntry, { kind: Kind }>;

interface BilledInstance {
  readonly launched: Entry<"instance-launched">;
  computeUsd: number;
  onDemandEquivalentUsd: number;
  idleUsd: number;
}

/** Adds up the bill and says where it went. */
export class CostLedger {
  readonly #instances = new Map<string, BilledInstance>();
  readonly #compute = new CompensatedSum<number>();
  readonly #waived = new CompensatedSum<number>();
  readonly #onDemandEquivalent = new CompensatedSum<number>();
  readonly #idle = new CompensatedSum<number>();
  readonly #storage = new CompensatedSum<number>();
  readonly #network = new CompensatedSum<number>();
  readonly #controlPlane = new CompensatedSum<number>();
  readonly #byCapacityType = new Tally();
  readonly #byNodePool = new Tally();
  readonly #byInstanceFamily = new Tally();
  readonly #byZone = new Tally();
  readonly #byShare = new Tally();
  readonly #seriesByCapacityType = new Map<string, BucketSeries>();
  readonly #idleShare: (instanceId: string, at: SimTime) => number;
  readonly #start: SimTime;
  readonly #end: SimTime;

  /** `idleShare` answers, and forgets, what share of an instance was idle since it was last asked. */
  constructor(
    start: SimTime,
    end: SimTime,
    idleShare: (instanceId: string, at: SimTime) => number,
  ) {
    this.#start = start;
    this.#end = end;
    this.#idleShare = idleShare;
  }

  launched(entry: Entry<"instance-launched">): void {
    const none = { computeUsd: 0, onDemandEquivalentUsd: 0, idleUsd: 0 };
    this.#instances.set(entry.instanceId, { launched: entry, ...none });
  }

  charged(entry: Entry<"charge">): void {
    if (entry.item === "storage") return this.#storage.add(entry.usd);
    if (entry.item === "public-ipv4") return this.#network.add(entry.usd);
    const instance = this.#instance(entry.instanceId);
    const idleUsd = entry.usd * this.#idleShare(entry.instanceId, entry.at);
    instance.computeUsd += entry.usd;
    instance.onDemandEquivalentUsd += entry.onDemandEquivalentUsd;
    instance.idleUsd += idleUsd;
    this.#add(instance.launched, entry.usd, entry.onDemandEquivalentUsd, idleUsd);
    const series = this.#series(instance.launched.capacityType);
    for (const { from, until, usdPerHour } of entry.segments) {
      series.spread(from, until, usdPerHour);
    }
  }

  /** Everything charged for the instance so far is given back. */
  waived(entry: Entry<"charge-waived">): void {
    const { launched, computeUsd, onDemandEquivalentUsd, idleUsd } = this.#instance(
      entry.instanceId,
    );
    invariant(Math.abs(computeUsd - entry.usd) < 1e-9, "a waiver gives back what was charged", {
      charged: computeUsd,
      waived: entry.usd,
    });
    this.#waived.add(entry.usd);
    this.#add(launched, -entry.usd, -onDemandEquivalentUsd, -idleUsd);
  }

  controlPlane(usd: number): void {
    this.#controlPlane.add(usd);
  }

  /** Nothing more can be charged for the instance. */
  terminated(instanceId: string): void {
    this.#instances.delete(instanceId);
  }

  capacityTypeOf(instanceId: string): string {
    return this.#instance(instanceId).launched.capacityType;
  }

  facts(): CostFacts {
    return {
      computeUsd: this.#compute.total,
      storageUsd: this.#storage.total,
      controlPlaneUsd: this.#controlPlane.total,
      networkUsd: this.#network.total,
      waivedUsd: this.#waived.total,
      onDemandEquivalentUsd: this.#onDemandEquivalent.total,
      idleUsd: this.#idle.total,
      byCapacityType: this.#byCapacityType.record(),
      byNodePool: this.#byNodePool.record(),
      byInstanceFamily: this.#byInstanceFamily.record(),
      byZone: this.#byZone.record(),
      shares: this.#shares(),
    };
  }

  /** The mean rate in each bucket, by capacity type. */
  usdPerHourByCapacityType(): Readonly<Record<string, readonly number[]>> {
    const sorted = [...this.#seriesByCapacityType.entries()].sort(([left], [right]) =>
      compareStrings(left, right),
    );
    return Object.fromEntries(sorted.map(([name, series]) => [name, series.means()]));
  }

  #add(
    launched: Entry<"instance-launched">,
    usd: number,
    onDemandEquivalentUsd: number,
    idleUsd: number,
  ): void {
    const { capacityType, nodePoolName, instanceFamily, zone } = launched;
    this.#compute.add(usd);
    this.#onDemandEquivalent.add(onDemandEquivalentUsd);
    this.#idle.add(idleUsd);
    this.#byCapacityType.add(capacityType, usd);
    this.#byNodePool.add(nodePoolName, usd);
    this.#byInstanceFamily.add(instanceFamily, usd);
    this.#byZone.add(zone, usd);
    this.#byShare.add(JSON.stringify([nodePoolName, capacityType, instanceFamily]), usd);
  }

  #shares(): readonly CostShare[] {
    return this.#byShare.names().map((key) => {
      const [nodePool, capacityType, instanceFamily] = JSON.parse(key) as [string, string, string];
      return { nodePool, capacityType, instanceFamily, usd: this.#byShare.get(key) };
    });
  }

  #series(capacityType: string): BucketSeries {
    let series = this.#seriesByCapacityType.get(capacityType);
    if (series === undefined) {
      series = new BucketSeries(this.#start, this.#end);
      this.#seriesByCapacityType.set(capacityType, series);
    }
    return series;
  }

  #instance(instanceId: string): BilledInstance {
    const instance = this.#instances.get(instanceId);
    invariant(instance !== undefined, "a charge for an instance that was not launched", {
      instanceId,
    });
    return instance;
  }
}
