import { gzipSync } from "node:zlib";
import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { OutsideError, formatTime, parseTime } from "../../core/units/index.ts";
import { columnOfField, splitRow } from "./delimited-row.ts";
import type { FlatJsonObject } from "./json-objects.ts";
import { JsonObjectScanner } from "./json-objects.ts";
import { readLineBatches } from "./lines.ts";
import { ProblemLog } from "./problem-log.ts";
import { readTextChunks } from "./text-chunks.ts";
import { TimestampReader, readTimestamp } from "./timestamps.ts";
import { traceFile } from "./trace-file-fixture.ts";

async function read(content: string | Uint8Array): Promise<{ text: string; problems: string[] }> {
  const log = new ProblemLog("file");
  let text = "";
  for await (const chunk of readTextChunks(traceFile(content), log)) {
    text += chunk;
  }
  const problems = log.errors().map(({ code, line, column }) => `${code} ${line}:${column}`);
  return { text, problems };
}

describe("the text of a trace file", () => {
  const long = "zażółć gęślą jaźń\n".repeat(20_000);

  it("is the same plain and compressed, whatever the chunks cut through", async () => {
    expect(await read(long)).toEqual({ text: long, problems: [] });
    expect(await read(gzipSync(long))).toEqual({ text: long, problems: [] });
    const halves = [gzipSync(long.slice(0, 99_999)), gzipSync(long.slice(99_999))];
    expect(await read(Buffer.concat(halves))).toEqual({ text: long, problems: [] });
  });

  it("begins after a byte order mark", async () => {
    expect((await read("\ufeffa,b\n")).text).toBe("a,b\n");
  });

  it.each([
    ["", "trace/empty-file undefined:undefined"],
    [" \n\n", "trace/empty-file undefined:undefined"],
    [gzipSync(""), "trace/empty-file undefined:undefined"],
    [gzipSync(long).subarray(0, 300), "trace/truncated-gzip"],
    [Buffer.concat([gzipSync(long).subarray(0, 40), Buffer.alloc(99, 255)]), "trace/damaged-gzip"],
    [Buffer.from([0x61, 10, 0x62, 0x63, 0xff, 0x64]), "trace/not-utf-8 2:3"],
    [Buffer.concat([Buffer.from(long), Buffer.from([0xe2])]), "trace/not-utf-8 20001:1"],
  ])("that is damaged is an error with its place (case %#)", async (content, problem) => {
    const { problems } = await read(content);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(problem);
  });

  it("of a file that is not there is an error of the outside", async () => {
    const chunks = readTextChunks("no-such-file.csv", new ProblemLog("file"));
    await expect(chunks.next()).rejects.toThrow(OutsideError);
    const folder = readTextChunks(".", new ProblemLog("file"));
    await expect(folder.next()).rejects.toThrow(OutsideError);
  });
});

describe("lines", () => {
  it("leave out the half line at which a damaged file ends", async () => {
    const log = new ProblemLog("file");
    async function* damaged(): AsyncGenerator<string> {
      yield "whole\nhal";
      log.cutShort({ code: "trace/truncated-gzip", found: "", allowed: "", message: "" });
    }
    const lines: string[] = [];
    for await (const batch of readLineBatches(damaged(), log)) lines.push(...batch.lines);
    expect(lines).toEqual(["whole"]);
  });

  const text = fc.string({ unit: fc.constantFrom("a", "\n", "\r\n", ",") });

  test.prop([fc.array(text)])("do not depend on how the text is cut", async (chunks) => {
    const lines: string[] = [];
    for await (const batch of readLineBatches(iterate(chunks), new ProblemLog("file"))) {
      expect(batch.firstLine).toBe(lines.length + 1);
      lines.push(...batch.lines);
    }
    const whole = chunks.join("").split(/\r?\n/);
    expect(lines).toEqual(whole.at(-1) === "" ? whole.slice(0, -1) : whole);
  });

  it("of a million characters are refused", async () => {
    const log = new ProblemLog("file");
    for await (const _ of readLineBatches(iterate(["a\n", "b".repeat(1_000_001)]), log));
    expect(log.errors().map(({ code, line }) => `${code} ${line}`)).toEqual([
      "trace/line-too-long 2",
    ]);
  });
});

describe("a row", () => {
  const cell = fc.string({ unit: fc.constantFrom("a", '"', ",", " ", "é") });

  test.prop([fc.array(cell, { minLength: 1 })])("reads back as CSV was written", (cells) => {
    fc.pre(cells.length > 1 || cells[0] !== "");
    const line = cells.map((text) => `"${text.replaceAll('"', '""')}"`).join(",");
    expect(splitRow(line, 1, ",", new ProblemLog("file"))).toEqual(cells);
  });

  it("with quotes that do not match is an error", () => {
    const log = new ProblemLog("file");
    expect(splitRow('a,"b,c', 7, ",", log)).toBeUndefined();
    expect(log.errors()).toMatchObject([{ code: "trace/bad-quotes", line: 7, column: 3 }]);
  });

  it("knows the columns of its fields, quoted or not", () => {
    expect(columnOfField("ab,,cd", ["ab", "", "cd"], 2)).toBe(5);
    expect(columnOfField('"ab","c,d",e', ["ab", "c,d", "e"], 2)).toBe(12);
  });
});

