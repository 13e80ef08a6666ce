import { describe, expect, it } from "vitest";
import {
  budgetManifest,
  deploymentManifest,
  nodePoolManifest,
  runWithJournal,
  worldPlan,
} from "../../test/support/worlds.ts";
import type { LedgerEntryKind } from "../../sim/ledger/index.ts";
import { type ReadableKind, readEntry } from "./entry-schema.ts";

/** Does not compile when a kind of entry cannot be read. */
const unreadable: Record<Exclude<LedgerEntryKind, ReadableKind>, never> = {};

const { journal } = runWithJournal(
  worldPlan({
    seed: 3,
    interruptionScale: 1000,
    manifests: [nodePoolManifest({}), deploymentManifest("web", 12), budgetManifest("web", 1)],
  }),
);

describe("an entry of a journal", () => {
  it("of every kind can be read", () => {
    expect(Object.keys(unreadable)).toEqual([]);
  });

  it("reads as what was written", () => {
    expect(journal.length).toBeGreaterThan(800);
    expect(new Set(journal.map(({ kind }) => kind)).size).toBeGreaterThan(25);
    for (const entry of journal) {
      const written: unknown = JSON.parse(JSON.stringify(entry));
      expect(readEntry(written)).toEqual({ ok: true, entry: written });
    }
  });

  it.each<[unknown, string]>([
    [{ kind: "node-ready", at: 0 }, "nodeName: Invalid input: expected string, received undefined"],
    [{ kind: "node-ready", at: -1, nodeName: "a" }, "at: Too small: expected number to be >=0"],
    [{ kind: "unheard-of", at: 0 }, "an unknown kind of entry"],
    [
      { kind: "node-ready", at: 253_402_300_800_000, nodeName: "a" },
      "at: Too big: expected number to be <=253402300799999",
    ],
    [{ kind: "node-ready", at: 0, nodeName: "a\u001b[2J" }, "nodeName: holds a control character"],
    [
      { kind: "node-ready", at: 0, nodeName: "a".repeat(1025) },
      "nodeName: Too big: expected string to have <=1024 characters",
    ],
    [
      { kind: "charge-waived", at: 0, instanceId: "i-1", usd: 1e300 },
      "usd: Too big: expected number to be <=1000000000000",
    ],
    [[], "Invalid input: expected object, received array"],
  ])("that is %j is refused with its place", (value, problem) => {
    expect(readEntry(value)).toEqual({ ok: false, problem });
  });
});
