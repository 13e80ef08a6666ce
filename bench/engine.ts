/**
 * How many events a second the engine handles, under the hold model: a fixed number of pending
 * events, each of which schedules its successor an exponential delay later.
 *
 * `heap` is pop and push alone, `engine` goes through `Engine.run` and a handler. The ratios are to
 * a binary heap of event objects and to a sorted array, measured in the same process; the sorted
 * array is left out where one round would take minutes.
 *
 * @see D. W. Jones, "An empirical comparison of priority-queue and event-set implementations",
 * Communications of the ACM 29(4), 1986 (the hold model)
 */
import { pathToFileURL } from "node:url";
import { reportResult } from "./harness/report-result.ts";
import type { DurationMs, SimTime } from "../core/units/index.ts";
import { invariant } from "../core/units/index.ts";
import { Engine, EventHeap, stream } from "../sim/engine/index.ts";

interface HoldEvent {
  readonly kind: "hold";
  readonly number: number;
}

interface Entry {
  readonly time: number;
  readonly priority: number;
  readonly sequence: number;
  readonly payload: HoldEvent;
}

/** One row: a number of pending events, and how fast each way of keeping them is. */
export interface EngineBenchRow {
  readonly pendingEvents: number;
  readonly engineEventsPerSecond: number;
  readonly heapEventsPerSecond: number;
  readonly objectHeapEventsPerSecond: number;
  readonly sortedArrayEventsPerSecond: number | null;
  readonly engineToObjectHeapRatio: number;
  readonly engineToSortedArrayRatio: number | null;
}

/** What `run` measured; plain JSON. */
export interface EngineBenchResult {
  readonly name: "engine";
  readonly unit: "events/s, best round";
  readonly rows: readonly EngineBenchRow[];
}

const start = 1_772_323_200_000;
const delayMask = 2 ** 16 - 1;
const rounds = 5;

/** Measures all sizes; `events` is how many events one round handles. */
export function run(options: { readonly events?: number } = {}): EngineBenchResult {
  const events = options.events ?? 1_000_000;
  const rows = [1_000, 10_000, 100_000].map((pending) => measure(pending, events));
  return { name: "engine", unit: "events/s, best round", rows };
}

function measure(pending: number, events: number): EngineBenchRow {
  const delays = holdDelays(pending);
  const engine = best(engineHold(pending, delays), events);
  const heap = best(heapHold(pending, delays), events);
  const objects = best(objectHeapHold(pending, delays), events);
  const sorted =
    pending > 10_000 ? null : best(sortedArrayHold(pending, delays), Math.min(events, 200_000));
  return {
    pendingEvents: pending,
    engineEventsPerSecond: Math.round(engine),
    heapEventsPerSecond: Math.round(heap),
    objectHeapEventsPerSecond: Math.round(objects),
    sortedArrayEventsPerSecond: sorted === null ? null : Math.round(sorted),
    engineToObjectHeapRatio: engine / objects,
    engineToSortedArrayRatio: sorted === null ? null : engine / sorted,
  };
}

/** Drawn beforehand, so that the random numbers are not what is measured. */
function holdDelays(pending: number): Float64Array {
  const random = stream(1, "bench-delay", String(pending));
  return Float64Array.from({ length: delayMask + 1 }, () => Math.round(random.exponential(60_000)));
}

/** A new event each time, as handlers make them. */
function hold(number: number): HoldEvent {
  return { kind: "hold", number };
}

function best(round: (events: number) => void, events: number): number {
  round(events);
  let fastest = 0;
  for (let count = 0; count < rounds; count++) {
    const before = performance.now();
    round(events);
    fastest = Math.max(fastest, (events * 1000) / (performance.now() - before));
  }
  return fastest;
}

function engineHold(pending: number, delays: Float64Array): (events: number) => void {
  const engine = new Engine<HoldEvent>({ start: start as SimTime });
  let next = 0;
  let left = 0;
  const delay = (): DurationMs => delays[next++ & delayMask] as DurationMs;
  for (let index = 0; index < pending; index++) engine.scheduleAfter(delay(), hold(index));
  const handle = (event: HoldEvent): void => {
    engine.scheduleAfter(delay(), hold(event.number + 1));
    if (--left === 0) engine.stop();
  };
  return (events) => {
    left = events;
    const before = engine.processed;
    engine.run({ until: Number.MAX_SAFE_INTEGER as SimTime }, handle);
    invariant(engine.processed - before === events, "a round handles the events it counts");
  };
}

