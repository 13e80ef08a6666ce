import type { Pod } from "../apis/index.ts";
import { isVirtualPod } from "../capacitybuffer/index.ts";
import { compareStrings, type ResourceList } from "../units/index.ts";

/** A pod that waits for a place, with the requests that it is sorted by. */
export interface QueuedPod {
  readonly pod: Pod;
  readonly requests: ResourceList;
}

/**
 * Pods that wait for a place: the big ones first, failed ones again at the end, as long as that
 * gets anywhere.
 *
 * @see karpenter v1.14.1 pkg/controllers/provisioning/scheduling/queue.go Queue
 */
export class PodQueue<Item extends QueuedPod> {
  readonly #items: (Item | undefined)[];
  #head = 0;
  readonly #lengthAtPush = new Map<string, number>();

  /** Sorts a copy; see `compareQueuedPods`. */
  constructor(items: readonly Item[]) {
    this.#items = items.toSorted(compareQueuedPods);
  }

  /** How many pods wait. */
  get length(): number {
    return this.#items.length - this.#head;
  }

  /**
   * The next pod; `undefined` when none is left, or when every one that is left has been tried
   * since another left the queue, so that trying again would end the same.
   */
  pop(): Item | undefined {
    const item = this.#items[this.#head];
    if (item === undefined) return undefined;
    if (this.#lengthAtPush.get(item.pod.metadata.uid) === this.length) return undefined;
    this.#items[this.#head++] = undefined;
    return item;
  }

  /** Puts a pod back at the end. */
  push(item: Item): void {
    this.#items.push(item);
    this.#lengthAtPush.set(item.pod.metadata.uid, this.length);
  }
}

/**
 * More CPU first, then more memory, then the older, then by uid. Total for pods with distinct uids,
 * save for virtual ones of the same time, which are to stay in the order given.
 *
 * Creation times count in whole seconds, which is all that the API server keeps of them. It has never
 * seen a virtual pod: of such a one the whole time counts, and at the same time it comes behind.
 *
 * @see karpenter v1.14.1 pkg/controllers/provisioning/scheduling/queue.go byCPUAndMemoryDescending
 */
export function compareQueuedPods(a: QueuedPod, b: QueuedPod): number {
  const cpu = (b.requests["cpu"] ?? 0) - (a.requests["cpu"] ?? 0);
  if (cpu !== 0) return cpu;
  const memory = (b.requests["memory"] ?? 0) - (a.requests["memory"] ?? 0);
  if (memory !== 0) return memory;
  const [isVirtualA, isVirtualB] = [isVirtualPod(a.pod), isVirtualPod(b.pod)];
  const age = queueTime(a.pod, isVirtualA) - queueTime(b.pod, isVirtualB);
  if (age !== 0) return age;
  if (isVirtualA || isVirtualB) return Number(isVirtualA) - Number(isVirtualB);
  return compareStrings(a.pod.metadata.uid, b.pod.metadata.uid);
}

const millisecondsPerSecond = 1000;

function queueTime({ metadata }: Pod, isVirtual: boolean): number {
  const { creationTimestamp } = metadata;
  return isVirtual
    ? creationTimestamp
    : creationTimestamp - (creationTimestamp % millisecondsPerSecond);
}
