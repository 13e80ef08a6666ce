import type { SimTime } from "../../../core/units/index.ts";
import { BinaryHeap } from "./binary-heap.ts";
import type { FilterName } from "./node-filters.ts";
import type { PodInfo } from "./pod-info.ts";

const initialBackoffMs = 1_000;
const longestBackoffMs = 10_000;
/** Back-offs that end in the same window of this length count as ending together. */
const backoffWindowMs = 1_000;

/** A pod that waits to be scheduled. */
export interface QueuedPod {
  info: PodInfo;
  state: "active" | "backoff" | "unschedulable" | "in-cycle";
  attempts: number;
  /** When it entered the queue it is in, for the order among equal priorities. */
  enteredAt: SimTime;
  readonly sequence: number;
  /** When its last attempt failed. */
  failedAt: SimTime;
  /** Which filters rejected it in its last attempt. */
  rejectedBy: ReadonlySet<FilterName>;
  /** Its shape then; pods of one shape wait together. */
  shape: string;
}

/**
 * The scheduler's three queues: active, back-off, unschedulable.
 *
 * Active pods come by priority, then by the time of entering the queue. Which events move an
 * unschedulable pod is the scheduler's business.
 *
 * Differs: the flush of pods that have been unschedulable for 5 min is left out: events move every
 * pod that they could help.
 *
 * @see kubernetes pkg/scheduler/backend/queue/scheduling_queue.go
 */
export class PodQueue {
  readonly #podsByUid = new Map<string, QueuedPod>();
  /** Pods that wait for an event, by shape and by what rejected them. */
  readonly #waitingByShape = new Map<string, Set<QueuedPod>>();
  readonly #waitingByFilter = new Map<FilterName, Set<QueuedPod>>();
  readonly #popsFromBackoff: boolean;
  readonly #active = new BinaryHeap(byPriority);
  readonly #backoff = new BinaryHeap(byBackoff);
  #nextSequence = 0;

  constructor(options: { readonly popsFromBackoff: boolean }) {
    this.#popsFromBackoff = options.popsFromBackoff;
  }

  /** Pods in any of the queues, and the one that is being scheduled. */
  get size(): number {
    return this.#podsByUid.size;
  }

  get(uid: string): QueuedPod | undefined {
    return this.#podsByUid.get(uid);
  }

  /** Those of the pods that wait for an event which have a shape that passes. */
  unschedulable(passes: (info: PodInfo) => boolean): readonly QueuedPod[] {
    const found: QueuedPod[] = [];
    for (const waiting of this.#waitingByShape.values()) {
      const [first] = waiting;
      if (first !== undefined && passes(first.info)) found.push(...waiting);
    }
    return found;
  }

