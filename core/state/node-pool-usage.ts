import { addResources, emptyResources, type ResourceList } from "../units/index.ts";
import type { StateNodeEntry } from "./state-node-entry.ts";

interface Contribution {
  readonly nodePoolName: string;
  readonly capacity: ResourceList;
}

/**
 * Capacity of each NodePool's machines that are not marked for deletion, against its limits.
 *
 * Machines that changed are counted anew when somebody asks. A NodePool without any has no entry.
 *
 * @see karpenter v1.14.1 pkg/controllers/state/cluster.go Cluster.updateNodePoolResources
 */
export class NodePoolUsage {
  readonly #changed = new Set<StateNodeEntry>();
  readonly #contributions = new Map<StateNodeEntry, Contribution>();
  readonly #usageByNodePool = new Map<string, ResourceList>();

  change(entry: StateNodeEntry): void {
    this.#changed.add(entry);
  }

  of(nodePoolName: string): ResourceList {
    for (const entry of this.#changed) this.#update(entry);
    this.#changed.clear();
    return this.#usageByNodePool.get(nodePoolName) ?? emptyResources;
  }

  #update(entry: StateNodeEntry): void {
    const before = this.#contributions.get(entry);
    if (before !== undefined) this.#add(before, -1);
    this.#contributions.delete(entry);
    const isGone = entry.node === undefined && entry.nodeClaim === undefined;
    if (isGone || entry.isMarkedForDeletion) return;
    const { nodePoolName, capacity } = entry;
    if (nodePoolName === undefined || nodePoolName === "") return;
    const contribution = { nodePoolName, capacity };
    this.#contributions.set(entry, contribution);
    this.#add(contribution, 1);
  }

  #add({ nodePoolName, capacity }: Contribution, sign: 1 | -1): void {
    const signed: Record<string, number> = {};
    for (const name in capacity) signed[name] = sign * (capacity[name] ?? 0);
    const usage = addResources(this.#usageByNodePool.get(nodePoolName) ?? emptyResources, signed);
    // Each machine counts as one of `nodes`.
    if ((usage["nodes"] ?? 0) === 0) this.#usageByNodePool.delete(nodePoolName);
    else this.#usageByNodePool.set(nodePoolName, usage);
  }
}
