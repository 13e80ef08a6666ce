const noCounts: ReadonlyMap<string, number> = new Map();

/**
 * How many virtual pods of CapacityBuffers the last provisioning run placed on each machine that is
 * there.
 *
 * @see karpenter v1.14.1 pkg/controllers/state/cluster.go UpdateBufferPodCounts
 */
export class BufferPodCounts {
  #countByProviderId: ReadonlyMap<string, number> = noCounts;
  #version = 0;

  /** Moves whenever a count changes. */
  get version(): number {
    return this.#version;
  }

  /** Replaces all counts; a machine that isn't named has none. */
  replace(countByProviderId: ReadonlyMap<string, number>): void {
    const before = this.#countByProviderId;
    this.#countByProviderId = countByProviderId;
    const isSame =
      before.size === countByProviderId.size &&
      [...before].every(([providerId, count]) => countByProviderId.get(providerId) === count);
    if (!isSame) this.#version++;
  }

  /** How many virtual pods the machine was given. */
  of(providerId: string): number {
    return this.#countByProviderId.get(providerId) ?? 0;
  }
}