describe("a time", () => {
  const expected = "2021-03-02T01:39:04Z";

  it.each([
    "2021-03-02T01:39:04Z",
    "2021-03-02T01:39:04.000Z",
    "2021-03-02T01:39:04+00:00",
    "2021-03-02 01:39:04+00:00",
    "2021-03-02 01:39:04 UTC",
    "2021-03-01T17:39:04-0800",
    "2021-03-02 01:39:04",
  ])("may be written %s", (text) => {
    const read = new TimestampReader().read(text);
    expect(read === undefined ? "" : formatTime(read.time)).toBe(expected);
    expect(read?.hasOffset).toBe(text !== "2021-03-02 01:39:04");
  });

  it.each(["", "2021-02-30T00:00:00Z", "2021-03-02T24:00:00Z", "yesterday", "1614649144"])(
    "may not be %j",
    (text) => {
      expect(readTimestamp(text)).toBeUndefined();
      expect(new TimestampReader().read(text)).toBeUndefined();
    },
  );

  test.prop([fc.integer({ min: 0, max: 4e9 })])(
    "is read the same by the fast reader and the exact one",
    (second) => {
      const text = new Date(second * 1000).toISOString();
      expect(new TimestampReader().read(text)?.time).toBe(parseTime(text));
    },
  );
});

function scan(chunks: readonly string[]): { objects: FlatJsonObject[]; problems: string[] } {
  const log = new ProblemLog("file");
  const objects: FlatJsonObject[] = [];
  const scanner = new JsonObjectScanner(log, (object) => objects.push(object));
  if (chunks.every((chunk) => scanner.write(chunk))) {
    scanner.end();
  }
  return { objects, problems: log.errors().map(({ line, column }) => `${line}:${column}`) };
}

function flatOf(value: unknown): readonly (readonly string[])[] {
  if (typeof value !== "object" || value === null) {
    return [];
  }
  const isFlat = !Array.isArray(value) && Object.values(value).every((each) => !isNested(each));
  return isFlat
    ? [Object.entries(value).map(([key, each]) => `${key}=${String(each)}`)]
    : Object.values(value).flatMap(flatOf);
}

function isNested(value: unknown): boolean {
  return typeof value === "object" && value !== null;
}

describe("flat objects in JSON", () => {
  const document = fc.oneof(
    fc.array(fc.jsonValue({ noUnicodeString: false })),
    fc.dictionary(fc.string(), fc.jsonValue({ noUnicodeString: false })),
  );
  const cuts = fc.integer({ min: 1, max: 9 });

  test.prop([fc.array(document), cuts, fc.constantFrom(undefined, 2)])(
    "are found as JSON.parse sees them, whatever the chunks cut through",
    (documents, size, indent) => {
      const text = documents.map((each) => JSON.stringify(each, null, indent)).join("\n");
      const chunks = Array.from({ length: Math.ceil(text.length / size) }, (_, index) =>
        text.slice(index * size, (index + 1) * size),
      );
      const { objects, problems } = scan(chunks);
      expect(problems).toEqual([]);
      expect(
        objects.map(({ members }) => members.map(({ key, text: value }) => `${key}=${value}`)),
      ).toEqual(documents.flatMap((each) => flatOf(JSON.parse(JSON.stringify(each)))));
    },
  );

  it("know the place of each member", () => {
    expect(scan(['[\n  {"a": 1,\n', '   "b": "x"}]']).objects).toEqual([
      {
        kind: "object",
        isFlat: true,
        key: "b",
        line: 2,
        column: 3,
        members: [
          { key: "a", text: "1", line: 2, column: 9 },
          { key: "b", text: "x", line: 3, column: 9 },
        ],
      },
    ]);
  });

  it.each([
    ['{"a": 1', "1:8"],
    ['{"a": 1}}', "1:9"],
    ['{"a": 01}', "1:7"],
    ['[{"a": 1} {"b": 2}]', "1:11"],
    ['[\n{"a": 1,}]', "2:9"],
    ['[{"a": "\\x"}]', "1:8"],
    ['["a]', "1:2"],
    ["[1,]", "1:4"],
    ["[@]", "1:2"],
    ["12", "1:1"],
    ['{"a" 1}', "1:6"],
    ["[}", "1:2"],
  ])("are refused in %s, at %s", (text, place) => {
    expect(() => JSON.parse(text.replace("12", "")) as unknown).toThrow(SyntaxError);
    expect(scan([text]).problems).toEqual([place]);
    expect(scan(text.split("")).problems).toEqual([place]);
  });
});

describe("the log of problems", () => {
  it("tells twenty errors of a code and counts the rest", () => {
    const log = new ProblemLog("file");
    for (let line = 25; line > 0; line -= 1) {
      log.error({ line, code: "a/b", found: "x".repeat(99), allowed: "", message: "" });
    }
    const errors = log.errors();
    expect(errors).toHaveLength(21);
    expect(errors.map(({ line }) => line).slice(0, 3)).toEqual([6, 7, 8]);
    expect(errors[0]?.found).toHaveLength(60);
    expect(errors[20]?.found).toBe("5 more");
  });

  it("tells a warning once, where it was first met, with its count", () => {
    const log = new ProblemLog("file");
    for (const line of [3, 4, 9]) {
      log.warn({ line, code: "a/b", found: "x", allowed: "", message: "odd" });
    }
    expect(log.warnings()).toMatchObject([{ line: 3, message: "odd (3 rows)" }]);
    expect(log.result(1)).toMatchObject({ ok: true, value: 1 });
  });
});

async function* iterate<Value>(values: readonly Value[]): AsyncGenerator<Value> {
  yield* values;
}
