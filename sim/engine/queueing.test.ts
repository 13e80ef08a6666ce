import { describe, expect, it } from "vitest";
import type { DurationMs, SimTime } from "../../core/units/index.ts";
import { Engine } from "./engine.ts";
import { stream } from "./random.ts";

/*
 * Queues whose waiting time is known by formula, simulated with the real engine, heap and streams.
 * Times are whole milliseconds; the mean service of 100 s makes that rounding invisible.
 */

type QueueEvent =
  | { readonly kind: "arrival"; readonly customer: number }
  | { readonly kind: "departure" };

interface Queue {
  readonly servers: number;
  readonly meanInterarrivalMs: number;
  readonly meanServiceMs: number;
}

interface QueueFigures {
  readonly meanWaitMs: number;
  readonly delayedFraction: number;
}

const replications = 30;
const warmUpCustomers = 3_000;
const measuredCustomers = 50_000;
/** Student's t, 29 degrees of freedom, 99.5 %: any table. */
const studentT = 2.756;

/** One replication: who waits how long before service, first come first served. */
function simulate(queue: Queue, seed: number): QueueFigures {
  const engine = new Engine<QueueEvent>({ start: 0 as SimTime });
  const arrivals = stream(seed, "test-arrival", "queue");
  const services = stream(seed, "test-service", "queue");
  const whole = (ms: number): DurationMs => Math.round(ms) as DurationMs;
  const waiting: { readonly customer: number; readonly since: number }[] = [];
  let firstWaiting = 0;
  let busy = 0;
  let waitedMs = 0;
  let delayed = 0;
  let measured = 0;
  const serve = (customer: number, since: number): void => {
    busy += 1;
    if (customer >= warmUpCustomers) {
      waitedMs += engine.now - since;
      measured += 1;
      if (measured === measuredCustomers) engine.stop();
    }
    const service = whole(services.exponential(queue.meanServiceMs));
    engine.scheduleAfter(service, { kind: "departure" });
  };
  engine.schedule(engine.now, { kind: "arrival", customer: 0 });
  const end = engine.run({ until: 1e15 as SimTime }, (event) => {
    if (event.kind === "arrival") {
      const next = whole(arrivals.exponential(queue.meanInterarrivalMs));
      engine.scheduleAfter(next, { kind: "arrival", customer: event.customer + 1 });
      if (busy < queue.servers) return serve(event.customer, engine.now);
      if (event.customer >= warmUpCustomers) delayed += 1;
      waiting.push({ customer: event.customer, since: engine.now });
      return;
    }
    busy -= 1;
    const first = waiting[firstWaiting];
    if (first === undefined) return;
    firstWaiting += 1;
    serve(first.customer, first.since);
  });
  expect(end).toBe("stopped");
  // Customers still in line at the stop were counted as delayed, and not yet as measured.
  const arrived = measured + waiting.length - firstWaiting;
  return { meanWaitMs: waitedMs / measured, delayedFraction: delayed / arrived };
}

interface Interval {
  readonly mean: number;
  readonly halfWidth: number;
}

/** The 99 % interval of the mean of independent replications. */
function interval(values: readonly number[]): Interval {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const halfWidth = studentT * Math.sqrt(squares / (values.length - 1) / values.length);
  return { mean, halfWidth };
}

/**
 * The chance that an arrival finds all servers busy.
 *
 * @see A. K. Erlang, 1917; as in L. Kleinrock, "Queueing Systems" volume 1, 1975, section 3.5
 */
function erlangC(servers: number, offeredLoad: number): number {
  let blocked = 1;
  for (let count = 1; count <= servers; count++) {
    blocked = (offeredLoad * blocked) / (count + offeredLoad * blocked);
  }
  return blocked / (1 - (offeredLoad / servers) * (1 - blocked));
}

function expectAgreement(observed: Interval, theory: number): void {
  // A wide interval would agree with anything.
  expect(observed.halfWidth).toBeLessThan(0.06 * theory);
  expect(Math.abs(observed.mean - theory)).toBeLessThan(observed.halfWidth);
}

function simulateAll(queue: Queue): { readonly wait: Interval; readonly delayed: Interval } {
  const runs = Array.from({ length: replications }, (_, seed) => simulate(queue, seed));
  return {
    wait: interval(runs.map((run) => run.meanWaitMs)),
    delayed: interval(runs.map((run) => run.delayedFraction)),
  };
}

describe("a queue run by the engine", () => {
  it("with one server waits as M/M/1 says: rho / (mu - lambda)", () => {
    const queue = { servers: 1, meanInterarrivalMs: 100_000 / 0.7, meanServiceMs: 100_000 };
    const { wait, delayed } = simulateAll(queue);
    expectAgreement(wait, (0.7 * 100_000) / (1 - 0.7));
    expectAgreement(delayed, 0.7);
  });

  it("with five servers delays and waits as Erlang's C formula says", () => {
    const queue = { servers: 5, meanInterarrivalMs: 25_000, meanServiceMs: 100_000 };
    const { wait, delayed } = simulateAll(queue);
    const chance = erlangC(5, 4);
    // Printed in tables of the formula: C(5, 4) = 0.5541.
    expect(chance).toBeCloseTo(0.5541, 4);
    expectAgreement(delayed, chance);
    expectAgreement(wait, (chance * 100_000) / (5 - 4));
  });
});
