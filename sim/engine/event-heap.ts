/**
 * The pending events of a simulation: a 4-ary heap over typed arrays.
 *
 * The key is (time, priority, sequence), smallest first; sequence is the order of insertion, so the
 * key is total and simultaneous events never depend on the shape of the heap. Priority and sequence
 * share one float64 (`priority * 2^47 + sequence`), so an ordering takes two comparisons, and the
 * keys of the four children of a node lie side by side in memory.
 *
 * Payloads stay in slots that do not move. Cancelling only marks the slot; the dead entry leaves the
 * heap when it reaches the top, or when dead entries outnumber live ones and the heap is rebuilt.
 * The top is never dead, so peeking needs no clean-up. All operations are O(log n), amortised for
 * `cancel`.
 *
 * Source: D. B. Johnson, "Priority queues with update and finding minimum spanning trees",
 * Information Processing Letters 4(3), 1975 (d-ary heaps).
 */
import type { SimTime } from "../../core/units/index.ts";
import { invariant } from "../../core/units/index.ts";

declare const handleBrand: unique symbol;

/**
 * Names one pushed event of one heap, for `cancel`. A handle stays spent for ever once its event
 * was popped or cancelled: it never names a later event that reuses the same storage.
 */
export type EventHandle = number & { readonly [handleBrand]: "EventHandle" };

/** Priorities are whole numbers from 0 up to, and without, this one. */
export const eventPriorityLimit = 64;

const sequenceSpan = 2 ** 47;
const slotSpan = 2 ** 24;
const generationLimit = 2 ** 29 - 1;
const noSlot = 0xffffffff;
const initialCapacity = 64;

/** A queue of payloads in (time, priority, sequence) order, whose entries can be cancelled. */
/** A queue of payloads in (time, priority, sequence) order, whose entries can be cancelled. */
export class EventHeap<T extends NonNullable<unknown>> {
  /** Two numbers an entry: its time, then its priority and sequence in one. */
  #keys = new Float64Array(2 * initialCapacity);
  #slots = new Uint32Array(initialCapacity);
  /** Entries in the heap, dead ones included. */
  #length = 0;
  #dead = 0;
  #sequence = 0;

  /** By slot; undefined when the slot is free, or cancelled and still in the heap. */
  readonly #payloads: (T | undefined)[] = [];
  /** By slot; how often it was freed, so that an old handle does not fit a new event. */
  #generations = new Uint32Array(initialCapacity);
  #nextFree = new Uint32Array(initialCapacity);
  #firstFree = noSlot;

  /** How many events are pending; cancelled ones do not count. */
  get size(): number {
    return this.#length - this.#dead;
  }

