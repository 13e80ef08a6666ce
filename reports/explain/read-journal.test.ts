import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import nodePath from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readJournal } from "./read-journal.ts";

let folder = "";

beforeEach(() => {
  folder = mkdtempSync(nodePath.join(tmpdir(), "dryfit-read-journal-"));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** The journal's entries, of which a reader wants those of nodes. */
async function read(lines: readonly string[]): Promise<readonly unknown[]> {
  const path = nodePath.join(folder, "journal.ndjson.gz");
  writeFileSync(path, gzipSync(`${lines.join("\n")}\n`));
  const entries: unknown[] = [];
  for await (const entry of readJournal(path, (kind) => kind.startsWith("node-"))) {
    entries.push(entry);
  }
  return entries;
}

const ready = '{"kind":"node-ready","at":1,"nodeName":"a"}';
const nextYear = 253_402_300_800_000;

describe("a line of a journal", () => {
  it("is read where somebody asks for its kind", async () => {
    expect(await read([ready, '{"at":2,"kind":"pod-ready"}'])).toEqual([JSON.parse(ready)]);
  });

  it.each([
    [
      "beyond the year 9999, asked for",
      `{"kind":"node-ready","at":${nextYear},"nodeName":"a"}`,
      /line 2 of .*node-ready: no time of years up to 9999/,
    ],
    [
      "beyond the year 9999, not asked for",
      `{"at":${nextYear},"kind":"pod-ready"}`,
      /line 2 of .*pod-ready: no time of years up to 9999/,
    ],
    [
      "of a time that no number holds",
      `{"kind":"pod-ready","at":${"9".repeat(400)}}`,
      /line 2 of .*pod-ready: no time of years up to 9999/,
    ],
    ["without a time", '{"kind":"pod-ready"}', /line 2 of .*pod-ready: no time/],
    [
      "with a name that a terminal would obey",
      '{"kind":"node-ready","at":2,"nodeName":"\\u001b]0;x\\u0007"}',
      /line 2 of .*node-ready: nodeName: holds a control character/,
    ],
    ["that is cut short", '{"kind":"node-ready","at":2,"nod', /line 2 of .*not JSON/],
    ["that is cut short before its time", '{"kind":"node-re", "', /line 2 of .*not JSON/],
    ["that is no entry", "hello", /line 2 of .*a line that is no entry/],
  ])("%s is refused with file and line", async (_what, line, message) => {
    await expect(read([ready, line])).rejects.toMatchObject({
      code: "outside/journal-not-read",
      message: expect.stringMatching(message) as unknown,
    });
  });
});
