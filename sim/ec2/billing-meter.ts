/**
 * Runs the bills of all instances: opens one at launch, closes a part of it at every hour mark (so
 * that cost over time is known), and the rest at its end. Each part is a `charge` fact whose segments
 * say at which price; the parts of an instance add up to its bill.
 */
import type { SimTime } from "../../core/units/index.ts";
import { compareStrings, invariant } from "../../core/units/index.ts";
import type { LedgerSink, TerminatedBy } from "../ledger/index.ts";
import {
  billedUntil,
  msPerHour,
  segmentsUsd,
  spotBillSegments,
  type SpotPricing,
} from "./billing.ts";
import type { Ec2Instance } from "./instance.ts";
import type { SpotMarket } from "./spot-market.ts";

/** How the account is billed. */
export interface BillingSettings {
  readonly spotPricing: SpotPricing;
  /** EC2 gives back the usage of a Spot Instance that it interrupts in its first hour. */
  readonly waivesFirstHourOnInterruption: boolean;
  readonly controlPlaneUsdPerHour: number;
  readonly publicIpv4UsdPerHour: number;
}

/**
 * Amazon EKS in standard support costs 0.10 USD an hour, a public IPv4 address 0.005.
 *
 * @see Amazon EKS pricing; AWS News Blog, "AWS Public IPv4 Address Charge"
 */
export const defaultBillingSettings: BillingSettings = {
  spotPricing: "per-second",
  waivesFirstHourOnInterruption: true,
  controlPlaneUsdPerHour: 0.1,
  publicIpv4UsdPerHour: 0.005,
};

interface OpenBill {
  readonly instance: Ec2Instance;
  readonly onDemandUsdPerHour: number;
  readonly storageUsdPerHour: number;
  hasPublicIpv4: boolean;
  runningAt: SimTime | undefined;
  computeUntil: SimTime | undefined;
  storageUntil: SimTime;
  computeUsd: number;
  isComputeClosed: boolean;
}

/** What the meter must know of an instance when it is launched. */
export interface LaunchBill {
  readonly onDemandUsdPerHour: number;
  readonly storageUsdPerHour: number;
  readonly hasPublicIpv4: boolean;
}

/** The meter of one account; see the head of this file. */
export class BillingMeter {
  readonly #market: SpotMarket;
  readonly #settings: BillingSettings;
  readonly #ledger: LedgerSink;
  readonly #bills = new Map<string, OpenBill>();
  #controlPlaneUntil: SimTime;

  constructor(options: {
    readonly market: SpotMarket;
    readonly settings: BillingSettings;
    readonly ledger: LedgerSink;
    readonly start: SimTime;
  }) {
    this.#market = options.market;
    this.#settings = options.settings;
    this.#ledger = options.ledger;
    this.#controlPlaneUntil = options.start;
  }

