import type { SimTime } from "../units/index.ts";

/** The port to time: now, in whole milliseconds since the Unix epoch. */
export interface Clock {
  now(): SimTime;
}
