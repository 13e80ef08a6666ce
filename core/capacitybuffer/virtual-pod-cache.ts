import { type CapacityBuffer, objectKey, type Pod, type PodTemplate } from "../apis/index.ts";
import type { Cluster } from "../state/index.ts";
import { compareStrings, type SimTime } from "../units/index.ts";
import { isReadyForProvisioning } from "./buffer-status.ts";
import { type BufferReads, resolveCapacityBuffer } from "./resolution.ts";
import { buildVirtualPods } from "./virtual-pods.ts";

/** What the cache is filled from before the first buffer has been looked at. */
export type VirtualPodReads = BufferReads & Pick<Cluster, "capacityBuffers">;

/** Where virtual pods come from, for whoever places pods. */
export interface VirtualPods {
  /** Every virtual pod; the same array while nothing changes. Read-only. */
  getAll(now: SimTime): readonly Pod[];
  /** Moves whenever pods come, go, look different, or change their order among themselves. */
  readonly version: number;
  /** Moves with `version`, and whenever pods are made anew, which makes them younger. */
  readonly refreshes: number;
}

interface Entry {
  readonly pods: readonly Pod[];
  readonly uid: string;
  readonly template: PodTemplate;
  readonly builtAt: SimTime;
}

/**
 * The virtual pods of every buffer that is ready, ordered by the age of the pods, then by buffer and
 * number: pods of equal size are placed in this order.
 *
 * Differs: upstream orders pods that were made at the same time by its nanoseconds; here the buffer's
 * key decides.
 *
 * @see karpenter v1.14.1 pkg/state/virtualpods/virtualpods.go Cache
 */
export class VirtualPodCache implements VirtualPods {
  readonly #reads: VirtualPodReads;
  #entries = new Map<string, Entry>();
  #all: readonly Pod[] | undefined;
  #isWarm = false;
  #version = 0;
  #refreshes = 0;

  constructor(reads: VirtualPodReads) {
    this.#reads = reads;
  }

  get version(): number {
    return this.#version;
  }

  get refreshes(): number {
    return this.#refreshes;
  }

  /** Makes the buffer's pods anew; none for a buffer that isn't ready. */
  update(buffer: CapacityBuffer, template: PodTemplate, now: SimTime): void {
    const key = objectKey(buffer);
    if (!isReadyForProvisioning(buffer)) return this.remove(key);
    const before = this.#entries.get(key);
    const order = this.#order();
    const pods = buildVirtualPods(buffer, template, now);
    const { uid } = buffer.metadata;
    this.#entries.set(key, { pods, uid, template, builtAt: now });
    this.#all = undefined;
    this.#refreshes++;
    const isAlike =
      before?.pods.length === pods.length && before.template === template && before.uid === uid;
    if (!isAlike || !isSame(order, this.#order())) this.#version++;
  }

  /** The buffer, by its key, has no pods any more. */
  remove(key: string): void {
    if (!this.#entries.delete(key)) return;
    this.#all = undefined;
    this.#refreshes++;
    this.#version++;
  }

  /**
   * See `VirtualPods`. The first call also makes the pods of buffers that say they are ready, so that
   * nothing is decided without them before their turn comes.
   */
  getAll(now: SimTime): readonly Pod[] {
    if (!this.#isWarm) this.#hydrate(now);
    this.#all ??= this.#order().flatMap((key) => this.#entries.get(key)?.pods ?? []);
    return this.#all;
  }

  #hydrate(now: SimTime): void {
    this.#isWarm = true;
    const entries = new Map<string, Entry>();
    for (const buffer of this.#reads.capacityBuffers()) {
      if (!isReadyForProvisioning(buffer)) continue;
      const resolution = resolveCapacityBuffer(buffer, this.#reads);
      if (!("template" in resolution)) continue;
      const { template } = resolution;
      const pods = buildVirtualPods(buffer, template, now);
      entries.set(objectKey(buffer), { pods, uid: buffer.metadata.uid, template, builtAt: now });
    }
    if (entries.size === 0 && this.#entries.size === 0) return;
    this.#entries = entries;
    this.#all = undefined;
    this.#refreshes++;
    this.#version++;
  }

  /** Keys by the age of their pods, then by key. */
  #order(): readonly string[] {
    return [...this.#entries]
      .sort(([aKey, a], [bKey, b]) => a.builtAt - b.builtAt || compareStrings(aKey, bKey))
      .map(([key]) => key);
  }
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((key, index) => b[index] === key);
}
