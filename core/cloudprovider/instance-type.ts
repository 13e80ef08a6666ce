import type { CapacityType } from "../apis/index.ts";
import type { Requirements } from "../scheduling/index.ts";
import type { ResourceList, UsdPerHour } from "../units/index.ts";

/**
 * One way to buy an instance type: zone and capacity type with a price and an availability.
 *
 * @see karpenter v1.14.1 pkg/cloudprovider/types.go Offering
 */
export interface Offering {
  /** Zone, capacity type and whatever else tells this offering from its siblings. */
  readonly requirements: Requirements;
  readonly zone: string;
  readonly capacityType: CapacityType;
  readonly priceUsdPerHour: UsdPerHour;
  readonly available: boolean;
  /** Instances left in the reservation; only for capacity type `reserved`. */
  readonly reservationCapacity?: number;
  readonly reservationId?: string;
  /** True when a NodeOverlay set the price. */
  readonly isPriceOverlaid?: boolean;
  /** Added to the type's capacity on nodes from this offering. */
  readonly capacityOverride?: ResourceList;
  /** Added to the type's overhead on nodes from this offering. */
  readonly overheadOverride?: InstanceTypeOverhead;
}

/** What a node of the type keeps for itself. */
export interface InstanceTypeOverhead {
  readonly kubeReserved: ResourceList;
  readonly systemReserved: ResourceList;
  readonly evictionThreshold: ResourceList;
}

/**
 * A kind of machine as the core sees it. Frozen: a change of price or availability makes a new
 * object, so identity may key caches.
 *
 * @see karpenter v1.14.1 pkg/cloudprovider/types.go InstanceType
 */
export interface InstanceType {
  readonly name: string;
  readonly requirements: Requirements;
  readonly offerings: readonly Offering[];
  readonly capacity: ResourceList;
  readonly overhead: InstanceTypeOverhead;
  /** capacity less overhead, memory also less huge pages. */
  readonly allocatable: ResourceList;
  /** True when a NodeOverlay set some of the capacity. */
  readonly isCapacityOverlaid?: boolean;
}
