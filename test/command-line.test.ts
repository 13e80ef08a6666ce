import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { dryfit } from "./support/command-line.ts";

describe("the command line", () => {
  it("prints the version of package.json on stdout and ends with 0", async () => {
    const manifest = readFileSync(new URL("../package.json", import.meta.url), "utf8");
    const version = /"version": "([^"]+)"/.exec(manifest)?.[1];
    expect(await dryfit(["--version"])).toEqual({ code: 0, stdout: `${version}\n`, stderr: "" });
  });

  it("prints help on stdout and ends with 0", async () => {
    const { code, stdout, stderr } = await dryfit(["--help"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toContain("Usage: dryfit");
  });

  it("ends with 2 and without a stack trace on an unknown option", async () => {
    const { code, stdout, stderr } = await dryfit(["--frobnicate"]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain("unknown option '--frobnicate'");
    expect(stderr).not.toMatch(/^ +at /m);
  });

  it("ends with 2 on an unknown command", async () => {
    const { code, stderr } = await dryfit(["frobnicate"]);
    expect(code).toBe(2);
    expect(stderr).toContain("error: ");
  });
});