  /** Opens the bill of a launched instance; storage is charged from now on. */
  launched(instance: Ec2Instance, bill: LaunchBill): void {
    this.#bills.set(instance.instanceId, {
      instance,
      ...bill,
      runningAt: undefined,
      computeUntil: undefined,
      storageUntil: instance.launchedAt,
      computeUsd: 0,
      isComputeClosed: false,
    });
  }

  /** Compute is charged from now on. */
  running(instanceId: string, at: SimTime): void {
    const bill = this.#bill(instanceId);
    bill.runningAt = at;
    bill.computeUntil = at;
  }

  /** Compute is charged no longer; the minimum and the first-hour waiver are settled here. */
  shuttingDown(instanceId: string, at: SimTime, by: TerminatedBy, wasInterrupted: boolean): void {
    const bill = this.#bill(instanceId);
    // A stopped instance has been settled when it was stopped.
    if (bill.isComputeClosed) return;
    bill.isComputeClosed = true;
    if (bill.runningAt === undefined) return;
    const isWaived =
      this.#settings.waivesFirstHourOnInterruption &&
      wasInterrupted &&
      by === "ec2" &&
      at - bill.runningAt < msPerHour;
    if (isWaived) {
      if (bill.computeUsd > 0) {
        this.#ledger.record({ kind: "charge-waived", at, instanceId, usd: bill.computeUsd });
      }
      return;
    }
    this.#chargeCompute(bill, at, billedUntil(bill.runningAt, at));
  }

  /**
   * The caller stops the instance: compute is charged no longer, nor its address, which is released;
   * its volumes are.
   *
   * @see Amazon EC2 User Guide, "Amazon EC2 instance IP addressing", public IPv4 addresses
   */
  stopping(instanceId: string, at: SimTime): void {
    this.shuttingDown(instanceId, at, "user", false);
    const bill = this.#bill(instanceId);
    this.#chargeAttached(bill, at, billedUntil(bill.instance.launchedAt, at));
    bill.hasPublicIpv4 = false;
  }

  /** The volumes are gone; closes the bill. Storage, too, is charged for a minute at least. */
  terminated(instanceId: string, at: SimTime): void {
    const bill = this.#bill(instanceId);
    this.#chargeAttached(bill, at, billedUntil(bill.instance.launchedAt, at));
    this.#bills.delete(instanceId);
  }

  /** Closes every bill up to now: at hour marks, and at the end of a run. */
  mark(at: SimTime): void {
    const bills = [...this.#bills.values()].sort((left, right) =>
      compareStrings(left.instance.instanceId, right.instance.instanceId),
    );
    for (const bill of bills) {
      if (!bill.isComputeClosed && bill.computeUntil !== undefined && bill.computeUntil < at) {
        this.#chargeCompute(bill, at, at);
      }
      if (bill.storageUntil < at) this.#chargeAttached(bill, at, at);
    }
    const hours = (at - this.#controlPlaneUntil) / msPerHour;
    const usd = hours * this.#settings.controlPlaneUsdPerHour;
    if (usd > 0) this.#ledger.record({ kind: "control-plane-charge", at, usd });
    this.#controlPlaneUntil = at;
  }

  #chargeCompute(bill: OpenBill, at: SimTime, until: SimTime): void {
    const { instance, runningAt, computeUntil: from } = bill;
    invariant(runningAt !== undefined && from !== undefined, "a bill runs before its instance");
    if (until <= from) return;
    const segments =
      instance.purchaseOption === "spot"
        ? spotBillSegments(
            this.#market,
            this.#settings.spotPricing,
            { ...instance.pool, runningAt },
            from,
            until,
          )
        : [{ from, until, usdPerHour: bill.onDemandUsdPerHour }];
    const usd = segmentsUsd(segments);
    bill.computeUsd += usd;
    bill.computeUntil = until;
    this.#ledger.record({
      kind: "charge",
      at,
      item: "compute",
      instanceId: instance.instanceId,
      usd,
      onDemandEquivalentUsd: bill.onDemandUsdPerHour * ((until - from) / msPerHour),
      segments,
    });
  }

  #chargeAttached(bill: OpenBill, at: SimTime, until: SimTime): void {
    const from = bill.storageUntil;
    if (until <= from) return;
    bill.storageUntil = until;
    const { instanceId } = bill.instance;
    const rates = [
      ["storage", bill.storageUsdPerHour],
      ["public-ipv4", bill.hasPublicIpv4 ? this.#settings.publicIpv4UsdPerHour : 0],
    ] as const;
    for (const [item, usdPerHour] of rates) {
      if (usdPerHour === 0) continue;
      const segments = [{ from, until, usdPerHour }];
      const usd = segmentsUsd(segments);
      const onDemandEquivalentUsd = usd;
      this.#ledger.record({
        kind: "charge",
        at,
        item,
        instanceId,
        usd,
        onDemandEquivalentUsd,
        segments,
      });
    }
  }

  #bill(instanceId: string): OpenBill {
    const bill = this.#bills.get(instanceId);
    invariant(bill !== undefined, "an instance has no open bill", { instanceId });
    return bill;
  }
}
