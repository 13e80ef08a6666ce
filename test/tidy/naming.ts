import type { Finding, Tree } from "./finding.ts";

const bannedNames = new Set([
  "utils",
  "util",
  "helpers",
  "helper",
  "common",
  "misc",
  "shared",
  "manager",
  "managers",
  "types",
]);
const named = /\.(ts|tsx|mjs|js|md|ya?ml)$/;
const kebab = /^\.?[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)*$/;
const knownPages = new Set(["README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md"]);

const linesMax = 400;
const code = /\.(ts|tsx|mjs|js|go)$/;

/** Names that are no kebab-case, and names that say nothing about what is inside. */
export function findBadNames(tree: Tree): readonly Finding[] {
  const findings: Finding[] = [];
  for (const path of tree.keys()) {
    if (!named.test(path)) {
      continue;
    }
    for (const part of path.split("/")) {
      const [stem = ""] = part.split(".").filter((word) => word !== "");
      if (bannedNames.has(stem)) {
        const message = `"${part}" says nothing: name it after the concept inside`;
        findings.push({ file: path, line: 1, message });
      } else if (!kebab.test(part) && !knownPages.has(part)) {
        findings.push({ file: path, line: 1, message: `"${part}" is not kebab-case` });
      }
    }
  }
  return findings;
}

/** Source files of more than 400 lines whose first comment does not say why. */
export function findLongFiles(tree: Tree): readonly Finding[] {
  const findings: Finding[] = [];
  for (const [path, text] of tree) {
    const lines = text.split("\n").length - (text.endsWith("\n") ? 1 : 0);
    if (code.test(path) && lines > linesMax && !/400 lines/.test(headerOf(text))) {
      const message = `has ${lines} lines: split it, or say in its header why it is past 400 lines`;
      findings.push({ file: path, line: linesMax + 1, message });
    }
  }
  return findings;
}

/** The comments before the first statement. */
function headerOf(text: string): string {
  return /^(\s*(\/\/[^\n]*\n|\/\*[\s\S]*?\*\/))*/.exec(text)?.[0] ?? "";
}
