import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import nodePath from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { OutsideError } from "../core/units/index.ts";
import { readManifestFile } from "./read-manifest-file.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(nodePath.join(tmpdir(), "dryfit-manifests-"));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const text = 'kind: Pod\r\nmetadata: { name: "caf\u00e9" }\n';
const utf16 = Buffer.from(`\u{feff}${text}`, "utf16le");

describe("a file with manifests", () => {
  it.each([
    ["UTF-8", Buffer.from(text)],
    ["UTF-8 with a mark", Buffer.from(`\u{feff}${text}`)],
    ["UTF-16, as PowerShell writes it", utf16],
    ["UTF-16 the other way round", Buffer.from(utf16).swap16()],
  ])("may be %s", async (_, bytes) => {
    const name = nodePath.join(folder, "snapshot.yaml");
    writeFileSync(name, bytes);
    expect(await readManifestFile(name)).toEqual({ name, text });
  });

  it("that is not there fails with what to give instead", async () => {
    const failure = await readManifestFile(nodePath.join(folder, "nothing")).catch(
      (error: unknown) => error,
    );
    expect(failure).toBeInstanceOf(OutsideError);
    expect((failure as OutsideError).advice).toContain("kubectl get -A -o yaml");
  });
});
