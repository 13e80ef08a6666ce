import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { gunzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { simTime } from "../core/units/index.ts";
import type { LedgerEntry } from "../sim/ledger/index.ts";
import { openJournal } from "./journal.ts";

let folder = "";

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "dryfit-journal-"));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

function entry(number: number): LedgerEntry {
  return { kind: "node-ready", at: simTime(number), nodeName: `node-${number}-\u00e9` };
}

function write(name: string, entries: number): Buffer {
  const file = path.join(folder, name);
  const journal = openJournal(file);
  for (let number = 0; number < entries; number += 1) journal.record(entry(number));
  journal.close();
  journal.close();
  return readFileSync(file);
}

describe("a journal", () => {
  it("holds every entry as one line of JSON, also beyond one block", () => {
    const lines = gunzipSync(write("a", 30_000)).toString("utf8").trimEnd().split("\n");
    expect(lines).toHaveLength(30_000);
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(
      lines.map((_, number) => entry(number)),
    );
  });

  it("has the same bytes for the same entries: no time, no system in its header", () => {
    const first = write("a", 100);
    expect(write("b", 100).equals(first)).toBe(true);
    expect([...first.subarray(4, 8)]).toEqual([0, 0, 0, 0]);
    expect(first[9]).toBe(255);
  });

  it("without entries is a gzip file of nothing", () => {
    expect(gunzipSync(write("a", 0)).length).toBe(0);
  });

  it("says where it cannot be written", () => {
    expect(() => openJournal(path.join(folder, "no/such/folder"))).toThrow(
      expect.objectContaining({ name: "OutsideError", code: "outside/journal-not-written" }),
    );
  });

  it("takes no entry once it is closed", () => {
    const journal = openJournal(path.join(folder, "a"));
    journal.close();
    expect(() => journal.record(entry(1))).toThrow("closed");
  });
});