  /** Those of the pods that wait for an event which one of the filters rejected. */
  rejectedBy(filters: readonly FilterName[]): readonly QueuedPod[] {
    return filters.flatMap((filter) => [...(this.#waitingByFilter.get(filter) ?? [])]);
  }

  #wait(queued: QueuedPod): void {
    queued.state = "unschedulable";
    queued.shape = queued.info.spec.shape;
    addTo(this.#waitingByShape, queued.shape, queued);
    for (const filter of queued.rejectedBy) addTo(this.#waitingByFilter, filter, queued);
  }

  #endWaiting(queued: QueuedPod): void {
    if (queued.state !== "unschedulable") return;
    removeFrom(this.#waitingByShape, queued.shape, queued);
    for (const filter of queued.rejectedBy) removeFrom(this.#waitingByFilter, filter, queued);
  }

  /** Adds a new pod, or takes over the newer object of one that waits. */
  add(info: PodInfo, now: SimTime): void {
    const { uid } = info.pod.metadata;
    const known = this.#podsByUid.get(uid);
    if (known !== undefined) {
      const isWaiting = known.state === "unschedulable";
      if (isWaiting) this.#endWaiting(known);
      known.info = info;
      if (isWaiting) this.#wait(known);
      return;
    }
    const queued: QueuedPod = {
      info,
      state: "active",
      attempts: 0,
      enteredAt: now,
      sequence: this.#nextSequence++,
      failedAt: now,
      rejectedBy: new Set(),
      shape: info.spec.shape,
    };
    this.#podsByUid.set(uid, queued);
    this.#active.push(queued);
  }

  remove(uid: string): void {
    const queued = this.#podsByUid.get(uid);
    if (queued === undefined) return;
    this.#podsByUid.delete(uid);
    this.#endWaiting(queued);
    // Its heap drops it when it comes up.
    queued.state = "in-cycle";
  }

  /** The next pod to try; undefined when none may be tried now. */
  pop(now: SimTime): QueuedPod | undefined {
    this.#flush(now);
    for (let queued = this.#active.pop(); queued !== undefined; queued = this.#active.pop()) {
      if (queued.state === "active") return this.#begin(queued);
    }
    if (!this.#popsFromBackoff) return undefined;
    const first = this.#firstInBackoff();
    if (first === undefined) return undefined;
    this.#backoff.pop();
    return this.#begin(first);
  }

  /** Puts a pod whose attempt failed aside. */
  fail(queued: QueuedPod, rejectedBy: ReadonlySet<FilterName>, now: SimTime): void {
    if (!this.#podsByUid.has(queued.info.pod.metadata.uid)) return;
    queued.rejectedBy = rejectedBy;
    queued.failedAt = now;
    queued.enteredAt = now;
    this.#wait(queued);
  }

  /** Has an unschedulable pod tried again, once its back-off is over. */
  retry(queued: QueuedPod, now: SimTime): void {
    if (queued.state !== "unschedulable") return;
    this.#endWaiting(queued);
    if (backoffUntil(queued) <= now) {
      this.#activate(queued, now);
      return;
    }
    queued.state = "backoff";
    this.#backoff.push(queued);
  }

  /** When a pod leaves the back-off queue by itself; flushes happen at whole seconds. */
  nextFlushAt(): number | undefined {
    const first = this.#firstInBackoff();
    if (first === undefined) return undefined;
    return Math.ceil(backoffUntil(first) / backoffWindowMs) * backoffWindowMs;
  }

  #firstInBackoff(): QueuedPod | undefined {
    for (;;) {
      const first = this.#backoff.peek();
      if (first === undefined || first.state === "backoff") return first;
      this.#backoff.pop();
    }
  }

  #begin(queued: QueuedPod): QueuedPod {
    queued.state = "in-cycle";
    queued.attempts += 1;
    return queued;
  }

  #flush(now: SimTime): void {
    for (;;) {
      const first = this.#firstInBackoff();
      if (first === undefined || backoffUntil(first) > now) return;
      this.#backoff.pop();
      this.#activate(first, now);
    }
  }

  #activate(queued: QueuedPod, now: SimTime): void {
    queued.state = "active";
    queued.enteredAt = now;
    this.#active.push(queued);
  }
}

function addTo<Key>(sets: Map<Key, Set<QueuedPod>>, key: Key, queued: QueuedPod): void {
  const set = sets.get(key);
  if (set === undefined) sets.set(key, new Set([queued]));
  else set.add(queued);
}

function removeFrom<Key>(sets: Map<Key, Set<QueuedPod>>, key: Key, queued: QueuedPod): void {
  const set = sets.get(key);
  set?.delete(queued);
  if (set?.size === 0) sets.delete(key);
}

/** 1 s after the first failure, doubling with each, 10 s at most. */
export function backoffUntil(queued: Pick<QueuedPod, "attempts" | "failedAt">): number {
  if (queued.attempts === 0) return queued.failedAt;
  const backoff = initialBackoffMs * 2 ** Math.min(queued.attempts - 1, 10);
  return queued.failedAt + Math.min(backoff, longestBackoffMs);
}

/** @see kubernetes pkg/scheduler/framework/plugins/queuesort/priority_sort.go Less */
function byPriority(a: QueuedPod, b: QueuedPod): number {
  return (
    b.info.pod.spec.priority - a.info.pod.spec.priority ||
    a.enteredAt - b.enteredAt ||
    a.sequence - b.sequence
  );
}

function byBackoff(a: QueuedPod, b: QueuedPod): number {
  return backoffWindow(a) - backoffWindow(b) || byPriority(a, b);
}

function backoffWindow(queued: QueuedPod): number {
  return Math.floor(backoffUntil(queued) / backoffWindowMs);
}
