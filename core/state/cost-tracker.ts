// What each NodePool's machines cost per hour, as the scores of balanced consolidation see it: by
// the prices of the last hourly refresh, counted from the moment a NodeClaim's offering is known
// until it is gone.
import {
  labelCapacityType,
  labelInstanceType,
  labelNodePool,
  labelZone,
  type NodeClaim,
} from "../apis/index.ts";
import type { CloudProvider, InstanceType } from "../cloudprovider/index.ts";
import { after, hours, type SimTime, type UsdPerHour, usdPerHour } from "../units/index.ts";
import type { Cluster } from "./cluster.ts";
import type { Controller } from "./controller.ts";
import type { WatchEvent } from "./watch.ts";

const refreshPeriod = hours(1);

interface OfferingCount {
  count: number;
  priceUsdPerHour: number;
}

interface NodePoolCost {
  costUsdPerHour: number;
  /** By `type/zone/capacity type`, in the order in which they were first seen. */
  readonly offerings: Map<string, OfferingCount>;
}

interface TrackedClaim {
  readonly nodePoolName: string;
  readonly offering: string;
}

/** What the tracker reads. */
export interface CostTrackerInput {
  readonly cluster: Pick<Cluster, "nodePool" | "nodePools">;
  readonly cloudProvider: Pick<CloudProvider, "getInstanceTypes">;
}

/**
 * The hourly cost of each NodePool.
 *
 * @see karpenter v1.14.1 pkg/state/cost/cost.go ClusterCost
 */
export class CostTracker implements Controller {
  readonly name = "state.cost";
  readonly #cluster: CostTrackerInput["cluster"];
  readonly #cloudProvider: CostTrackerInput["cloudProvider"];
  readonly #costByNodePool = new Map<string, NodePoolCost>();
  readonly #trackedByClaim = new Map<string, TrackedClaim>();
  #refreshAt: SimTime | undefined;

  constructor({ cluster, cloudProvider }: CostTrackerInput) {
    this.#cluster = cluster;
    this.#cloudProvider = cloudProvider;
  }

  /** Cost of the NodePool's machines; 0 without any and for offerings of unknown price. */
  nodePoolCost(nodePoolName: string): UsdPerHour {
    const cost = this.#costByNodePool.get(nodePoolName)?.costUsdPerHour ?? 0;
    // Adding and subtracting prices may leave a hair below zero.
    return usdPerHour(Math.max(cost, 0));
  }

  observe({ type, object }: WatchEvent, now: SimTime): void {
    this.#refreshAt ??= now;
    if (object.kind === "NodePool" && type === "deleted") this.#forget(object.metadata.name);
    if (object.kind !== "NodeClaim") return;
    if (type === "deleted") this.#remove(object.metadata.name);
    else this.#add(object);
  }

  /**
   * Refreshes the prices of offerings in use, at the start and then once an hour; one that is gone
   * keeps its price.
   */
  reconcile(now: SimTime): void {
    if (this.#refreshAt === undefined || now < this.#refreshAt) return;
    this.#refreshAt = after(now, refreshPeriod);
    for (const nodePool of this.#cluster.nodePools()) {
      const cost = this.#costByNodePool.get(nodePool.metadata.name);
      if (cost !== undefined) refresh(cost, this.#cloudProvider.getInstanceTypes(nodePool));
    }
  }

  nextDueAt(): SimTime | undefined {
    return this.#refreshAt;
  }

  #add({ metadata }: NodeClaim): void {
    if (this.#trackedByClaim.has(metadata.name)) return;
    const { labels } = metadata;
    const nodePoolName = labels[labelNodePool];
    const instanceType = labels[labelInstanceType];
    const zone = labels[labelZone];
    const capacityType = labels[labelCapacityType];
    if (nodePoolName === undefined || instanceType === undefined) return;
    if (zone === undefined || capacityType === undefined) return;
    const nodePool = this.#cluster.nodePool(nodePoolName);
    if (nodePool === undefined) return;
    const cost = this.#cost(nodePoolName);
    const offering = offeringKey(instanceType, zone, capacityType);
    const known = cost.offerings.get(offering);
    const priceUsdPerHour =
      known?.priceUsdPerHour ??
      firstPrice(this.#cloudProvider.getInstanceTypes(nodePool), instanceType, zone, capacityType);
    cost.offerings.set(offering, { count: (known?.count ?? 0) + 1, priceUsdPerHour });
    cost.costUsdPerHour += priceUsdPerHour;
    this.#trackedByClaim.set(metadata.name, { nodePoolName, offering });
  }

  #remove(nodeClaimName: string): void {
    const tracked = this.#trackedByClaim.get(nodeClaimName);
    if (tracked === undefined) return;
    this.#trackedByClaim.delete(nodeClaimName);
    const cost = this.#costByNodePool.get(tracked.nodePoolName);
    const known = cost?.offerings.get(tracked.offering);
    if (cost === undefined || known === undefined) return;
    known.count--;
    cost.costUsdPerHour -= known.priceUsdPerHour;
    if (known.count === 0) cost.offerings.delete(tracked.offering);
    if (cost.offerings.size === 0) this.#costByNodePool.delete(tracked.nodePoolName);
  }

  #forget(nodePoolName: string): void {
    this.#costByNodePool.delete(nodePoolName);
    for (const [nodeClaimName, tracked] of this.#trackedByClaim) {
      if (tracked.nodePoolName === nodePoolName) this.#trackedByClaim.delete(nodeClaimName);
    }
  }

  #cost(nodePoolName: string): NodePoolCost {
    let cost = this.#costByNodePool.get(nodePoolName);
    if (cost === undefined) {
      cost = { costUsdPerHour: 0, offerings: new Map() };
      this.#costByNodePool.set(nodePoolName, cost);
    }
    return cost;
  }
}

function offeringKey(instanceType: string, zone: string, capacityType: string): string {
  return `${instanceType}/${zone}/${capacityType}`;
}

/** The first offering with that zone and capacity type tells the price; 0 without one. */
function firstPrice(
  instanceTypes: readonly InstanceType[],
  name: string,
  zone: string,
  capacityType: string,
): number {
  const instanceType = instanceTypes.find((each) => each.name === name);
  const offering = instanceType?.offerings.find(
    (each) => each.zone === zone && each.capacityType === capacityType,
  );
  return offering?.priceUsdPerHour ?? 0;
}

/** The last offering of a key prevails, as in upstream's index. */
function refresh(cost: NodePoolCost, instanceTypes: readonly InstanceType[]): void {
  const prices = new Map<string, number>();
  const namesInUse = new Set([...cost.offerings.keys()].map((key) => key.split("/", 1)[0]));
  for (const { name, offerings } of instanceTypes) {
    if (!namesInUse.has(name)) continue;
    for (const { zone, capacityType, priceUsdPerHour } of offerings) {
      prices.set(offeringKey(name, zone, capacityType), priceUsdPerHour);
    }
  }
  cost.costUsdPerHour = 0;
  for (const [key, offering] of cost.offerings) {
    offering.priceUsdPerHour = prices.get(key) ?? offering.priceUsdPerHour;
    cost.costUsdPerHour += offering.count * offering.priceUsdPerHour;
  }
}
