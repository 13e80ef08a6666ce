// The stories of a run with a node that cannot be drained, as a person reads them. UPDATE_GOLDEN=1
// writes the texts anew: what changes them is a change that somebody has to look at.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import nodePath from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dryfit, root, runCommand } from "../test/support/command-line.ts";
import { configure } from "./explain.ts";

const testdata = nodePath.join(root, "commands/testdata/stuck");
let folder = "";

/** `dryfit explain` without a process of its own: what it prints, or says is wrong. */
async function explain(run: string, ...words: readonly string[]): Promise<string> {
  const { stdout, stderr } = await runCommand({ configure }, [
    nodePath.join(folder, run),
    ...words,
  ]);
  return stdout + stderr;
}

const asIs = ["--policy", "as-is"];

beforeAll(async () => {
  folder = mkdtempSync(nodePath.join(tmpdir(), "dryfit-explain-"));
  const words = ["compare", testdata, "--out", "out", "--format", "json", "--journal", "--quiet"];
  expect((await dryfit([...words, "--workers", "1"], { folder })).code).toBe(0);
}, 60_000);
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe("a story", { timeout: 60_000 }, () => {
  it.each([
    ["node-as-is", ["node/ip-10-0-0-1.ec2.internal", ...asIs]],
    ["node-forced", ["node/ip-10-0-0-1.ec2.internal", "--policy", "forced"]],
    ["pod-blocked", ["shop/db-", ...asIs]],
    ["pod-protected", ["ml/train-5c67d67b7-jzlrb", "--policy", "forced"]],
    ["pod-pending", ["ml/huge-", ...asIs]],
    ["node-pool", ["nodepool/default", ...asIs]],
  ])("of %s reads as in testdata, in 80 columns", async (name, words) => {
    const file = nodePath.join(testdata, `${name}.txt`);
    const stdout = await explain("out", ...words);
    if (process.env["UPDATE_GOLDEN"] === "1") writeFileSync(file, stdout);
    expect(stdout).toBe(readFileSync(file, "utf8"));
    const widths = stdout.split("\n").map((line) => [...line].length);
    expect(Math.max(...widths)).toBeLessThanOrEqual(80);
  });

  it("stands in docs/explain.md as it is printed", () => {
    const page = readFileSync(nodePath.join(root, "docs/explain.md"), "utf8");
    const shown = [...page.matchAll(/^```text\n([\s\S]*?)^```/gm)].map(([, text = ""]) => text);
    const printed = ["node-as-is", "pod-pending"].map((name) =>
      readFileSync(nodePath.join(testdata, `${name}.txt`), "utf8"),
    );
    expect(shown).toEqual(printed);
  });

  it("says which pod and which rule hold a node that cannot be drained", async () => {
    const stdout = await explain("out", "node/ip-10-0-0-1.ec2.internal", ...asIs);
    const text = stdout.replaceAll(/\s+/g, " ");
    expect(text).toMatch(/eviction of shop\/db-\S+ refused by PodDisruptionBudget shop\/db/);
    expect(text).toMatch(
      /drain waits for 1 pod with annotation karpenter.sh\/do-not-disrupt, to the end .* ml\/train/,
    );
  });

  it("is JSON with RFC 3339 times for machines, always in full", async () => {
    const stdout = await explain("out", "node/ip-10-0-0-1.ec2.internal", ...asIs, "--json");
    expect(JSON.parse(stdout)).toMatchObject({
      schema: "dryfit.dev/story/v1",
      run: {
        policy: "as-is",
        seed: 7,
        from: "2026-03-02T00:00:00Z",
        until: "2026-03-03T06:00:00Z",
      },
      object: { kind: "node", name: "ip-10-0-0-1.ec2.internal", nodePool: "default" },
      moments: expect.arrayContaining([
        expect.objectContaining({ at: "2026-03-02T20:00:01Z", what: "deleted" }),
      ]) as unknown,
      stays: expect.arrayContaining([
        expect.objectContaining({ reason: "disruption/pod-do-not-disrupt" }),
      ]) as unknown,
    });
  });

  it("can be cut to a stretch of time", async () => {
    const cut = ["--from", "2026-03-02T19:00:00Z", "--to", "2026-03-02T20:30:00Z"];
    const stdout = await explain("out", "node/ip-10-0-0-1.ec2.internal", ...asIs, ...cut);
    expect(stdout).toContain("NodeClaim deleted: expired");
    expect(stdout).not.toContain("EC2 launched");
  });
});

