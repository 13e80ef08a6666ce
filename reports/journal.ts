/**
 * The full record of a run: every ledger entry as one line of JSON, gzipped.
 *
 * A run never yields, so nothing here may wait: lines are gathered into blocks, and each block is
 * compressed and written at once as a gzip member of its own. Members on end are one gzip file to
 * every reader. The headers hold no time of writing and no name of the machine's system, so that the
 * same run gives the same bytes under the same version of zlib.
 *
 * @see https://www.rfc-editor.org/rfc/rfc1952 sections 2.2 and 2.3.1
 */
import { closeSync, openSync, writeSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { OutsideError, invariant } from "../core/units/index.ts";
import type { LedgerEntry, LedgerSink } from "../sim/ledger/index.ts";

/** A journal that is being written. */
export interface Journal extends LedgerSink {
  record(entry: LedgerEntry): void;
  /** Writes what is left and closes the file; a second time does nothing. */
  close(): void;
}

const blockCharacters = 1 << 20;
const osByte = 9;
const osUnknown = 255;

/**
 * Opens a journal at `path`, replacing a file that is there. Writes synchronously, so it can listen
 * to a run in a worker too.
 *
 * @throws OutsideError where the file cannot be written, here or at any later call.
 */
export function openJournal(path: string): Journal {
  return new GzipJournal(path);
}

class GzipJournal implements Journal {
  readonly #path: string;
  #file: number | undefined;
  #lines = "";

  constructor(path: string) {
    this.#path = path;
    this.#file = this.#orOutside(() => openSync(path, "w"));
  }

  record(entry: LedgerEntry): void {
    invariant(this.#file !== undefined, "an entry for a journal that is closed", {
      kind: entry.kind,
    });
    this.#lines += `${JSON.stringify(entry)}\n`;
    if (this.#lines.length >= blockCharacters) this.#flush(this.#file);
  }

  close(): void {
    const file = this.#file;
    if (file === undefined) return;
    this.#flush(file);
    this.#file = undefined;
    this.#orOutside(() => closeSync(file));
  }

  /** An empty last block makes an empty journal a valid gzip file all the same. */
  #flush(file: number): void {
    const member = gzipSync(this.#lines);
    member.writeUInt32LE(0, 4);
    member.writeUInt8(osUnknown, osByte);
    this.#lines = "";
    this.#orOutside(() => {
      let written = 0;
      while (written < member.length) written += writeSync(file, member, written);
    });
  }

  #orOutside<Value>(work: () => Value): Value {
    try {
      return work();
    } catch (error) {
      throw new OutsideError({
        code: "outside/journal-not-written",
        message: `the journal cannot be written to ${this.#path}: ${(error as Error).message}`,
        advice: "See to the permissions and the space there, or run without --journal.",
        cause: error,
      });
    }
  }
}
