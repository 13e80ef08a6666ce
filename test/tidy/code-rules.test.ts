import { describe, expect, it } from "vitest";
import { findBannedCalls } from "./banned-calls.ts";
import { findCycles } from "./cycles.ts";
import type { Finding } from "./finding.ts";
import { formatFindings } from "./finding.ts";
import { findImportViolations } from "./import-rules.ts";
import { findOrphans } from "./orphans.ts";
import type { Source } from "./source.ts";
import { parseSources } from "./source.ts";

type Rule = (sources: readonly Source[]) => readonly Finding[];

function check(rule: Rule, files: Readonly<Record<string, string>>): readonly string[] {
  return formatFindings(rule(parseSources(new Map(Object.entries(files)))));
}

describe("the import rule", () => {
  const allowed: ReadonlyArray<readonly [path: string, text: string]> = [
    ["core/state/node.ts", `import { a } from "../units/index.ts";`],
    ["core/state/node.ts", `import { a } from "./pod.ts";`],
    ["core/state/node.test.ts", `import { it } from "vitest"; import "node:fs";`],
    ["core/state/node.ts", `/** import { x } from "../../sim/index.ts" */`],
    ["sim/engine/random.ts", `import seedrandom from "seedrandom";`],
    ["sim/ec2/worker.ts", `import { x } from "piscina";`],
    ["sim/ec2/a.ts", `import type { Trace } from "../../traces/index.ts";`],
    ["sim/ec2/a.ts", `import { type Trace } from "../../traces/index.ts";`],
    ["sim/ledger/a.ts", `import { gzip } from "node:zlib";`],
    ["traces/a.ts", `import { x } from "../core/apis/index.ts"; import yaml from "yaml";`],
    ["scenarios/a.ts", `import { x } from "../sim/world.ts"; import "../sim/index.ts";`],
    ["reports/text/a.ts", `import { x } from "../../sim/ledger/index.ts";`],
    ["commands/run.ts", `import { x } from "../reports/index.ts"; await import("./a.ts");`],
    ["cli.ts", `import { x } from "./commands/program.ts";`],
    ["test/a.test.ts", `import { x } from "../core/units/cron.ts";`],
    ["sim/a.ts", `const url = new URL("../dist/assets/browser.js", import.meta.url);`],
  ];
  it.each(allowed)("lets %s say %s", (path, text) => {
    expect(check(findImportViolations, { [path]: text })).toEqual([]);
  });

  const refused: ReadonlyArray<readonly [path: string, text: string, message: string]> = [
    ["core/a/b.ts", `import { x } from "../../sim/index.ts";`, "core may import only core"],
    [
      "core/a/b.ts",
      `import type { x } from "../../reports/index.ts";`,
      "core may import only core",
    ],
    ["core/a/b.ts", `export * from "yaml";`, "core imports no npm package"],
    ["core/a/b.ts", `import { readFileSync } from "node:fs";`, "core imports no npm package"],
    ["core/a/b.ts", `const x = await import("zod");`, "core imports no npm package"],
    ["core/a/b.ts", `import { x } from "../c/d.ts";`, "come in by the door, core/c/index.ts"],
    ["core/a/b.test.ts", `import { x } from "../c/d.ts";`, "come in by the door, core/c/index.ts"],
    ["core/a/b.ts", `let x: import("../c/d.ts").X;`, "come in by the door, core/c/index.ts"],
    ["core/a/b.ts", `import { x } from "../c/index";`, "a relative import ends in .ts"],
    ["sim/a/b.ts", `import { x } from "yaml";`, "sim imports packages only in"],
    ["sim/a/b.ts", `import { x } from "node:timers/promises";`, "sim lives in virtual time"],
    ["sim/a/b.ts", `import { x } from "../../traces/index.ts";`, "write `import type`"],
    ["sim/a/b.ts", `import type { x } from "../../scenarios/index.ts";`, "sim may import only"],
    ["traces/b.ts", `import { x } from "../core/state/index.ts";`, "traces may import only"],
    ["traces/b.ts", `import { x } from "../sim/ledger/index.ts";`, "traces may import only"],
    ["scenarios/b.ts", `import { x } from "../reports/index.ts";`, "scenarios may import only"],
    ["reports/b.ts", `import { x } from "../sim/ec2/index.ts";`, "reports may import only"],
    ["reports/b.ts", `import { x } from "../core/state/index.ts";`, "reports may import only"],
    ["commands/b.ts", `import { x } from "../sim/ec2/pool.ts";`, "the door, sim/ec2/index.ts"],
    ["commands/b.ts", `import { x } from "../test/support/a.ts";`, "what ships does not import"],
  ];
  it.each(refused)("does not let %s say %s", (path, text, message) => {
    const findings = check(findImportViolations, { [path]: `\n${text}` });
    expect(findings).toHaveLength(1);
    expect(findings[0]).toContain(`${path}:2 `);
    expect(findings[0]).toContain(message);
  });
});

