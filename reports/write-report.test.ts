import { mkdir, mkdtemp, readFile, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { buildReport } from "./build-report.ts";
import { madeUpProvenance, madeUpRuns } from "./report-fixture.ts";
import { formatReportJson } from "./report-json.ts";
import { checkOutputFolder, writeReport } from "./write-report.ts";

const report = buildReport(madeUpRuns([42]), madeUpProvenance);
let folder = "";

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "dryfit-write-"));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

describe("writing a report", () => {
  it("makes the folder with the forms that were asked for, and answers their paths", async () => {
    const out = path.join(folder, "a/b/out");
    const files = await writeReport(out, report, ["text", "json", "csv", "md"]);
    const names = ["report.csv", "report.json", "report.md", "report.txt"];
    expect(files).toEqual(names.map((name) => path.join(out, name)));
    expect((await readdir(out)).sort()).toEqual([".dryfit-output", ...names]);
    expect(await readFile(path.join(out, "report.json"), "utf8")).toBe(formatReportJson(report));
  });

  it("replaces a former output as a whole, and leaves nothing beside it", async () => {
    const out = path.join(folder, "out");
    await writeReport(out, report, ["text", "json"]);
    await writeReport(out, report, ["csv"]);
    expect((await readdir(out)).sort()).toEqual([".dryfit-output", "report.csv"]);
    expect(await readdir(folder)).toEqual(["out"]);
  });

  it("makes a folder that others may read as they may any other", async () => {
    const usual = path.join(folder, "usual");
    await mkdir(usual);
    await writeReport(path.join(folder, "out"), report, ["json"]);
    expect((await stat(path.join(folder, "out"))).mode).toBe((await stat(usual)).mode);
  });

  it("takes an empty folder", async () => {
    await mkdir(path.join(folder, "out"));
    await writeReport(path.join(folder, "out"), report, ["json"]);
    expect(await readdir(path.join(folder, "out"))).toContain("report.json");
  });

  it("moves journals in", async () => {
    const journal = path.join(folder, "finished");
    await writeFile(journal, "bytes");
    const files = [{ name: "journal.ndjson.gz", path: journal }];
    await writeReport(path.join(folder, "out"), report, ["json"], files);
    expect(await readFile(path.join(folder, "out/journal.ndjson.gz"), "utf8")).toBe("bytes");
    expect(await readdir(folder)).toEqual(["out"]);
  });

  it("refuses a folder with foreign files, and touches none of them", async () => {
    await writeFile(path.join(folder, "precious.txt"), "mine");
    const refusal = { name: "OutsideError", code: "outside/output-not-ours" };
    await expect(checkOutputFolder(folder)).rejects.toMatchObject(refusal);
    await expect(writeReport(folder, report, ["json"])).rejects.toMatchObject(refusal);
    expect(await readdir(folder)).toEqual(["precious.txt"]);
  });

  it("refuses a file", async () => {
    const file = path.join(folder, "out");
    await writeFile(file, "mine");
    await expect(checkOutputFolder(file)).rejects.toMatchObject({
      code: "outside/output-is-a-file",
    });
    const below = path.join(file, "below");
    await expect(writeReport(below, report, ["json"])).rejects.toMatchObject({
      code: "outside/output-not-written",
    });
  });

  it("keeps the former output whole when a journal is missing", async () => {
    const out = path.join(folder, "out");
    await writeReport(out, report, ["json"]);
    const files = [{ name: "journal.ndjson.gz", path: path.join(folder, "not-there") }];
    await expect(writeReport(out, report, ["csv"], files)).rejects.toMatchObject({
      code: "outside/output-not-written",
    });
    expect((await readdir(out)).sort()).toEqual([".dryfit-output", "report.json"]);
    expect(await readdir(folder)).toEqual(["out"]);
  });
});
