import { Defect } from "../core/units/index.ts";
import type { LedgerEntry, LedgerSink } from "../sim/ledger/index.ts";

/** A journal that is being written: every ledger entry as one line of JSON, gzipped. */
export interface Journal extends LedgerSink {
  record(entry: LedgerEntry): void;
  /** Writes what is left and closes the file. */
  close(): void;
}

/**
 * Opens a journal at `path`, replacing a file that is there. Writes synchronously, so it can listen
 * to a run that never yields, in a worker too.
 *
 * @throws OutsideError where the file cannot be written.
 */
export function openJournal(path: string): Journal {
  throw new Defect("openJournal is not written yet", { path });
}
