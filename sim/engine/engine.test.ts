import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Defect, OutsideError } from "../../core/units/index.ts";
import type { DurationMs, SimTime } from "../../core/units/index.ts";
import { Engine } from "./engine.ts";
import { eventPriorityNames, eventPriorityRanks } from "./event-priority.ts";
import type { EventPriority } from "./event-priority.ts";
import type { Timeline } from "./timeline.ts";

interface Tick {
  readonly kind: "tick";
  readonly name: string;
}

const start = Date.UTC(2026, 2, 1);
const instant = (offset: number): SimTime => (start + offset) as SimTime;
const duration = (ms: number): DurationMs => ms as DurationMs;
const tick = (name: string): Tick => ({ kind: "tick", name });
const newEngine = (): Engine<Tick> => new Engine<Tick>({ start: instant(0), facts: { seed: 42 } });

function recordRun(engine: Engine<Tick>, until: number): readonly string[] {
  const happened: string[] = [];
  engine.run({ until: instant(until) }, (event) => {
    happened.push(`${engine.now - start} ${event.name}`);
  });
  return happened;
}

describe("Engine", () => {
  it("handles events up to and including the horizon, and leaves later ones pending", () => {
    const engine = newEngine();
    for (const offset of [20, 10, 21, 5]) engine.schedule(instant(offset), tick("t"));
    expect(recordRun(engine, 20)).toEqual(["5 t", "10 t", "20 t"]);
    expect(engine.now).toBe(instant(20));
    expect(engine.pending).toBe(1);
    expect(engine.nextEventAt).toBe(instant(21));
    expect(engine.processed).toBe(3);
    expect(recordRun(engine, 30)).toEqual(["21 t"]);
    expect(engine.processed).toBe(4);
  });

  it("says whether the horizon, an empty queue or a stop ended the run", () => {
    const engine = newEngine();
    engine.schedule(instant(1), tick("first"));
    engine.schedule(instant(5), tick("second"));
    expect(engine.run({ until: instant(2) }, () => undefined)).toBe("horizon");
    expect(engine.run({ until: instant(9) }, () => undefined)).toBe("exhausted");
    engine.schedule(instant(12), tick("third"));
    engine.schedule(instant(12), tick("fourth"));
    expect(engine.run({ until: instant(20) }, (_, running) => running.stop())).toBe("stopped");
    expect(engine.now).toBe(instant(12));
    expect(engine.pending).toBe(1);
  });

  it("lets what happens at one instant follow the order of the priorities", () => {
    const all = fc.shuffledSubarray([...eventPriorityNames], {
      minLength: eventPriorityNames.length,
    });
    fc.assert(
      fc.property(all, (inserted) => {
        const engine = newEngine();
        for (const name of inserted) engine.schedule(instant(7), tick(name), name);
        expect(recordRun(engine, 7)).toEqual(eventPriorityNames.map((name) => `7 ${name}`));
      }),
      { seed: 5 },
    );
  });

  it("keeps (time, priority, sequence) order when handlers schedule at their own instant", () => {
    const engine = newEngine();
    const happened: string[] = [];
    engine.schedule(instant(1), tick("decide"), "karpenter-provisioning");
    engine.schedule(instant(1), tick("sample"), "sampling");
    engine.run({ until: instant(1) }, (event) => {
      happened.push(event.name);
      if (event.name !== "decide") return;
      engine.schedule(engine.now, tick("again"), "karpenter-provisioning");
      engine.schedule(engine.now, tick("price"), "market");
    });
    expect(happened).toEqual(["decide", "price", "again", "sample"]);
  });

  it("never goes back in time, whatever handlers schedule", () => {
    const steps = fc.array(fc.tuple(fc.nat(50), fc.constantFrom(...eventPriorityNames)), {
      minLength: 1,
      maxLength: 200,
    });
    fc.assert(
      fc.property(steps, (delays) => {
        const engine = newEngine();
        const queue = [...delays];
        const scheduleNext = (): void => {
          const next: [number, EventPriority] | undefined = queue.pop();
          if (next !== undefined) engine.scheduleAfter(duration(next[0]), tick("t"), next[1]);
        };
        scheduleNext();
        let last = engine.now;
        engine.run({ until: instant(20_000) }, () => {
          expect(engine.now).toBeGreaterThanOrEqual(last);
          last = engine.now;
          scheduleNext();
          scheduleNext();
        });
        expect(engine.processed).toBe(delays.length);
      }),
      { seed: 6 },
    );
  });

  it("is the timeline of each room whose events it carries", () => {
    const engine = new Engine<Tick | { readonly kind: "other" }>({ start: instant(0) });
    const timeline: Timeline<Tick> = engine;
    timeline.schedule(instant(2), tick("room"), "market");
    const kinds: string[] = [];
    engine.run({ until: instant(2) }, (event) => kinds.push(event.kind));
    expect(kinds).toEqual(["tick"]);
    expect(timeline.now).toBe(instant(2));
  });

  it("takes one step at a time", () => {
    const engine = newEngine();
    engine.schedule(instant(3), tick("only"));
    const happened: string[] = [];
    expect(engine.step((event) => happened.push(event.name))).toBe(true);
    expect(engine.step((event) => happened.push(event.name))).toBe(false);
    expect(happened).toEqual(["only"]);
    expect(engine.now).toBe(instant(3));
  });

  it("does not hand out an event that was cancelled, also at its own instant", () => {
    const engine = newEngine();
    const timeout = engine.schedule(instant(4), tick("timeout"), "sampling");
    engine.schedule(instant(4), tick("answer"), "market");
    const happened: string[] = [];
    engine.run({ until: instant(9) }, (event) => {
      happened.push(event.name);
      expect(engine.isPending(timeout)).toBe(true);
      expect(engine.cancel(timeout)).toBe(true);
      expect(engine.cancel(timeout)).toBe(false);
    });
    expect(happened).toEqual(["answer"]);
  });

  it("refuses the past: an earlier event, a negative delay, an earlier horizon", () => {
    const engine = newEngine();
    recordRun(engine, 10);
    expect(() => engine.schedule(instant(9), tick("late"))).toThrow(Defect);
    expect(() => engine.scheduleAfter(duration(-1), tick("late"))).toThrow();
    expect(() => engine.schedule(NaN as SimTime, tick("never"))).toThrow(Defect);
    expect(() => recordRun(engine, 9)).toThrow(Defect);
    expect(engine.pending).toBe(0);
  });

  it("lists a rank for each priority, in the order of the names", () => {
    expect(eventPriorityNames.map((name) => eventPriorityRanks[name])).toEqual(
      eventPriorityNames.map((_, index) => index),
    );
    expect(Object.keys(eventPriorityRanks)).toEqual([...eventPriorityNames]);
  });
});

