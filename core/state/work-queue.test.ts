import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { seconds, simTime } from "../units/index.ts";
import { WorkQueue } from "./work-queue.ts";

const backoff = { base: seconds(1), max: seconds(60) };

function drain(queue: WorkQueue, now: number): readonly string[] {
  const keys: string[] = [];
  for (let key = queue.take(simTime(now)); key !== undefined; key = queue.take(simTime(now))) {
    keys.push(key);
  }
  return keys;
}

describe("work queue", () => {
  it("hands out each key once, by its earliest due time, then by name", () => {
    const additions = fc.array(
      fc.record({ key: fc.constantFrom("a", "b", "c", "d", "e", "f"), at: fc.nat({ max: 20 }) }),
    );
    fc.assert(
      fc.property(additions, fc.nat({ max: 20 }), (list, now) => {
        const queue = new WorkQueue(backoff);
        const earliest = new Map<string, number>();
        for (const { key, at } of list) {
          queue.add(key, simTime(at));
          earliest.set(key, Math.min(at, earliest.get(key) ?? at));
        }
        const sorted = [...earliest].sort(([a, x], [b, y]) => x - y || (a < b ? -1 : 1));
        const due = sorted.filter(([, at]) => at <= now).map(([key]) => key);
        expect(drain(queue, now)).toEqual(due);
        expect(queue.nextDueAt()).toBe(sorted.find(([, at]) => at > now)?.[1]);
      }),
    );
  });

  it("waits twice as long after each failure, up to the limit, and starts anew after success", () => {
    const queue = new WorkQueue(backoff);
    const waits = Array.from({ length: 8 }, () => {
      queue.retry("a", simTime(0));
      const wait = queue.nextDueAt();
      queue.take(simTime(100_000));
      return (wait ?? 0) / 1000;
    });
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 60, 60]);
    queue.succeed("a");
    queue.retry("a", simTime(0));
    expect(queue.nextDueAt()).toBe(1000);
  });

  it("puts a held key off, whether it was due before or is added later", () => {
    const queue = new WorkQueue(backoff);
    queue.add("a", simTime(0));
    queue.hold("a", simTime(5));
    queue.add("a", simTime(1));
    expect(drain(queue, 4)).toEqual([]);
    expect(drain(queue, 5)).toEqual(["a"]);
    queue.add("a", simTime(6));
    expect(drain(queue, 6)).toEqual(["a"]);
  });
});
