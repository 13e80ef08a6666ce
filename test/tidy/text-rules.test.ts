import { describe, expect, it } from "vitest";
import { findDeadLinks, findMachinePaths } from "./documents.ts";
import type { Tree } from "./finding.ts";
import { formatFindings, lineAt } from "./finding.ts";
import { findBadNames, findLongFiles } from "./naming.ts";

function treeOf(files: Readonly<Record<string, string>>): Tree {
  return new Map(Object.entries(files));
}

describe("the naming rule", () => {
  it.each([
    "core/utils/a.ts",
    "core/state/helpers.ts",
    "sim/helper.ts",
    "core/Types.ts",
    "core/types.ts",
    "core/node_claim.ts",
    "core/NodeClaim.ts",
    "docs/My-Page.md",
  ])("refuses %s", (path) => {
    expect(findBadNames(treeOf({ [path]: "" }))).toHaveLength(1);
  });

  it.each([
    "core/state/node-claim.test.ts",
    "README.md",
    "docs/decisions/0001-event-heap.md",
    "scenarios/quickstart/scenario.yaml",
    "biome.json",
    "core/apis/v1beta1/node-pool.ts",
  ])("lets %s be", (path) => {
    expect(findBadNames(treeOf({ [path]: "" }))).toEqual([]);
  });
});

describe("the length rule", () => {
  const lines = (count: number): string => "const a = 1;\n".repeat(count);

  it("lets 400 lines be and refuses 401", () => {
    expect(findLongFiles(treeOf({ "core/a.ts": lines(400) }))).toEqual([]);
    expect(formatFindings(findLongFiles(treeOf({ "core/a.ts": lines(401) })))).toEqual([
      "core/a.ts:401 has 401 lines: split it, or say in its header why it is past 400 lines",
    ]);
  });

  it("takes a reason in the header, not one further down", () => {
    const reason = "/* Past 400 lines: it is one table. */\n";
    expect(findLongFiles(treeOf({ "a.ts": reason + lines(500) }))).toEqual([]);
    expect(findLongFiles(treeOf({ "a.ts": lines(500) + reason }))).toHaveLength(1);
  });

  it("is not about data", () => {
    expect(findLongFiles(treeOf({ "a.json": lines(500) }))).toEqual([]);
  });
});

describe("the link rule", () => {
  const pages = treeOf({
    "README.md":
      "# One\n\n[good](docs/a.md) [web](https://example.com) [top](#one)\n\n[bad](docs/b.md)\n",
    "docs/a.md":
      "# Head, of a Page\n[up](../README.md#one)\n[bad](#two)\n`[no](link)`\n```\n[no](x.md)\n```\n",
  });

  it("finds links to files and headings that are not there, outside of code", () => {
    expect(formatFindings(findDeadLinks(pages, (path) => pages.has(path)))).toEqual([
      "README.md:5 links to docs/b.md, which does not exist",
      "docs/a.md:3 links to #two, but docs/a.md has no such heading",
    ]);
  });

  it("derives anchors from headings as code hosts do", () => {
    const linked = treeOf({ "a.md": "# Head, of a Page\n[x](#head-of-a-page)\n" });
    expect(findDeadLinks(linked, () => true)).toEqual([]);
  });
});

describe("the rule of machine paths", () => {
  // Put together here, so that this file does not match itself.
  const folder = (name: string): string => ["", name, "someone", "x"].join("/");

  it.each(["work", "root", "home", "Users", "tmp"])("refuses the folder %s", (name) => {
    const findings = findMachinePaths(treeOf({ "core/a.ts": `\nread("${folder(name)}")` }));
    expect(findings.map(({ line }) => line)).toEqual([2]);
  });

  it("lets tests name temporary files, and relative paths be", () => {
    const files = {
      "test/a.ts": folder("tmp"),
      "core/a.test.ts": folder("tmp"),
      "docs/a.md": `..${folder("work")} ~${folder("home")} https://example.com${folder("home")}`,
    };
    expect(findMachinePaths(treeOf(files))).toEqual([]);
  });
});

describe("a line number", () => {
  it("counts from one and belongs to the line that holds the character", () => {
    expect([0, 1, 2, 3].map((index) => lineAt("a\nb\n", index))).toEqual([1, 1, 2, 2]);
  });
});
