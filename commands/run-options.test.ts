import { describe, expect, it } from "vitest";
import { BadInputError } from "./bad-input-error.ts";
import type { RunWords } from "./run-options.ts";
import { choosePolicies, readRunOptions } from "./run-options.ts";

function refusals(action: () => unknown): readonly string[] {
  try {
    action();
  } catch (error) {
    if (!(error instanceof BadInputError)) throw error;
    return error.diagnostics.map(({ file, found }) => `${file} ${found}`);
  }
  return [];
}

describe("the options of a run", () => {
  it.each<readonly [RunWords, readonly string[]]>([
    [{ seed: "x" }, ["--seed x"]],
    [{ seed: "-1" }, ["--seed -1"]],
    [{ seeds: "0" }, ["--seeds 0"]],
    [{ workers: "1.5" }, ["--workers 1.5"]],
    [{ duration: "soon" }, ["--duration soon"]],
    [{ duration: "0s" }, ["--duration 0s"]],
    [{ until: "tomorrow" }, ["--until tomorrow"]],
    [{ duration: "1d", until: "2026-03-03T00:00:00Z" }, ["--until 2026-03-03T00:00:00Z"]],
    [{ out: "out", format: "text,pdf" }, ["--format pdf"]],
    [{ format: "json" }, ["--format --format"]],
    [{ journal: true }, ["--journal --journal"]],
    [{ seed: "x", seeds: "y" }, ["--seed x", "--seeds y"]],
  ])("refuse %j", (words, expected) => {
    expect(refusals(() => readRunOptions(words))).toEqual(expected);
  });

  it("are the scenario's seed, one seed and every format where nothing is said", () => {
    expect(readRunOptions({ workers: "2", data: ["a", "b"] })).toEqual({
      load: { dataFolders: ["a", "b"] },
      seed: undefined,
      seedCount: 1,
      workers: 2,
      out: undefined,
      formats: ["text", "json", "md", "html", "csv"],
      hasJournal: false,
      isQuiet: false,
      isJson: false,
    });
  });

  it("choose policies by name, in the scenario's order", () => {
    expect(choosePolicies("--policies", "c, a", ["a", "b", "c"])).toEqual(["a", "c"]);
    expect(choosePolicies("--policies", undefined, ["a", "b"])).toEqual(["a", "b"]);
    expect(refusals(() => choosePolicies("--policies", "a,z", ["a", "b"]))).toEqual([
      "--policies z",
    ]);
  });
});