  /**
   * Adds a payload at `time`. Among equal times the smaller priority pops first, among equal
   * priorities the one pushed first.
   *
   * @throws Defect for a time that is no whole number and for a priority outside
   * 0 .. {@link eventPriorityLimit} - 1.
   */
  push(time: SimTime, priority: number, payload: T): EventHandle {
    if (
      !Number.isSafeInteger(time) ||
      !Number.isInteger(priority) ||
      priority < 0 ||
      priority >= eventPriorityLimit
    ) {
      invariant(false, "an event needs a whole time and a known priority", { time, priority });
    }
    const slot = this.#takeSlot();
    this.#payloads[slot] = payload;
    const index = this.#length++;
    if (index === this.#slots.length) this.#growEntries();
    this.#siftUp(index, 0, time, priority * sequenceSpan + this.#sequence++, slot);
    return ((this.#generations[slot] as number) * slotSpan + slot) as EventHandle;
  }

  /** Removes and returns the first payload; undefined when nothing is pending. */
  pop(): T | undefined {
    if (this.#length === 0) return undefined;
    const slot = this.#slots[0] as number;
    const payload = this.#payloads[slot];
    this.#freeSlot(slot);
    this.#removeTop();
    if (this.#dead > 0) this.#dropDeadTop();
    return payload;
  }

  /** The time of the payload that `pop` would return; undefined when nothing is pending. */
  peekTime(): SimTime | undefined {
    return this.#length === 0 ? undefined : (this.#keys[0] as SimTime);
  }

  /**
   * Takes a pending event out. True if it was pending, false if it was already popped or
   * cancelled (which is no error: a timeout and its answer may meet on one instant).
   */
  cancel(handle: EventHandle): boolean {
    if (!this.isPending(handle)) return false;
    this.#payloads[handle % slotSpan] = undefined;
    this.#dead += 1;
    if (this.#dead > initialCapacity && this.#dead * 2 > this.#length) this.#rebuild();
    else this.#dropDeadTop();
    return true;
  }

  /** Whether the event of this handle is still to come: neither popped nor cancelled. */
  isPending(handle: EventHandle): boolean {
    const slot = handle % slotSpan;
    return (
      this.#payloads[slot] !== undefined &&
      this.#generations[slot] === Math.floor(handle / slotSpan)
    );
  }

  #takeSlot(): number {
    const free = this.#firstFree;
    if (free !== noSlot) {
      this.#firstFree = this.#nextFree[free] as number;
      return free;
    }
    const slot = this.#payloads.length;
    if (slot === this.#generations.length) {
      if (slot >= slotSpan) invariant(false, "too many pending events", { pending: this.size });
      this.#generations = grown(this.#generations, Uint32Array);
      this.#nextFree = grown(this.#nextFree, Uint32Array);
    }
    this.#payloads.push(undefined);
    return slot;
  }

  #freeSlot(slot: number): void {
    this.#payloads[slot] = undefined;
    const generation = (this.#generations[slot] as number) + 1;
    this.#generations[slot] = generation;
    // A slot whose generations are used up is retired, else old handles would fit new events.
    if (generation >= generationLimit) return;
    this.#nextFree[slot] = this.#firstFree;
    this.#firstFree = slot;
  }

  #growEntries(): void {
    this.#keys = grown(this.#keys, Float64Array);
    this.#slots = grown(this.#slots, Uint32Array);
  }

  #removeTop(): void {
    const last = --this.#length;
    if (last === 0) return;
    const keys = this.#keys;
    this.#siftDown(
      0,
      keys[2 * last] as number,
      keys[2 * last + 1] as number,
      this.#slots[last] as number,
    );
  }

  #dropDeadTop(): void {
    while (this.#length > 0) {
      const slot = this.#slots[0] as number;
      if (this.#payloads[slot] !== undefined) return;
      this.#freeSlot(slot);
      this.#dead -= 1;
      this.#removeTop();
    }
  }

  /** Drops all dead entries and makes a heap of the others; O(n), paid for by n / 2 cancels. */
  #rebuild(): void {
    const keys = this.#keys;
    const slots = this.#slots;
    let kept = 0;
    for (let index = 0; index < this.#length; index++) {
      const slot = slots[index] as number;
      if (this.#payloads[slot] === undefined) {
        this.#freeSlot(slot);
        continue;
      }
      keys[2 * kept] = keys[2 * index] as number;
      keys[2 * kept + 1] = keys[2 * index + 1] as number;
      slots[kept] = slot;
      kept += 1;
    }
    this.#length = kept;
    this.#dead = 0;
    for (let root = (kept - 2) >> 2; root >= 0; root--) {
      this.#siftDown(
        root,
        keys[2 * root] as number,
        keys[2 * root + 1] as number,
        slots[root] as number,
      );
    }
  }

  /** Moves ancestors of the hole down, `root` at most, until the entry fits into it. */
  #siftUp(from: number, root: number, time: number, order: number, slot: number): void {
    const keys = this.#keys;
    const slots = this.#slots;
    let hole = from;
    while (hole > root) {
      const parent = (hole - 1) >> 2;
      const parentTime = keys[2 * parent] as number;
      const parentOrder = keys[2 * parent + 1] as number;
      if (parentTime < time || (parentTime === time && parentOrder < order)) break;
      keys[2 * hole] = parentTime;
      keys[2 * hole + 1] = parentOrder;
      slots[hole] = slots[parent] as number;
      hole = parent;
    }
    keys[2 * hole] = time;
    keys[2 * hole + 1] = order;
    slots[hole] = slot;
  }

  /**
   * Fills the hole at `root` from below and puts the entry where the hole ends. The hole goes all
   * the way to a leaf first and the entry climbs back: an entry taken from the end of the heap
   * nearly always belongs near the leaves, so this saves one comparison a level.
   */
  #siftDown(root: number, time: number, order: number, slot: number): void {
    const keys = this.#keys;
    const slots = this.#slots;
    const length = this.#length;
    let hole = root;
    for (let first = 4 * hole + 1; first < length; first = 4 * hole + 1) {
      const end = first + 4 < length ? first + 4 : length;
      let best = first;
      let bestTime = keys[2 * first] as number;
      let bestOrder = keys[2 * first + 1] as number;
      for (let child = first + 1; child < end; child++) {
        const childTime = keys[2 * child] as number;
        if (childTime > bestTime) continue;
        const childOrder = keys[2 * child + 1] as number;
        if (childTime === bestTime && childOrder > bestOrder) continue;
        best = child;
        bestTime = childTime;
        bestOrder = childOrder;
      }
      keys[2 * hole] = bestTime;
      keys[2 * hole + 1] = bestOrder;
      slots[hole] = slots[best] as number;
      hole = best;
    }
    this.#siftUp(hole, root, time, order, slot);
  }
}

function grown<A extends Float64Array<ArrayBuffer> | Uint32Array<ArrayBuffer>>(
  array: A,
  ArrayType: new (length: number) => A,
): A {
  const larger = new ArrayType(array.length * 2);
  larger.set(array);
  return larger;
}
