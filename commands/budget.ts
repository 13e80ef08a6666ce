import type { Command } from "commander";
import { refuseAsNotSupported } from "./not-supported.ts";

/** `dryfit budget`: the calendar of allowed disruptions; not supported in this version. */
export function configure(command: Command): void {
  refuseAsNotSupported(command, "MANIFESTS");
}