describe("a failing handler", () => {
  function failureOf(throwing: () => void): unknown {
    const engine = newEngine();
    engine.schedule(instant(1000), tick("fine"));
    engine.schedule(instant(2500), tick("broken"));
    try {
      engine.run({ until: instant(9000) }, (event) => {
        if (event.name === "broken") throwing();
      });
    } catch (error) {
      engine.schedule(instant(9000), tick("later"));
      expect(() => engine.run({ until: instant(9000) }, () => undefined)).toThrow(
        "after a failure",
      );
      return error;
    }
    return undefined;
  }

  const facts = {
    seed: 42,
    virtualTime: "2026-03-01T00:00:02.500Z",
    virtualTimeMs: start + 2500,
    eventNumber: 2,
    eventKind: "tick",
  };

  it("ends the run as a Defect with virtual time, event number, kind and the run's facts", () => {
    const cause = new TypeError("x is undefined");
    const failure = failureOf(() => {
      throw cause;
    });
    expect(failure).toBeInstanceOf(Defect);
    expect(failure).toMatchObject({ message: "x is undefined", facts, cause });
  });

  it("keeps the facts of a Defect beside the engine's own", () => {
    const failure = failureOf(() => {
      throw new Defect("two pods, one slot", { podUid: "p-1" });
    });
    expect(failure).toMatchObject({ facts: { podUid: "p-1", ...facts } });
  });

  it("lets an OutsideError through, since a full disk is no defect", () => {
    const outside = new OutsideError({
      code: "outside/disk",
      message: "disk full",
      advice: "free",
    });
    expect(
      failureOf(() => {
        throw outside;
      }),
    ).toBe(outside);
  });

  it("is what running the engine from inside a handler is", () => {
    const engine = newEngine();
    engine.schedule(instant(1), tick("nested"));
    expect(() =>
      engine.run({ until: instant(2) }, () => engine.run({ until: instant(2) }, () => undefined)),
    ).toThrow("cannot run the engine");
  });
});
