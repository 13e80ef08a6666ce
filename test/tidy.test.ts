import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { findBannedCalls } from "./tidy/banned-calls.ts";
import { findCycles } from "./tidy/cycles.ts";
import { findDeadLinks, findMachinePaths } from "./tidy/documents.ts";
import { formatFindings } from "./tidy/finding.ts";
import { findImportViolations } from "./tidy/import-rules.ts";
import { findBadNames, findLongFiles } from "./tidy/naming.ts";
import { findOrphans } from "./tidy/orphans.ts";
import { readProjectTree } from "./tidy/project-tree.ts";
import { parseSources } from "./tidy/source.ts";

const tree = readProjectTree();
const sources = parseSources(tree);

function exists(path: string): boolean {
  return existsSync(new URL(`../${path}`, import.meta.url));
}

// The gate over the code base. What each rule means is tested beside it, in test/tidy/.
describe("the tree", () => {
  it("is there at all, so that the rules below cannot pass for want of files", () => {
    expect(sources.map(({ path }) => path)).toEqual(
      expect.arrayContaining(["cli.ts", "core/units/index.ts", "test/tidy.test.ts"]),
    );
  });

  it("imports along the arrows, through the doors, and no forbidden package", () => {
    expect(formatFindings(findImportViolations(sources))).toEqual([]);
  });

  it("has no import cycle", () => {
    expect(formatFindings(findCycles(sources))).toEqual([]);
  });

  it("asks neither the machine's clock, nor its dice, nor its locale", () => {
    expect(formatFindings(findBannedCalls(sources))).toEqual([]);
  });

  it("has names that say something, in kebab-case", () => {
    expect(formatFindings(findBadNames(tree))).toEqual([]);
  });

  it("has files that fit in a head", () => {
    expect(formatFindings(findLongFiles(tree))).toEqual([]);
  });

  it("has no file that nobody imports", () => {
    expect(formatFindings(findOrphans(sources))).toEqual([]);
  });

  it("has documents whose links lead somewhere", () => {
    expect(formatFindings(findDeadLinks(tree, exists))).toEqual([]);
  });

  it("names no path of one machine", () => {
    expect(formatFindings(findMachinePaths(tree))).toEqual([]);
  });
});
