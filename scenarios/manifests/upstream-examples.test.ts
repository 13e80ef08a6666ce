import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { loadManifests } from "./load-manifests.ts";

// A directory with the examples/ folders of aws/karpenter-provider-aws, one sub-folder per tag
// (v0.31.0, v0.37.0, v1.14.1); they are not part of this repository.
const directory = process.env["DRYFIT_UPSTREAM_EXAMPLES"];
const reason = "DRYFIT_UPSTREAM_EXAMPLES does not name a directory with upstream's examples";

function yamlFiles(root: string): readonly string[] {
  return readdirSync(root, { recursive: true, encoding: "utf8" })
    .filter((name) => /\.ya?ml$/.test(name))
    .sort()
    .map((name) => join(root, name));
}

describe("upstream's examples", () => {
  it("load, file by file, from every generation of the API", ({ skip }) => {
    if (directory === undefined || directory === "") return skip(reason);
    const files = yamlFiles(directory);
    expect(files.length).toBeGreaterThan(0);
    const failed = files.filter((name) => {
      const result = loadManifests([{ name, text: readFileSync(name, "utf8") }]);
      return !result.ok || result.value.objects.length === 0;
    });
    expect(failed).toEqual([]);
  });
});
