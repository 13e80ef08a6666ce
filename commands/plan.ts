import type { Command } from "commander";
import { refuseAsNotSupported } from "./not-supported.ts";

/** `dryfit plan`: one decision on a cluster snapshot; not supported in this version. */
export function configure(command: Command): void {
  refuseAsNotSupported(command, "SNAPSHOT");
}
