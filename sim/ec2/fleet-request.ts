import type { PurchaseOption } from "./instance.ts";

/** One choice of a fleet request. */
export interface FleetOverride {
  readonly instanceType: string;
  readonly zone: string;
  readonly imageId: string;
  readonly subnetId: string;
  /** The smaller, the sooner; given for all overrides of a prioritized request or for none. */
  readonly priority?: number;
}

/** A CreateFleet request of type `instant` for one instance or more. */
export interface FleetRequest {
  readonly purchaseOption: PurchaseOption;
  readonly overrides: readonly FleetOverride[];
  readonly securityGroupIds: readonly string[];
  readonly count: number;
  readonly tags: Readonly<Record<string, string>>;
  /** Price of the attached volumes of one instance, USD per hour. */
  readonly storageUsdPerHour: number;
  readonly hasPublicIpv4: boolean;
}
