/** The facts of a run: written by the simulation, read by reports. */
export type { DurationQuantiles } from "./duration-sample.ts";
export * from "./entry.ts";
export type * from "./entry-parts.ts";
export type * from "./run-facts.ts";
export { RunLedger } from "./run-ledger.ts";
export { Vacancies } from "./vacancies.ts";
