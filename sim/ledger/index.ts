/** The facts of a run: written by the simulation, read by reports. */
export * from "./entry.ts";
