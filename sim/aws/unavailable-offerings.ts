/**
 * Offerings that EC2 refused lately. A mark holds for three minutes; being marked again starts them
 * anew. Marks are swept every ten seconds, and only a sweep tells readers that something changed: an
 * offering is asked about again at the sweep after its time, or earlier if its type has other news.
 *
 * @see karpenter-provider-aws v1.14.1 pkg/cache/unavailableofferings.go
 */
import type { CapacityType } from "../../core/apis/index.ts";
import type { SimTime } from "../../core/units/index.ts";
import { after } from "../../core/units/index.ts";
import { pollAfter } from "../engine/index.ts";
import { unavailableOfferingPeriod, unavailableSweepPeriod } from "./settings.ts";

/** An offering that is kept out of decisions until a time. */
export interface UnavailableOffering {
  readonly capacityType: CapacityType;
  readonly instanceType: string;
  readonly zone: string;
  readonly until: SimTime;
}

/** The cache, shared by all NodePools; see the head of this file. */
export class UnavailableOfferings {
  readonly #expiryByOffering = new Map<string, SimTime>();
  readonly #versionByType = new Map<string, number>();
  readonly #onMark: ((offering: UnavailableOffering, now: SimTime) => void) | undefined;
  #nextSweep: SimTime | undefined;
  #version = 0;

  /** `onMark` is told of every mark, those of offerings that have one already too. */
  constructor(onMark?: (offering: UnavailableOffering, now: SimTime) => void) {
    this.#onMark = onMark;
  }

  /** Keeps the offering out of decisions from now on. */
  mark(capacityType: CapacityType, instanceType: string, zone: string, now: SimTime): void {
    const expiry = after(now, unavailableOfferingPeriod);
    this.#expiryByOffering.set(`${instanceType}/${zone}/${capacityType}`, expiry);
    const sweep = sweepAfter(expiry);
    if (this.#nextSweep === undefined || sweep < this.#nextSweep) this.#nextSweep = sweep;
    this.#touch(instanceType);
    this.#onMark?.({ capacityType, instanceType, zone, until: expiry }, now);
  }

  /** Whether the offering may be shown as available: its mark, if any, is older than its time. */
  isAvailable(
    capacityType: CapacityType,
    instanceType: string,
    zone: string,
    now: SimTime,
  ): boolean {
    const expiry = this.#expiryByOffering.get(`${instanceType}/${zone}/${capacityType}`);
    return expiry === undefined || expiry < now;
  }

  /** Forgets what has expired, if a sweep has come since. */
  sweep(now: SimTime): void {
    if (this.#nextSweep === undefined || now < this.#nextSweep) return;
    let next: SimTime | undefined;
    for (const [key, expiry] of this.#expiryByOffering) {
      const sweep = sweepAfter(expiry);
      if (sweep <= now) {
        this.#expiryByOffering.delete(key);
        this.#touch(key.slice(0, key.indexOf("/")));
      } else if (next === undefined || sweep < next) {
        next = sweep;
      }
    }
    this.#nextSweep = next;
  }

  /** Grows with every mark and every expiry. */
  get version(): number {
    return this.#version;
  }

  /** Grows with every mark and every expiry of the type. */
  versionOf(instanceType: string): number {
    return this.#versionByType.get(instanceType) ?? 0;
  }

  #touch(instanceType: string): void {
    this.#version += 1;
    this.#versionByType.set(instanceType, this.#version);
  }
}

/** The first sweep that finds the mark expired: strictly later than its time. */
function sweepAfter(expiry: SimTime): SimTime {
  return pollAfter(expiry, { period: unavailableSweepPeriod });
}
