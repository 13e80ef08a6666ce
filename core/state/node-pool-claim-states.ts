// How many NodeClaims a NodePool has, by what is about to happen to them, and how many more have
// been promised to somebody who is creating them. Static NodePools live by these numbers.

/** What is about to happen to a NodeClaim. */
export type NodeClaimState = "active" | "pending-disruption" | "deleting";

/** NodeClaims of one NodePool by state. */
export interface NodeClaimCounts {
  readonly active: number;
  readonly deleting: number;
  readonly pendingDisruption: number;
}

/**
 * The NodeClaims of each NodePool by state.
 *
 * @see karpenter v1.14.1 pkg/controllers/state/statenodepool.go NodePoolState
 */
export class NodePoolClaimStates {
  readonly #statesByNodePool = new Map<string, Map<string, NodeClaimState>>();
  readonly #nodePoolByClaim = new Map<string, string>();
  readonly #reservedByNodePool = new Map<string, number>();

  /** The NodeClaim is now in this state; without a NodePool it isn't counted. */
  set(nodePoolName: string | undefined, nodeClaimName: string, state: NodeClaimState): void {
    if (nodePoolName === undefined || nodePoolName === "") return;
    this.#nodePoolByClaim.set(nodeClaimName, nodePoolName);
    let states = this.#statesByNodePool.get(nodePoolName);
    if (states === undefined) {
      states = new Map();
      this.#statesByNodePool.set(nodePoolName, states);
    }
    states.set(nodeClaimName, state);
  }

  /** The NodeClaim is gone. A NodePool without active and deleting ones loses its reservations. */
  remove(nodeClaimName: string): void {
    const nodePoolName = this.#nodePoolByClaim.get(nodeClaimName);
    if (nodePoolName === undefined) return;
    this.#nodePoolByClaim.delete(nodeClaimName);
    this.#statesByNodePool.get(nodePoolName)?.delete(nodeClaimName);
    const { active, deleting } = this.counts(nodePoolName);
    if (active === 0 && deleting === 0) {
      this.#statesByNodePool.delete(nodePoolName);
      this.#reservedByNodePool.delete(nodePoolName);
    }
  }

  /** How many NodeClaims the NodePool has in each state; zeros for an unknown one. */
  counts(nodePoolName: string): NodeClaimCounts {
    const counts = { active: 0, deleting: 0, pendingDisruption: 0 };
    for (const state of this.#statesByNodePool.get(nodePoolName)?.values() ?? []) {
      if (state === "active") counts.active++;
      else if (state === "deleting") counts.deleting++;
      else counts.pendingDisruption++;
    }
    return counts;
  }

  /**
   * Promises up to `wanted` new NodeClaims and answers how many fit below the limit; 0 when the
   * NodePool is over it already. Absent limit: all of them.
   *
   * @see karpenter v1.14.1 pkg/controllers/state/statenodepool.go NodePoolState.ReserveNodeCount
   */
  reserve(nodePoolName: string, wanted: number, limit: number | undefined): number {
    const { active, deleting, pendingDisruption } = this.counts(nodePoolName);
    const reserved = this.#reservedByNodePool.get(nodePoolName) ?? 0;
    const remaining =
      (limit ?? Number.MAX_SAFE_INTEGER) - (active + deleting + pendingDisruption) - reserved;
    const granted = Math.min(wanted, Math.max(remaining, 0));
    this.#reservedByNodePool.set(nodePoolName, reserved + granted);
    return granted;
  }

  /** Takes promises back, once the NodeClaims exist or have failed; never below none. */
  release(nodePoolName: string, count: number): void {
    const reserved = this.#reservedByNodePool.get(nodePoolName) ?? 0;
    this.#reservedByNodePool.set(nodePoolName, Math.max(reserved - count, 0));
  }
}
