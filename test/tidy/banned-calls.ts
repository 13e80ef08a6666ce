import ts from "typescript";
import type { Finding } from "./finding.ts";
import type { Source } from "./source.ts";
import { isTest } from "./source.ts";

const clockInstead = "take the time from the Clock port or an argument (SimTime)";
const randomInstead = "draw from a named stream of sim/engine/random.ts";
const orderInstead =
  "compare by code unit (core/units compareStrings); the locale is the machine's";
const textInstead = "format without the locale, which is the machine's";

/** Property accesses that are banned, as `object.property`, or `*.property` for any object. */
const bannedAccess: ReadonlyMap<string, string> = new Map([
  ["Date.now", clockInstead],
  ["Math.random", randomInstead],
  ["*.localeCompare", orderInstead],
  ["*.toLocaleString", textInstead],
  ["*.toLocaleDateString", textInstead],
  ["*.toLocaleTimeString", textInstead],
]);

/** Globals that are banned where the outcome of a run is decided. */
const bannedGlobals: ReadonlyMap<string, string> = new Map([
  ["setTimeout", "schedule an event, or return when to be called again"],
  ["setInterval", "schedule an event, or return when to be called again"],
  ["setImmediate", "schedule an event, or return when to be called again"],
  ["queueMicrotask", "schedule an event, or return when to be called again"],
  ["performance", clockInstead],
  ["process", "take what you need as an argument; only commands talk to the machine"],
  ["Intl", textInstead],
]);

/** Where the outcome of a run is decided or told. */
const deterministicFolders = /^(core|sim|reports)\//;
const virtualFolders = /^(core|sim)\//;

/** Calls that would make a run depend on the machine it runs on; each names its replacement. */
export function findBannedCalls(sources: readonly Source[]): readonly Finding[] {
  const findings: Finding[] = [];
  for (const source of sources) {
    if (deterministicFolders.test(source.path) && !isTest(source.path) && !isBrowser(source.path)) {
      findings.push(...bannedIn(source));
    }
  }
  return findings;
}

/** Runs in the reader's browser, after everything is decided. */
function isBrowser(path: string): boolean {
  return path === "reports/html/browser-entry.ts";
}

function bannedIn({ path, syntax }: Source): readonly Finding[] {
  const findings: Finding[] = [];
  const visit = (node: ts.Node): void => {
    const message = banned(node, virtualFolders.test(path));
    if (message !== undefined) {
      const line = syntax.getLineAndCharacterOfPosition(node.getStart()).line + 1;
      findings.push({ file: path, line, message });
    }
    ts.forEachChild(node, visit);
  };
  visit(syntax);
  return findings;
}

function banned(node: ts.Node, isVirtual: boolean): string | undefined {
  if (ts.isPropertyAccessExpression(node)) {
    const name = `${node.expression.getText()}.${node.name.text}`;
    const instead = bannedAccess.get(name) ?? bannedAccess.get(`*.${node.name.text}`);
    return instead === undefined ? undefined : `${node.name.text} is banned: ${instead}`;
  }
  if (ts.isNewExpression(node) && node.expression.getText() === "Date") {
    return (node.arguments?.length ?? 0) === 0
      ? `new Date() without argument is banned: ${clockInstead}`
      : undefined;
  }
  if (isVirtual && ts.isIdentifier(node) && isFreeName(node)) {
    const instead = bannedGlobals.get(node.text);
    return instead === undefined ? undefined : `${node.text} is banned: ${instead}`;
  }
  return undefined;
}

/** Not a property, a key, or a name that the file declares itself: `command.process` is no global. */
function isFreeName(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) {
    return parent.expression === node;
  }
  return ts.isCallExpression(parent) || ts.isTypeOfExpression(parent) || ts.isNewExpression(parent);
}
