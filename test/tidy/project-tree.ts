import { readFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Tree } from "./finding.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

// In a linked worktree .git is a file.
const skipped = new Set(["node_modules", "dist", "coverage", "out", ".git", "stryker-tmp"]);
const textEndings =
  /\.(ts|tsx|mjs|js|json|md|ya?ml|go|mod|sh|css|csv|txt|svg|toml)$|^\.ci\/|^\.[a-z]+$/;

/** Beyond this a file is data, which no rule here is about. */
const bytesMax = 2_000_000;

/** Every text file of the repository, read from the disk: the rules hold before a commit, too. */
export function readProjectTree(): Tree {
  const tree = new Map<string, string>();
  collect("", tree);
  return tree;
}

function collect(folder: string, tree: Map<string, string>): void {
  const entries = readdirSync(`${root}/${folder}`, { withFileTypes: true });
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    const path = `${folder}${entry.name}`;
    if (skipped.has(entry.name)) continue;
    if (entry.isDirectory()) {
      collect(`${path}/`, tree);
    } else if (entry.isFile() && (textEndings.test(path) || entry.name === "LICENSE")) {
      const text = readFileSync(`${root}/${path}`, "utf8");
      if (text.length <= bytesMax) {
        tree.set(path, text);
      }
    }
  }
}
