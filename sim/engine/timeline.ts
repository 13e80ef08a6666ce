import type { SimTime } from "../../core/units/index.ts";
import type { EventHandle } from "./event-heap.ts";
import type { EventPriority } from "./event-priority.ts";

/**
 * What a room of the simulation sees of the engine: the time, and a way to make its own events
 * happen later. An `Engine` whose events include `E` is one.
 */
export interface Timeline<E> {
  readonly now: SimTime;
  /** @throws Defect for an instant before now. */
  schedule(at: SimTime, event: E, priority: EventPriority): EventHandle;
  cancel(handle: EventHandle): boolean;
}
