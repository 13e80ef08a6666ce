/**
 * Virtual time: takes the earliest pending event, moves the clock to it, hands it to the handler.
 *
 * Time moves only here and only forward. Events carry data, not callbacks; what they do is decided
 * by the one handler of a run, which schedules what follows from them. Nothing waits, nothing runs
 * beside it: a run is a pure function of what was scheduled and of the handler.
 *
 * A failure of the handler ends the run for good. It leaves as a `Defect` that says when and at
 * which event it happened; the world is half-changed by then, so the engine refuses to go on.
 */
import type { DefectFacts, DurationMs, SimTime } from "../../core/units/index.ts";
import { after, Defect, formatTime, invariant, OutsideError } from "../../core/units/index.ts";
import { EventHeap } from "./event-heap.ts";
import type { EventHandle } from "./event-heap.ts";
import { defaultEventPriority, eventPriorityRanks } from "./event-priority.ts";
import type { EventPriority } from "./event-priority.ts";

/** What every event has: the name of its kind, by which handlers switch. */
export interface EngineEvent {
  readonly kind: string;
}

/** What happens at an event. Later effects are scheduled on the engine, never done by waiting. */
export type EventHandler<E extends EngineEvent> = (event: E, engine: Engine<E>) => void;

/**
 * Why `run` came back: nothing is left up to the horizon though later events are pending
 * (`horizon`), nothing is pending at all (`exhausted`), or `stop` was called (`stopped`).
 */
export type RunEnd = "horizon" | "exhausted" | "stopped";

/** How an engine begins. */
export interface EngineOptions {
  /** The first instant; nothing can be scheduled before it. */
  readonly start: SimTime;
  /** Added to the facts of every failure, such as the seed and the command that replays the run. */
  readonly facts?: DefectFacts;
}

/** A clock with the events that are still to come; `E` is the union of their kinds. */
export class Engine<E extends EngineEvent> {
  readonly #heap = new EventHeap<E>();
  readonly #facts: DefectFacts;
  #now: SimTime;
  #processed = 0;
  #current: E | undefined;
  #state: "idle" | "running" | "stopping" | "failed" = "idle";

  constructor(options: EngineOptions) {
    this.#now = options.start;
    this.#facts = options.facts ?? {};
  }

  /** The instant of the event at hand; between runs, the horizon that the last run reached. */
  get now(): SimTime {
    return this.#now;
  }

  /** Events that were handed to a handler so far, a failed one included. */
  get processed(): number {
    return this.#processed;
  }

  /** Events still to come, beyond the horizon included and cancelled ones not. */
  get pending(): number {
    return this.#heap.size;
  }

  /** The instant of the next event, or undefined when none is pending. */
  get nextEventAt(): SimTime | undefined {
    return this.#heap.peekTime();
  }

  /**
   * Lets an event happen at an instant, now or later. On equal instants the order is that of
   * `eventPriorityNames`, then that of the calls.
   *
   * @throws Defect for an instant before now.
   */
  schedule(at: SimTime, event: E, priority: EventPriority = defaultEventPriority): EventHandle {
    if (!(at >= this.#now)) {
      invariant(false, "an event cannot be scheduled in the past", {
        scheduledAt: at,
        now: this.#now,
        scheduledKind: event.kind,
      });
    }
    return this.#heap.push(at, eventPriorityRanks[priority], event);
  }

  /** Lets an event happen after a delay, zero or more; see {@link Engine.schedule}. */
  scheduleAfter(delay: DurationMs, event: E, priority?: EventPriority): EventHandle {
    return this.schedule(after(this.#now, delay), event, priority);
  }

  /** Takes back a pending event; false if it has already happened or was taken back before. */
  cancel(handle: EventHandle): boolean {
    return this.#heap.cancel(handle);
  }

  /** Whether the event of this handle is still to come. */
  isPending(handle: EventHandle): boolean {
    return this.#heap.isPending(handle);
  }

  /**
   * Handles all events up to and including the instant `until`, in order, and those that they
   * schedule. Later events stay pending for a next run. The clock ends at `until`, or, after
   * `stop`, at the event that called it.
   *
   * @throws Defect when the handler fails, when `until` is in the past, and when called by a
   * handler. @throws OutsideError as the handler threw it: a full disk is no defect of ours.
   */
  run(options: { readonly until: SimTime }, handle: EventHandler<E>): RunEnd {
    const { until } = options;
    invariant(until >= this.#now, "a run cannot end in the past", { until, now: this.#now });
    this.#begin();
    try {
      for (;;) {
        const at = this.#heap.peekTime();
        if (at === undefined || at > until) break;
        this.#handleNext(at, handle);
        if (this.#state !== "running") {
          this.#finish();
          return "stopped";
        }
      }
    } catch (error) {
      throw this.#failure(error);
    }
    this.#finish();
    this.#now = until;
    return this.#heap.size === 0 ? "exhausted" : "horizon";
  }

  /** Handles the next event only, whenever it is; false when none is pending. */
  step(handle: EventHandler<E>): boolean {
    const at = this.#heap.peekTime();
    if (at === undefined) return false;
    this.#begin();
    try {
      this.#handleNext(at, handle);
    } catch (error) {
      throw this.#failure(error);
    }
    this.#finish();
    return true;
  }

  /** Ends the run after the event at hand. Has no effect outside a run. */
  stop(): void {
    if (this.#state === "running") this.#state = "stopping";
  }

  #handleNext(at: SimTime, handle: EventHandler<E>): void {
    if (at < this.#now) {
      invariant(false, "virtual time cannot go back", { eventAt: at, now: this.#now });
    }
    const event = this.#heap.pop();
    if (event === undefined) invariant(false, "the event at the top of the queue is gone");
    this.#now = at;
    this.#current = event;
    this.#processed += 1;
    handle(event, this);
  }

  #begin(): void {
    const state = this.#state;
    invariant(state !== "failed", "an engine cannot go on after a failure", this.#facts);
    invariant(state === "idle", "a handler cannot run the engine that runs it", this.#facts);
    this.#state = "running";
  }

  #finish(): void {
    this.#state = "idle";
    this.#current = undefined;
  }

  #failure(error: unknown): unknown {
    this.#state = "failed";
    if (error instanceof OutsideError) return error;
    const message = error instanceof Error ? error.message : String(error);
    const defect = new Defect(message, {
      ...(error instanceof Defect ? error.facts : {}),
      ...this.#facts,
      virtualTime: formatTime(this.#now),
      virtualTimeMs: this.#now,
      eventNumber: this.#processed,
      eventKind: this.#current?.kind,
    });
    defect.cause = error;
    return defect;
  }
}
