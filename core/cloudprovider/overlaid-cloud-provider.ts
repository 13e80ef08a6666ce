import type { NodeClaim, NodePool } from "../apis/index.ts";
import type { SimTime } from "../units/index.ts";
import type {
  CloudProvider,
  CreateResult,
  DeleteResult,
  DriftResult,
  NodeClassReadiness,
  ProviderInstance,
  RepairPolicy,
} from "./cloud-provider.ts";
import type { InstanceType } from "./instance-type.ts";
import type { NodeOverlayStore } from "./node-overlay-store.ts";

/** What a NodePool has while it awaits evaluation: one array, so that its identity stays. */
const noInstanceTypes: readonly InstanceType[] = Object.freeze([]);

/**
 * A cloud whose instance types have NodeOverlays applied; everything else is the cloud's own. A
 * NodePool that has not been evaluated yet has no types, so nothing is decided on wrong prices.
 *
 * @see karpenter v1.14.1 pkg/cloudprovider/overlay/cloudprovider.go Decorate
 */
export class OverlaidCloudProvider implements CloudProvider {
  readonly #inner: CloudProvider;
  readonly #store: NodeOverlayStore;

  constructor(inner: CloudProvider, store: NodeOverlayStore) {
    this.#inner = inner;
    this.#store = store;
  }

  get name(): string {
    return this.#inner.name;
  }

  getInstanceTypes(nodePool: NodePool): readonly InstanceType[] {
    const instanceTypes = this.#inner.getInstanceTypes(nodePool);
    const applied = this.#store.apply(nodePool.metadata.name, instanceTypes);
    return applied.kind === "applied" ? applied.instanceTypes : noInstanceTypes;
  }

  create(nodeClaim: NodeClaim, now: SimTime): CreateResult {
    return this.#inner.create(nodeClaim, now);
  }

  delete(nodeClaim: NodeClaim, now: SimTime): DeleteResult {
    return this.#inner.delete(nodeClaim, now);
  }

  get(providerId: string, now: SimTime): ProviderInstance | undefined {
    return this.#inner.get(providerId, now);
  }

  list(now: SimTime): readonly ProviderInstance[] {
    return this.#inner.list(now);
  }

  isDrifted(nodeClaim: NodeClaim, now: SimTime): DriftResult {
    return this.#inner.isDrifted(nodeClaim, now);
  }

  repairPolicies(): readonly RepairPolicy[] {
    return this.#inner.repairPolicies();
  }

  nodeClassReadiness(nodePool: NodePool): NodeClassReadiness {
    return this.#inner.nodeClassReadiness(nodePool);
  }
}
