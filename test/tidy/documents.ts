import { posix } from "node:path";
import type { Finding, Tree } from "./finding.ts";
import { lineAt } from "./finding.ts";

const link = /\[[^\]\n]*\]\(([^()\s]+)(?:\s+"[^"]*")?\)/g;
const fence = /^(```|~~~)[^\n]*\n[\s\S]*?^\1/gm;
const inlineCode = /`[^`\n]*`/g;

// Folders of somebody's machine. Spelt so that this file does not match itself.
const machinePath = /(?<![\w.~-])\/(?:work|root|home|farm|Users)\/[\w.-]/g;
const temporaryPath = /(?<![\w.~-])\/(?:tmp)\/[\w.-]/g;

/**
 * Links in Markdown that lead nowhere: relative ones to a file that is not there, or to a heading that
 * the file does not have. Links to other hosts are not followed.
 */
export function findDeadLinks(tree: Tree, exists: (path: string) => boolean): readonly Finding[] {
  const findings: Finding[] = [];
  for (const [file, text] of tree) {
    if (!file.endsWith(".md")) {
      continue;
    }
    const prose = blank(blank(text, fence), inlineCode);
    for (const match of prose.matchAll(link)) {
      const destination = match[1] ?? "";
      if (/^([a-z]+:|\/\/)/i.test(destination)) {
        continue;
      }
      const message = deadLink(tree, exists, file, destination);
      if (message !== undefined) {
        findings.push({ file, line: lineAt(text, match.index), message });
      }
    }
  }
  return findings;
}

function deadLink(
  tree: Tree,
  exists: (path: string) => boolean,
  file: string,
  destination: string,
): string | undefined {
  const [path = "", anchor] = destination.split("#");
  const target = path === "" ? file : posix.normalize(posix.join(posix.dirname(file), path));
  if (!exists(target)) {
    return `links to ${destination}, which does not exist`;
  }
  const page = tree.get(target);
  if (anchor !== undefined && anchor !== "" && page !== undefined && target.endsWith(".md")) {
    return anchorsOf(page).has(anchor)
      ? undefined
      : `links to ${destination}, but ${target} has no such heading`;
  }
  return undefined;
}

/** Anchors as code hosts derive them from headings. */
function anchorsOf(page: string): ReadonlySet<string> {
  const anchors = new Set<string>();
  for (const match of blank(page, fence).matchAll(/^#+ +(.+)$/gm)) {
    const words = (match[1] ?? "").toLowerCase().replaceAll(/[^\p{L}\p{N} _-]/gu, "");
    anchors.add(words.trim().replaceAll(" ", "-"));
  }
  for (const match of page.matchAll(/<a (?:id|name)="([^"]+)"/g)) {
    anchors.add(match[1] ?? "");
  }
  return anchors;
}

/** Paths that exist on one machine only. Temporary folders may be named in tests. */
export function findMachinePaths(tree: Tree): readonly Finding[] {
  const findings: Finding[] = [];
  for (const [file, text] of tree) {
    const isTest = file.startsWith("test/") || /\.test\.tsx?$/.test(file);
    for (const pattern of isTest ? [machinePath] : [machinePath, temporaryPath]) {
      for (const match of text.matchAll(pattern)) {
        const path = /^\S*/.exec(text.slice(match.index, match.index + 40))?.[0] ?? match[0];
        const message = `names ${path}, a path of one machine: make it relative or an option`;
        findings.push({ file, line: lineAt(text, match.index), message });
      }
    }
  }
  return findings;
}

/** Replaces matches with spaces, so that positions stay. */
function blank(text: string, pattern: RegExp): string {
  return text.replaceAll(pattern, (match) => match.replaceAll(/[^\n]/g, " "));
}
