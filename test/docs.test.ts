import {
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
  cpSync,
  existsSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Command } from "commander";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { parseBaseline } from "../reports/index.ts";
import { loadScenario } from "../scenarios/index.ts";
import { referencePages } from "../scripts/reference-pages.ts";
import { namedBills, notPrinted, printedBills, shownParagraphs } from "../scripts/shown-output.ts";
import { readProjectTree } from "./tidy/project-tree.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), "utf8");

interface Block {
  readonly language: string;
  /** What follows the language: the name of a file. */
  readonly title: string;
  readonly text: string;
}

/** The fenced blocks of a page, in its order. */
function blocksOf(page: string): readonly Block[] {
  return [...read(page).matchAll(/^ *```(\w+) ?([^\n]*)\n([\s\S]*?)^ *```/gm)].map(
    ([, language = "", title = "", text = ""]) => ({ language, title, text }),
  );
}

describe("docs/reference", () => {
  it.each(referencePages().map(({ path, text }) => [path, text]))(
    "%s says what the schema says; else run `tsx scripts/build-docs.ts`",
    (path, text) => {
      expect(read(path)).toBe(text);
    },
  );
});

describe("docs/scenario.md", () => {
  const blocks = blocksOf("docs/scenario.md");
  const [whole, ...fragments] = blocks.filter(({ language }) => language === "yaml");
  let folder = "";

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "dryfit-docs-"));
    cpSync(join(root, "scenarios/quickstart/cluster"), join(folder, "cluster"), {
      recursive: true,
    });
    for (const { language, title, text } of blocks) {
      if (language === "csv") writeFileSync(join(folder, title), text);
    }
  });
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  const load = async (scenario: unknown): Promise<readonly string[]> => {
    writeFileSync(join(folder, "scenario.yaml"), stringify(scenario));
    const loaded = await loadScenario(folder);
    return loaded.ok ? [] : loaded.diagnostics.map(({ code, message }) => `${code}: ${message}`);
  };

  it("has a smallest scenario that loads", async () => {
    expect(await load(parse(whole?.text ?? ""))).toEqual([]);
  });

  it("has fragments that load under its spec", async () => {
    const base = parse(whole?.text ?? "") as { readonly spec: object };
    expect(fragments.length).toBeGreaterThan(8);
    for (const { text } of fragments) {
      const fragment = parse(text) as object;
      expect([text, await load({ ...base, spec: { ...base.spec, ...fragment } })]).toEqual([
        text,
        [],
      ]);
    }
  });
});

describe("docs/ci.md", () => {
  it("shows a baseline that reads", () => {
    const [shown] = blocksOf("docs/ci.md").filter(({ language }) => language === "json");
    const baseline = parseBaseline(shown?.text ?? "", "baseline.json");
    expect(baseline.ok).toBe(true);
  });

  it("shows a workflow that is YAML", () => {
    const [shown] = blocksOf("docs/ci.md").filter(({ language }) => language === "yaml");
    expect(parse(shown?.text ?? "")).toHaveProperty("jobs.check.steps");
  });
});

describe("docs/fidelity.md", () => {
  const page = read("docs/fidelity.md");

  it("names every file that says how it differs", () => {
    const differing = [...readProjectTree()]
      .filter(([path, text]) => {
        const isSource = /^(core|sim|traces|scenarios|reports)\/.*\.ts$/.test(path);
        return isSource && !path.endsWith(".test.ts") && /\bdiffers:/i.test(text);
      })
      .map(([path]) => path);
    expect(differing.length).toBeGreaterThan(30);
    expect(differing.filter((path) => !page.includes(`\`${path}\``))).toEqual([]);
  });

  it("names no file that is gone", () => {
    const named = [...page.matchAll(/`([\w./-]+\.ts)`/g)].map(([, path = ""]) => path);
    expect(named.length).toBeGreaterThan(30);
    expect(named.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });
});

describe("output that README.md shows of the quickstart", () => {
  const page = read("README.md");
  const shown = shownParagraphs(page);

  it("is held to what is printed: .ci/run compares the two, to the letter", () => {
    expect(shown.length).toBeGreaterThan(4);
    const printed = `quickstart\n\n${shown.join("\nmore\n\n")}\n\nlater\n`;
    expect(notPrinted(page, printed)).toEqual([]);
    const [first = ""] = shown;
    expect(notPrinted(page, printed.replace(first, first.replace(/\d/, "#")))).toEqual([first]);
    expect(read(".ci/run")).toContain("scripts/check-readme.ts");
  });

  it("has the bills that the scenario's own page names", () => {
    const named = namedBills(read("scenarios/quickstart/README.md"));
    expect(named).toHaveLength(3);
    expect(printedBills(page)).toEqual(named);
  });
});

/** The words after `dryfit` of every command line in a page's shell blocks. */
function commandLines(page: string): readonly (readonly string[])[] {
  return blocksOf(page)
    .filter(({ language }) => language === "sh" || language === "yaml")
    .flatMap(({ text }) => text.split("\n"))
    .flatMap((line) => {
      const [, words] = /(?:npx dryfit|dryfit\/dist\/cli\.js) ([^#&|>]+)/.exec(line) ?? [];
      return words === undefined ? [] : [words.trim().split(/\s+/)];
    });
}

describe("command lines in the documents", () => {
  const pages = ["README.md", "CHANGELOG.md"].concat(
    readdirSync(join(root, "docs"))
      .filter((name) => name.endsWith(".md"))
      .map((name) => `docs/${name}`),
  );

  it("name commands and options that there are", async () => {
    const lines = pages.flatMap((page) => commandLines(page));
    expect(lines.length).toBeGreaterThan(8);
    for (const words of lines) {
      const { configure } = (await import(`../commands/${words[0] ?? ""}.ts`)) as {
        readonly configure: (command: Command) => void;
      };
      const command = new Command();
      configure(command);
      const known = optionsOf(command);
      const unknown = words.filter((word) => word.startsWith("--") && !known.has(word));
      expect([words.join(" "), unknown]).toEqual([words.join(" "), []]);
    }
  });
});

function optionsOf(command: Command): ReadonlySet<string> {
  const own = command.options.map(({ long }) => long ?? "");
  return new Set(["--help", ...own, ...command.commands.flatMap((each) => [...optionsOf(each)])]);
}
