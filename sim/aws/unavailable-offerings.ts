/**
 * Offerings that EC2 refused lately. A mark holds for three minutes; being marked again starts them
 * anew. Marks are swept every ten seconds, so an offering comes back at the sweep after its time.
 *
 * @see karpenter-provider-aws v1.14.1 pkg/cache/unavailableofferings.go
 */
import type { CapacityType } from "../../core/apis/index.ts";
import type { SimTime } from "../../core/units/index.ts";
import { simTime } from "../../core/units/index.ts";
import { unavailableOfferingPeriod, unavailableSweepPeriod } from "./settings.ts";

/** The cache, shared by all NodePools; see the head of this file. */
export class UnavailableOfferings {
  readonly #expiryByOffering = new Map<string, SimTime>();
  readonly #versionByType = new Map<string, number>();
  #nextExpiry: SimTime | undefined;
  #version = 0;

  /** Keeps the offering out of decisions from now on. */
  mark(capacityType: CapacityType, instanceType: string, zone: string, now: SimTime): void {
    const end = now + unavailableOfferingPeriod;
    const sweep = Math.ceil(end / unavailableSweepPeriod) * unavailableSweepPeriod;
    this.#expiryByOffering.set(`${instanceType}/${zone}/${capacityType}`, simTime(sweep));
    if (this.#nextExpiry === undefined || sweep < this.#nextExpiry) {
      this.#nextExpiry = simTime(sweep);
    }
    this.#touch(instanceType);
  }

  /** Whether the offering may be shown as available; call `sweep` first. */
  isAvailable(capacityType: CapacityType, instanceType: string, zone: string): boolean {
    return !this.#expiryByOffering.has(`${instanceType}/${zone}/${capacityType}`);
  }

  /** Forgets what has expired. */
  sweep(now: SimTime): void {
    if (this.#nextExpiry === undefined || now < this.#nextExpiry) return;
    let next: SimTime | undefined;
    for (const [key, expiry] of this.#expiryByOffering) {
      if (expiry <= now) {
        this.#expiryByOffering.delete(key);
        this.#touch(key.slice(0, key.indexOf("/")));
      } else if (next === undefined || expiry < next) {
        next = expiry;
      }
    }
    this.#nextExpiry = next;
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
