import type { Command } from "commander";
import { refuseAsNotSupported } from "./not-supported.ts";

/** `dryfit explain`: the story of one object out of a run's journal; not supported in this version. */
export function configure(command: Command): void {
  refuseAsNotSupported(command, "RUN_DIR OBJECT");
}
