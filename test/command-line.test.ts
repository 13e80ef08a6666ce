import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const cli = fileURLToPath(new URL("../cli.ts", import.meta.url));

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function dryfit(...words: readonly string[]): Promise<Ended> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      ["--import", import.meta.resolve("tsx"), cli, ...words],
      (_error, stdout, stderr) => {
        resolve({ code: child.exitCode, stdout, stderr });
      },
    );
  });
}

describe("the command line", () => {
  it("prints the version of package.json on stdout and ends with 0", async () => {
    const manifest = readFileSync(new URL("../package.json", import.meta.url), "utf8");
    const version = /"version": "([^"]+)"/.exec(manifest)?.[1];
    expect(await dryfit("--version")).toEqual({ code: 0, stdout: `${version}\n`, stderr: "" });
  });

  it("prints help on stdout and ends with 0", async () => {
    const { code, stdout, stderr } = await dryfit("--help");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toContain("Usage: dryfit");
  });

  it("ends with 2 and without a stack trace on an unknown option", async () => {
    const { code, stdout, stderr } = await dryfit("--frobnicate");
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain("unknown option '--frobnicate'");
    expect(stderr).not.toMatch(/^ +at /m);
  });

  it("ends with 2 on an unknown command", async () => {
    const { code, stderr } = await dryfit("frobnicate");
    expect(code).toBe(2);
    expect(stderr).toContain("error: ");
  });
});