describe("the cycle rule", () => {
  it("names the shortest way around, once per group of files", () => {
    const files = {
      "core/a.ts": `import "./b.ts";`,
      "core/b.ts": `import type { C } from "./c.ts"; import "./d.ts";`,
      "core/c.ts": `import "./a.ts";`,
      "core/d.ts": `import "./c.ts";`,
      "core/e.ts": `import "./a.ts";`,
    };
    expect(check(findCycles, files)).toEqual([
      "core/a.ts:1 import cycle: core/a.ts -> core/b.ts -> core/c.ts -> core/a.ts",
    ]);
  });

  it("sees a file that imports itself, and two groups apart", () => {
    const files = {
      "a.ts": `import "./a.ts";`,
      "b.ts": `import "./c.ts";`,
      "c.ts": `export * from "./b.ts";`,
    };
    expect(check(findCycles, files)).toHaveLength(2);
  });

  it("is content with a diamond, with tests and with dynamic imports", () => {
    const files = {
      "a.ts": `import "./b.ts"; import "./c.ts";`,
      "b.ts": `import "./d.ts";`,
      "c.ts": `import "./d.ts";`,
      "d.ts": `await import("./a.ts");`,
      "d.test.ts": `import "./d.ts";`,
    };
    expect(check(findCycles, files)).toEqual([]);
  });
});

describe("the rule of banned calls", () => {
  const refused: ReadonlyArray<readonly [text: string, word: string]> = [
    ["const t = Date.now();", "Clock port"],
    ["const t = new Date();", "Clock port"],
    ["const r = Math.random();", "named stream"],
    ["names.sort((a, b) => a.localeCompare(b));", "compareStrings"],
    ["const s = (5).toLocaleString();", "locale"],
    ["setTimeout(run, 5);", "schedule an event"],
    ["const e = process.env;", "only commands"],
    ["const p = performance.now();", "Clock port"],
    ["new Intl.NumberFormat();", "locale"],
  ];
  it.each(refused)("in core refuses %s and names the replacement", (text, word) => {
    const findings = check(findBannedCalls, { "core/units/a.ts": text });
    expect(findings).toHaveLength(1);
    expect(findings[0]).toContain(word);
  });

  it("is about calls, not about words in comments, strings, keys and tests", () => {
    const files = {
      "core/a.ts": `// Date.now()\nconst s = "Math.random()"; const o = { process: 1 }; o.process;`,
      "sim/b.ts": "const t = new Date(5); const d = Date.UTC(2026, 1);",
      "core/c.test.ts": "Date.now();",
      "commands/d.ts": "Date.now(); process.exit(1);",
    };
    expect(check(findBannedCalls, files)).toEqual([]);
  });
});

describe("the rule of files that nobody imports", () => {
  it("refuses a file without importers, and one that only its test imports", () => {
    const files = {
      "core/a/alone.ts": "",
      "core/a/tested.ts": "",
      "core/a/tested.test.ts": `import "./tested.ts";`,
    };
    expect(check(findOrphans, files)).toEqual([
      "core/a/alone.ts:1 nobody imports it: use it or remove it",
      "core/a/tested.ts:1 only tests import it: use it, remove it, or move it to test/support or a *-fixture.ts",
    ]);
  });

  it("knows entries, dynamic imports, workers by URL and material of tests", () => {
    const files = {
      "cli.ts": `await import("./commands/run.ts");`,
      "commands/run.ts": `new URL("./other.ts", import.meta.url);`,
      "commands/other.ts": "",
      "commands/sweep-worker.ts": "",
      "core/a/index.ts": `export * from "./b.ts";`,
      "core/a/b.ts": "",
      "test/support/nodes.ts": "",
      "test/a.test.ts": `import "./support/nodes.ts";`,
      "bench/main.ts": "",
    };
    expect(check(findOrphans, files)).toEqual([]);
  });
});
