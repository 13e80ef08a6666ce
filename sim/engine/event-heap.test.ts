import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { SimTime } from "../../core/units/index.ts";
import { EventHeap, eventPriorityLimit } from "./event-heap.ts";
import type { EventHandle } from "./event-heap.ts";

interface Entry {
  readonly time: number;
  readonly priority: number;
  readonly sequence: number;
}

/** The plainest thing that is right: an array, sorted anew at every look. */
class SortedArrayOracle {
  #entries: Entry[] = [];

  get size(): number {
    return this.#entries.length;
  }

  push(entry: Entry): void {
    this.#entries.push(entry);
    this.#entries.sort(
      (a, b) => a.time - b.time || a.priority - b.priority || a.sequence - b.sequence,
    );
  }

  first(): Entry | undefined {
    return this.#entries[0];
  }

  pop(): Entry | undefined {
    return this.#entries.shift();
  }

  cancel(entry: Entry): boolean {
    const before = this.#entries.length;
    this.#entries = this.#entries.filter((other) => other !== entry);
    return this.#entries.length < before;
  }
}

const at = (time: number): SimTime => time as SimTime;

type Operation =
  | { readonly kind: "push"; readonly time: number; readonly priority: number }
  | { readonly kind: "pop" }
  | { readonly kind: "cancel"; readonly which: number };

const operation: fc.Arbitrary<Operation> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant("push" as const),
      time: fc.oneof(fc.integer({ min: 0, max: 9 }), fc.maxSafeNat()),
      priority: fc.integer({ min: 0, max: eventPriorityLimit - 1 }),
    }),
  },
  { weight: 2, arbitrary: fc.constant({ kind: "pop" as const }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant("cancel" as const), which: fc.nat() }),
  },
);

/** Applies the operations to both, comparing every answer; then drains both. */
function expectAgreement(operations: readonly Operation[]): void {
  const heap = new EventHeap<Entry>();
  const oracle = new SortedArrayOracle();
  const pushed: { readonly entry: Entry; readonly handle: EventHandle }[] = [];
  for (const next of operations) {
    if (next.kind === "push") {
      const entry = { time: next.time, priority: next.priority, sequence: pushed.length };
      pushed.push({ entry, handle: heap.push(at(next.time), next.priority, entry) });
      oracle.push(entry);
    } else if (next.kind === "pop") {
      expect(heap.pop()).toBe(oracle.pop());
    } else {
      const victim = pushed[next.which % Math.max(1, pushed.length)];
      if (victim === undefined) continue;
      const cancelled = oracle.cancel(victim.entry);
      expect(heap.isPending(victim.handle)).toBe(cancelled);
      expect(heap.cancel(victim.handle)).toBe(cancelled);
      expect(heap.isPending(victim.handle)).toBe(false);
    }
    expect(heap.size).toBe(oracle.size);
    expect(heap.peekTime()).toBe(oracle.first()?.time);
  }
  while (oracle.size > 0) expect(heap.pop()).toBe(oracle.pop());
  expect(heap.pop()).toBeUndefined();
  expect(heap.size).toBe(0);
}

describe("EventHeap", () => {
  it("answers like a sorted array under any pushes, pops and cancels", () => {
    fc.assert(fc.property(fc.array(operation, { maxLength: 120 }), expectAgreement), {
      numRuns: 500,
      seed: 1,
    });
  });

  it("answers like a sorted array when most of many events are cancelled", () => {
    const many = fc.array(operation, { minLength: 600, maxLength: 1500, size: "max" });
    const lateCancels = fc.array(
      fc.record({ kind: fc.constant("cancel" as const), which: fc.nat() }),
      { minLength: 600, maxLength: 1500, size: "max" },
    );
    fc.assert(
      fc.property(many, lateCancels, many, (first, cancels, last) => {
        expectAgreement([...first.filter(({ kind }) => kind === "push"), ...cancels, ...last]);
      }),
      { numRuns: 8, seed: 2, endOnFailure: true },
    );
  });

  it("pops simultaneous events by priority, then in the order of insertion", () => {
    const keys = fc.array(
      fc.record({ time: fc.integer({ min: 0, max: 2 }), priority: fc.integer({ min: 0, max: 3 }) }),
      { minLength: 2, maxLength: 200 },
    );
    fc.assert(
      fc.property(keys, (inserted) => {
        const heap = new EventHeap<Entry>();
        const entries = inserted.map((key, sequence) => ({ ...key, sequence }));
        for (const entry of entries) heap.push(at(entry.time), entry.priority, entry);
        const popped = entries.map(() => heap.pop() as Entry);
        for (const [index, entry] of popped.entries()) {
          const before = popped[index - 1];
          if (before === undefined) continue;
          const difference =
            before.time - entry.time ||
            before.priority - entry.priority ||
            before.sequence - entry.sequence;
          expect(difference).toBeLessThan(0);
        }
        expect(new Set(popped).size).toBe(entries.length);
      }),
      { seed: 3 },
    );
  });

  it("pops distinct keys in one order, however their insertion was shuffled", () => {
    const keys = Array.from({ length: 60 }, (_, index) => ({
      time: Math.floor(index / 12),
      priority: index % 12,
    }));
    const shuffled = fc.shuffledSubarray(keys, { minLength: keys.length });
    fc.assert(
      fc.property(shuffled, (inserted) => {
        const heap = new EventHeap<{ readonly time: number; readonly priority: number }>();
        for (const key of inserted) heap.push(at(key.time), key.priority, key);
        expect(keys.map(() => heap.pop())).toEqual(keys);
      }),
      { seed: 4 },
    );
  });

  it("never lets a spent handle cancel a later event in the same storage", () => {
    const heap = new EventHeap<{ readonly name: string }>();
    const spent: EventHandle[] = [];
    for (let round = 0; round < 1000; round++) {
      const handle = heap.push(at(round), 0, { name: `event ${round}` });
      for (const old of spent) expect(heap.cancel(old)).toBe(false);
      if (round % 2 === 0) expect(heap.pop()).toEqual({ name: `event ${round}` });
      else expect(heap.cancel(handle)).toBe(true);
      spent.push(handle);
      if (spent.length > 20) spent.shift();
    }
    expect(new Set(spent).size).toBe(spent.length);
  });

  it("does not keep the payloads of cancelled far events", () => {
    const heap = new EventHeap<{ readonly round: number }>();
    heap.push(at(0), 0, { round: -1 });
    const handles: EventHandle[] = [];
    for (let round = 0; round < 200_000; round++) {
      const handle = heap.push(at(1_000_000 + round), 0, { round });
      handles.push(handle);
      heap.cancel(handle);
    }
    // Slots are numbered in the low 24 bits: they are used again, or a year of timeouts would fill
    // the memory.
    expect(Math.max(...handles.slice(-100).map((handle) => handle % 2 ** 24))).toBeLessThan(1000);
    expect(heap.size).toBe(1);
  });

  it("refuses times that are no whole numbers and unknown priorities", () => {
    const heap = new EventHeap<object>();
    expect(() => heap.push(at(0.5), 0, {})).toThrow("whole time");
    expect(() => heap.push(at(NaN), 0, {})).toThrow("whole time");
    expect(() => heap.push(at(0), -1, {})).toThrow("known priority");
    expect(() => heap.push(at(0), eventPriorityLimit, {})).toThrow("known priority");
    expect(heap.size).toBe(0);
  });
});
