// The bill of a replay of recorded data, checked by a script that shares no code with the simulator.
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));
const data = join(root, "../shared/data");
const spot = join(data, "spot-prices/us-east-1_2021-03-02_2021-04-30.csv.gz");
const onDemand = join(data, "ec2-catalog/on-demand-prices.csv");
const isThere = [spot, onDemand].every((file) => existsSync(file));
const title = isThere ? "" : " (skipped: the recorded data are not at ../shared/data)";

function node(...words: readonly string[]): string {
  return execFileSync(process.execPath, words, { cwd: root, encoding: "utf8", stdio: "pipe" });
}

describe.skipIf(!isThere)(
  `a replay of recorded prices and pods${title}`,
  { timeout: 120_000 },
  () => {
    it("costs what price x time over its launches and terminations says, to the cent", () => {
      const out = mkdtempSync(join(tmpdir(), "dryfit-audit-"));
      try {
        const run = join(out, "run");
        const compare = ["compare", "scenarios/gpu-fortnight", "--data", data, "--duration", "12h"];
        const writing = ["--journal", "--format", "json", "--quiet", "--out", run];
        node("--import", import.meta.resolve("tsx"), "cli.ts", ...compare, ...writing);
        const audit = ["scripts/integrate-cost.mjs", run, "--spot", spot, "--on-demand", onDemand];
        const lines = node(...audit)
          .trimEnd()
          .split("\n");
        expect(lines).toHaveLength(2);
        for (const line of lines) {
          expect(line).toMatch(/^(spot|on-demand): [1-9]\d* instances, .*: equal to the cent$/);
        }
      } finally {
        rmSync(out, { recursive: true, force: true });
      }
    });
  },
);
