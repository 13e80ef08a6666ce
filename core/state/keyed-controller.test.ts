import { describe, expect, it } from "vitest";
import { after, milliseconds, minutes, parseTime, seconds } from "../units/index.ts";
import { done, KeyedController, type Outcome } from "./keyed-controller.ts";

const start = parseTime("2026-03-01T00:00:00Z");

/** A controller that notes what it looks at and does as it is told. */
function controller(outcomeOf: (key: string) => Outcome = () => done) {
  const seen: string[] = [];
  const made = new KeyedController({
    name: "test",
    backoff: { base: milliseconds(5), max: minutes(1) },
    keysOf: () => [],
    reconcileKey: (key) => {
      seen.push(key);
      return outcomeOf(key);
    },
  });
  return { seen, made };
}

describe("a controller over keys", () => {
  it("leaves what becomes due meanwhile to the next call, and looks once at what is pending", () => {
    const { seen, made } = controller((key) => {
      if (key === "a" && seen.length === 1) {
        made.enqueue("a", start);
        made.enqueue("b", start);
      }
      return done;
    });
    made.enqueue("a", start);
    made.enqueue("b", start);
    made.reconcile(start);
    expect(seen).toEqual(["a", "b"]);
    expect(made.nextDueAt()).toBe(start);
    made.reconcile(start);
    expect(seen).toEqual(["a", "b", "a"]);
    expect(made.nextDueAt()).toBeUndefined();
  });

  it("looks at nothing while its worker sleeps", () => {
    const second = after(start, seconds(1));
    const { seen, made } = controller((key) => (key === "a" ? { sleepUntil: second } : done));
    for (const key of ["a", "b", "c"]) made.enqueue(key, start);
    made.reconcile(start);
    expect(seen).toEqual(["a"]);
    expect(made.nextDueAt()).toBe(second);
    made.reconcile(second);
    expect(seen).toEqual(["a", "b", "c"]);
  });
});
