/**
 * A journal, line by line: gunzipped as it is read, so that memory does not grow with its length. Most
 * lines are about other objects than the one that is asked for; those are never parsed.
 */
import { createReadStream } from "node:fs";
import { StringDecoder } from "node:string_decoder";
import { createGunzip } from "node:zlib";
import { OutsideError, type SimTime, simTime } from "../../core/units/index.ts";
import type { LedgerEntry, LedgerEntryKind } from "../../sim/ledger/index.ts";
import { lastTime, readEntry } from "./entry-schema.ts";

/** Whether a line is of interest, by its kind, its text and its time. */
export type LineFilter = (kind: LedgerEntryKind, line: string, at: SimTime) => boolean;

/** No entry is nearly that long; what is would have to be held whole. */
const lineCharactersMax = 1 << 26;

/** Every entry writes its kind first or right behind its time. */
const kindInLine = /^\{(?:"at":\d+,)?"kind":"([a-z0-9-]+)"/;
const timeInLine = /[{,]"at":(\d+)[,}]/;

/**
 * The entries of a journal that pass the filter, in its order.
 *
 * @throws OutsideError where the file cannot be read, is cut short or is no journal.
 */
export async function* readJournal(
  path: string,
  filter: LineFilter,
): AsyncGenerator<LedgerEntry, void, undefined> {
  let number = 0;
  for await (const lines of linesOf(path)) {
    for (const line of lines) {
      number += 1;
      const kind = kindInLine.exec(line)?.[1];
      if (kind === undefined) throw noJournal(path, number, "a line that is no entry");
      const at = timeOf(line);
      if (at === undefined) {
        parseLine(path, number, line);
        throw noJournal(path, number, `${kind}: no time of years up to 9999`);
      }
      if (!filter(kind as LedgerEntryKind, line, at)) continue;
      const read = readEntry(parseLine(path, number, line));
      if (!read.ok) throw noJournal(path, number, `${kind}: ${read.problem}`);
      yield read.entry;
    }
  }
}

/** When the entry of a line took place, lines that are never parsed included. */
function timeOf(line: string): SimTime | undefined {
  const at = Number(timeInLine.exec(line)?.[1] ?? Number.NaN);
  return at <= lastTime ? simTime(at) : undefined;
}

function parseLine(path: string, number: number, line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    throw noJournal(path, number, "a line that is not JSON");
  }
}

/** Whole lines, as many at a time as a block holds. */
async function* linesOf(path: string): AsyncGenerator<readonly string[], void, undefined> {
  const source = createReadStream(path);
  const gunzip = createGunzip();
  source.once("error", (error) => gunzip.destroy(error));
  source.pipe(gunzip);
  const decoder = new StringDecoder("utf8");
  let rest = "";
  try {
    for await (const block of gunzip) {
      const lines = (rest + decoder.write(block as Buffer)).split("\n");
      rest = lines.pop() ?? "";
      if (rest.length > lineCharactersMax) throw endless(path);
      yield lines;
    }
  } catch (cause) {
    throw unreadable(path, cause as NodeJS.ErrnoException);
  } finally {
    source.destroy();
  }
  rest += decoder.end();
  if (rest !== "") yield [rest];
}

function unreadable(path: string, cause: NodeJS.ErrnoException): unknown {
  if (cause instanceof OutsideError) return cause;
  const isCut = cause.code === "Z_BUF_ERROR";
  return new OutsideError({
    code: "outside/journal-not-read",
    message: isCut
      ? `the journal ${path} ends before its end: the run that wrote it was stopped`
      : `the journal ${path} cannot be read: ${cause.message}`,
    advice: "Write it again: dryfit run SCENARIO --out DIR --journal.",
    cause,
  });
}

function endless(path: string): OutsideError {
  return new OutsideError({
    code: "outside/journal-not-read",
    message: `${path} is no journal of dryfit: a line of it has no end`,
    advice: "Write one: dryfit run SCENARIO --out DIR --journal.",
  });
}

function noJournal(path: string, line: number, problem: string): OutsideError {
  return new OutsideError({
    code: "outside/journal-not-read",
    message: `line ${line} of ${path} is not of a journal of this version of dryfit: ${problem}`,
    advice: "Write it again: dryfit run SCENARIO --out DIR --journal.",
  });
}
