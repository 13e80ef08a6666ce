import type { NodePool } from "../apis/index.ts";
import type { InstanceType } from "../cloudprovider/index.ts";
import type { StateNode } from "../state/index.ts";
import { maxResources, type ResourceList, sortedEntries } from "../units/index.ts";

/** The name under which limits count machines. */
export const nodesResource = "nodes";

/**
 * What NodePools may still launch in this run: their limits less the capacity of their nodes in the
 * run, and less the most that each newly opened NodeClaim could take. Only limited resources count.
 *
 * @see karpenter v1.14.1 pkg/controllers/provisioning/scheduling/scheduler.go remainingResources
 */
export class RemainingLimits {
  readonly #byNodePool = new Map<string, ResourceList>();

  constructor(nodePools: readonly NodePool[]) {
    for (const { metadata, spec } of nodePools) this.#byNodePool.set(metadata.name, spec.limits);
  }

  /** What is left of each limited resource, possibly negative; empty without limits. */
  of(nodePoolName: string): ResourceList {
    return this.#byNodePool.get(nodePoolName) ?? {};
  }

  /** The same limits, for a run to count on its own. */
  copy(): RemainingLimits {
    const copy = new RemainingLimits([]);
    for (const [name, remaining] of this.#byNodePool) copy.#byNodePool.set(name, remaining);
    return copy;
  }

  /** Counts a node that exists. A name that is no NodePool of the run is ignored. */
  subtractNode(nodePoolName: string, node: Pick<StateNode, "capacity">): void {
    this.#change(nodePoolName, (name) => -amountOf(node, name));
  }

  /** Counts a node no longer: what it takes is to be had again. */
  restoreNode(nodePoolName: string, node: Pick<StateNode, "capacity">): void {
    this.#change(nodePoolName, (name) => amountOf(node, name));
  }

  #change(nodePoolName: string, change: (name: string) => number): void {
    const remaining = this.#byNodePool.get(nodePoolName);
    if (remaining === undefined || isEmpty(remaining)) return;
    const changed: Record<string, number> = {};
    for (const name in remaining) changed[name] = (remaining[name] ?? 0) + change(name);
    this.#byNodePool.set(nodePoolName, changed);
  }

  /**
   * Counts a NodeClaim by the largest capacity of any type that it may become. Not made good for
   * when the NodeClaim narrows later. Types have no `nodes`, so a limit on those isn't used up.
   *
   * @see karpenter v1.14.1 pkg/controllers/provisioning/scheduling/scheduler.go subtractMax
   */
  subtractMax(nodePoolName: string, instanceTypes: readonly InstanceType[]): void {
    if (isEmpty(this.of(nodePoolName))) return;
    const largest = largestCapacity(instanceTypes);
    this.#change(nodePoolName, (name) => -(largest[name] ?? 0));
  }
}

function isEmpty(list: ResourceList): boolean {
  return Object.keys(list).length === 0;
}

/** A node's amount of a resource as limits see it: itself is one of `nodes`. */
function amountOf({ capacity }: Pick<StateNode, "capacity">, name: string): number {
  return name === nodesResource ? 1 : (capacity[name] ?? 0);
}

const largestByTypes = new WeakMap<readonly InstanceType[], ResourceList>();

/** By resource, the largest capacity of any of the types; remembered by the list's identity. */
export function largestCapacity(instanceTypes: readonly InstanceType[]): ResourceList {
  let largest = largestByTypes.get(instanceTypes);
  if (largest === undefined) {
    largest = maxResources(...instanceTypes.map(({ capacity }) => capacity));
    largestByTypes.set(instanceTypes, largest);
  }
  return largest;
}

/** Whether every type stays within the limits that are left, told from their largest capacities. */
export function areAllWithinLimits(largest: ResourceList, remaining: ResourceList): boolean {
  for (const name in remaining) {
    if ((largest[name] ?? 0) > (remaining[name] ?? 0)) return false;
  }
  return true;
}

/**
 * Why a NodePool may not grow, given what it uses now; `undefined` while no limit is exceeded.
 *
 * Using a limit up to the last bit is fine. Of several exceeded ones the first by name is told.
 *
 * @see karpenter v1.14.1 pkg/apis/v1/nodepool.go Limits.ExceededBy
 */
export function limitExceededBy(limits: ResourceList, usage: ResourceList): string | undefined {
  for (const [name, used] of sortedEntries(usage)) {
    const limit = limits[name];
    if (limit === undefined || used <= limit) continue;
    const amounts = `limit=${decimal(name, limit)}, resource-name=${name}`;
    return `resource usage exceeds limit (${amounts}, usage=${decimal(name, used)})`;
  }
  return undefined;
}

const millicoresPerCore = 1000;

/** Without suffix, as upstream prints it here: `4`, `4.500` cores; bytes and counts. */
function decimal(name: string, amount: number): string {
  const isFraction = name === "cpu" && amount % millicoresPerCore !== 0;
  if (isFraction) return (amount / millicoresPerCore).toFixed(3);
  return String(name === "cpu" ? amount / millicoresPerCore : amount);
}