function heapHold(pending: number, delays: Float64Array): (events: number) => void {
  const heap = new EventHeap<HoldEvent>();
  let next = 0;
  const push = (from: number): void => {
    heap.push((from + (delays[next++ & delayMask] as number)) as SimTime, 4, hold(next));
  };
  for (let index = 0; index < pending; index++) push(start);
  return (events) => {
    for (let count = 0; count < events; count++) {
      const time = heap.peekTime() as number;
      heap.pop();
      push(time);
    }
  };
}

function objectHeapHold(pending: number, delays: Float64Array): (events: number) => void {
  const heap: Entry[] = [];
  let next = 0;
  let sequence = 0;
  const push = (from: number): void => {
    const time = from + (delays[next++ & delayMask] as number);
    const entry = { time, priority: 4, sequence: sequence++, payload: hold(next) };
    let index = heap.length;
    heap.push(entry);
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (compare(heap[parent] as Entry, entry) < 0) break;
      heap[index] = heap[parent] as Entry;
      index = parent;
    }
    heap[index] = entry;
  };
  for (let index = 0; index < pending; index++) push(start);
  return (events) => {
    for (let count = 0; count < events; count++) push(popObject(heap).time);
  };
}

function popObject(heap: Entry[]): Entry {
  const top = heap[0] as Entry;
  const last = heap.pop() as Entry;
  if (heap.length === 0) return top;
  let index = 0;
  for (let child = 1; child < heap.length; child = 2 * index + 1) {
    const right = heap[child + 1];
    if (right !== undefined && compare(right, heap[child] as Entry) < 0) child += 1;
    if (compare(last, heap[child] as Entry) < 0) break;
    heap[index] = heap[child] as Entry;
    index = child;
  }
  heap[index] = last;
  return top;
}

function compare(a: Entry, b: Entry): number {
  return a.time - b.time || a.priority - b.priority || a.sequence - b.sequence;
}

/** Latest first, so that taking the earliest is a `pop`. */
function sortedArrayHold(pending: number, delays: Float64Array): (events: number) => void {
  const entries: Entry[] = [];
  let next = 0;
  let sequence = 0;
  const push = (from: number): void => {
    const time = from + (delays[next++ & delayMask] as number);
    const entry = { time, priority: 4, sequence: sequence++, payload: hold(next) };
    let low = 0;
    let high = entries.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (compare(entries[middle] as Entry, entry) > 0) low = middle + 1;
      else high = middle;
    }
    entries.splice(low, 0, entry);
  };
  for (let index = 0; index < pending; index++) push(start);
  return (events) => {
    for (let count = 0; count < events; count++) push((entries.pop() as Entry).time);
  };
}

function printed(rate: number | null): string {
  return (rate === null ? "-" : `${(rate / 1e6).toFixed(2)} M/s`).padStart(12);
}

function ratio(value: number | null): string {
  return (value === null ? "-" : `${value.toFixed(1)}x`).padStart(9);
}

/** The result as a text table. */
export function formatEngineBench(result: EngineBenchResult): string {
  const header = "   pending      engine        heap object heap sorted array  /objects  /sorted";
  const lines = result.rows.map(
    (row) =>
      String(row.pendingEvents).padStart(10) +
      printed(row.engineEventsPerSecond) +
      printed(row.heapEventsPerSecond) +
      printed(row.objectHeapEventsPerSecond) +
      printed(row.sortedArrayEventsPerSecond) +
      ratio(row.engineToObjectHeapRatio) +
      ratio(row.engineToSortedArrayRatio),
  );
  return [header, ...lines].join("\n");
}

const script = process.argv[1];
if (script !== undefined && import.meta.url === pathToFileURL(script).href) {
  const result = run();
  reportResult(result, formatEngineBench(result));
}
