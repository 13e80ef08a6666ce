import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import { generateCount, generateInstanceTypeSets } from "./generate.ts";
import { parseCount, parseSeed } from "./run-command.ts";
import { parseRecordedFile } from "./recorded-file.ts";
import { parseTopics } from "./topic-option.ts";

const folder = mkdtempSync(join(tmpdir(), "conformance-commands-"));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

interface Ended {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command of this folder where there is nothing on the path but Node itself. */
function run(file: string, ...args: readonly string[]): Promise<Ended> {
  const command = fileURLToPath(new URL(file, import.meta.url));
  const env = { ...process.env, PATH: dirname(process.execPath), NO_COLOR: "1" };
  const tsx = ["--import", import.meta.resolve("tsx")];
  return new Promise((resolve) => {
    const maxBuffer = 2 ** 26;
    execFile(
      process.execPath,
      [...tsx, command, ...args],
      { env, maxBuffer },
      (error, ...texts) => {
        const [stdout, stderr] = texts;
        resolve({ exitCode: typeof error?.code === "number" ? error.code : 0, stdout, stderr });
      },
    );
  });
}

describe("conformance:generate", () => {
  it("writes as many cases as asked for, of every topic in turn, the same each time", async () => {
    const sets = generateInstanceTypeSets(3);
    const cases = generateCount(3, 20, sets);
    expect(cases).toHaveLength(20);
    const file = join(folder, "cases.json.gz");
    const { exitCode } = await run(
      "generate-cases.ts",
      "--seed",
      "3",
      "--count",
      "20",
      "--out",
      file,
    );
    expect(exitCode).toBe(0);
    const written = JSON.parse(gunzipSync(readFileSync(file)).toString("utf8")) as {
      readonly cases: readonly unknown[];
      readonly instanceTypeSets: Readonly<Record<string, unknown>>;
    };
    expect(written.cases).toEqual(JSON.parse(JSON.stringify(cases)));
    const used = new Set(cases.map(({ instanceTypeSet }) => instanceTypeSet));
    expect(new Set(Object.keys(written.instanceTypeSets))).toEqual(used);
  });

  it("tells bad usage and what cannot be written in a few lines, with exit code 2", async () => {
    const missing = join(folder, "missing", "cases.json");
    const ended = await Promise.all([
      run("generate-cases.ts", "--count", "3"),
      run("generate-cases.ts", "--seed", "1", "--count", "1", "--out", missing),
    ]);
    expect(ended.map(({ exitCode }) => exitCode)).toEqual([2, 2]);
    expect(ended.map(({ stdout }) => stdout)).toEqual(["", ""]);
    expect(ended[0].stderr).toBe(
      "error: required option '--seed <number>' not specified\n(--help shows the options)\n",
    );
    expect(ended[1].stderr).toContain(`${missing} cannot be written`);
    expect(ended[1].stderr.split("\n")).toHaveLength(4);
  });
});

describe("options", () => {
  it("are whole numbers and names of topics", () => {
    expect(parseSeed("-3")).toBe(-3);
    expect(parseCount("160")).toBe(160);
    expect(parseTopics("zone-spread, packing")).toEqual(["packing", "zone-spread"]);
    expect(parseRecordedFile("lifecycle-")("lifecycle-7.json.gz")).toBe("lifecycle-7.json.gz");
  });

  it.each<[() => unknown, string]>([
    [() => parseSeed(""), "A seed is a whole number"],
    [() => parseSeed("1.5"), "A seed is a whole number"],
    [() => parseCount("0"), "A count is a whole number from 1 on"],
    [() => parseCount("many"), "A count is a whole number from 1 on"],
    [() => parseTopics("zone-spred"), "Write zone-spread."],
    [() => parseRecordedFile("disruption-")("seed-1.json.gz"), "A file is named disruption-NAME"],
    [
      () => parseRecordedFile("disruption-")("disruption-1.json"),
      "A file is named disruption-NAME",
    ],
    [() => parseRecordedFile("")("../seed-1.json.gz"), "without a folder"],
    [() => parseTopics("weather"), "Topics are packing, "],
  ])("are refused otherwise", (parse, message) => {
    expect(parse).toThrow(message);
  });
});

describe("conformance:verify", () => {
  it("says that it needs Go, and where to get it", async () => {
    const { exitCode, stderr } = await run("verify.ts", "--seed", "1", "--count", "1");
    expect(exitCode).toBe(2);
    expect(stderr).toContain("needs Go");
    expect(stderr).toContain("https://go.dev/dl");
  });
});