describe("what cannot be told", () => {
  it("ends with 2 and no stack", async () => {
    const { code, stdout, stderr } = await dryfit(["explain", "out", "nonsense", ...asIs], {
      folder,
    });
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain("nodepool/default, nodepool/gpu");
    expect(stderr).not.toMatch(/^ +at /m);
  });

  it("is an object of one of several runs: the policies are listed", async () => {
    const several = await explain("out", "nodepool/default");
    expect(several).toContain("the folder has 2 journals: say which with --policy");
    expect(several).toContain("allowed: as-is, forced");
    const unknown = await explain("out", "nodepool/default", "--policy", "as-was");
    expect(unknown).toContain("the folder has no journal of policy as-was");
    expect(unknown).toContain("allowed: as-is, forced");
    const seed = await explain("out", "nodepool/default", ...asIs, "--seed", "8");
    expect(seed).toContain("no journal of policy as-is with seed 8");
  });

  it("is a name that means several objects: they are listed", async () => {
    const several = await explain("out", "node/ip-10", ...asIs);
    expect(several).toContain("allowed: one of node/ip-10-0-0-1.ec2.internal, node/");
  });

  it("is a run without a journal: how to write one is said", async () => {
    mkdirSync(nodePath.join(folder, "bare"));
    writeFileSync(nodePath.join(folder, "bare/report.json"), "{}");
    const bare = await explain("bare", "nodepool/default");
    expect(bare).toMatch(/there is no journal in \S+bare: it was written without --journal/);
    expect(bare).toMatch(/dryfit run SCENARIO --out \S+bare --journal/);
    mkdirSync(nodePath.join(folder, "other"));
    expect(await explain("other", "x")).toContain("it is no output folder of dryfit");
    expect(await explain("nowhere", "x")).toMatch(/there is no \S+nowhere/);
  });

  it.each<[string, (whole: Buffer) => Buffer, RegExp]>([
    ["is cut short", (whole) => whole.subarray(0, whole.length - 1000), /ends before its end/],
    ["is not gzipped", () => Buffer.from("no gzip"), /cannot be read: incorrect header/],
    [
      "is not JSON",
      () => gzipSync('{"kind":"pod-created"'),
      /line 1 of .*: a line that is not JSON/,
    ],
    ["is no journal", () => gzipSync("no json\n"), /line 1 of .* is not of a journal/],
    ["lacks a key", () => gzipSync('{"kind":"pod-created","at":1}\n'), /pod-created: podKey: /],
  ])("is a journal that %s", async (_what, spoil, complaint) => {
    const whole = readFileSync(nodePath.join(folder, "out/journal-as-is-7.ndjson.gz"));
    writeFileSync(nodePath.join(folder, "spoilt.ndjson.gz"), spoil(whole));
    expect(await explain("spoilt.ndjson.gz", "shop/web")).toMatch(complaint);
  });

  it.each<[readonly string[], string]>([
    [["--seed", "x"], "--seed: x is not possible here"],
    [["--from", "yesterday"], "an RFC 3339 time such as 2026-03-08T00:00:00Z"],
    [
      ["--from", "2026-03-08T00:00:00Z", "--to", "2026-03-08T00:00:00Z"],
      "a time behind --from 2026-03-08T00:00:00Z",
    ],
  ])("is with %j", async (words, complaint) => {
    expect(await explain("out", "nodepool/default", ...words)).toContain(complaint);
  });
});

describe("a journal far larger than memory", { timeout: 120_000 }, () => {
  it("is streamed", async () => {
    const [head = "", ...lines] = gunzipSync(
      readFileSync(nodePath.join(folder, "out/journal-as-is-7.ndjson.gz")),
    )
      .toString("utf8")
      .trimEnd()
      .split("\n");
    const at = (line: string | undefined): number => Number(/"at":(\d+)/.exec(line ?? "")?.[1]);
    // What happens all the time and is about others: 200 MB of it, a tenth of that may be held.
    const filler = {
      kind: "event",
      at: at(lines.at(-1)),
      ...{ objectKind: "Pod", objectKey: "shop/other", type: "Normal", reason: "Nominated" },
      ...{ message: "x".repeat(1000), count: 1 },
    };
    const block = gzipSync(`${JSON.stringify(filler)}\n`.repeat(10_000));
    const large = Buffer.concat([
      gzipSync(`${[head, ...lines].join("\n")}\n`),
      ...Array.from({ length: 20 }, () => block),
    ]);
    writeFileSync(nodePath.join(folder, "large.ndjson.gz"), large);
    const words = ["nodepool/default", "--json"];
    const heap = ["--max-old-space-size=100"];
    const { code, stderr, stdout } = await dryfit(["explain", "large.ndjson.gz", ...words], {
      folder,
      node: heap,
    });
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const small = await explain("out/journal-as-is-7.ndjson.gz", ...words);
    const figures = (text: string): unknown => (JSON.parse(text) as { figures: unknown }).figures;
    expect(figures(stdout)).toEqual(figures(small));
  });
});
