import type { Alias, Document, Node, Pair } from "yaml";
import { isAlias, isMap, isPair, isScalar, isSeq, LineCounter, parseDocument, visit } from "yaml";
import type { Diagnostic, Result } from "../../core/units/index.ts";
import { fail, ok } from "../../core/units/index.ts";

/** A step into the document: a key or an index. */
export type Step = string | number;

/** Where something stands; counted from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** A YAML file as plain data, which still knows where everything stands. */
export interface ScenarioDocument {
  /** The file as the user named it. */
  readonly file: string;
  readonly data: unknown;
  /** Where a value stands; of a path that leads nowhere, the last step that exists. */
  valuePosition(path: readonly Step[]): Position;
  /** Where the key of a value stands; the value itself in a list. */
  keyPosition(path: readonly Step[]): Position;
}

/**
 * Parses one YAML document. Broken syntax, a second document and a key that is given twice are
 * errors, all at once, with their positions.
 */
export function parseScenarioDocument(file: string, text: string): Result<ScenarioDocument> {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, prettyErrors: false, uniqueKeys: true });
  const at = (offset: number): Position => {
    const { line, col } = lineCounter.linePos(offset);
    return { line, column: col };
  };
  if (document.errors.length > 0) {
    return fail(
      document.errors.map(
        ({ pos, code, message }): Diagnostic => ({
          file,
          ...at(pos[0]),
          code: code === "DUPLICATE_KEY" ? "scenario/duplicate-key" : "scenario/bad-yaml",
          found: firstLine(text.slice(pos[0], pos[1])),
          allowed: code === "MULTIPLE_DOCS" ? "one document in the file" : "YAML 1.2",
          message: firstLine(message),
        }),
      ),
    );
  }
  return dataOf(document, file, at);
}

function dataOf(
  document: Document,
  file: string,
  at: (offset: number) => Position,
): Result<ScenarioDocument> {
  const dangling = unresolvedAliases(document);
  if (dangling.length > 0) {
    return fail(
      dangling.map(
        (alias): Diagnostic => ({
          file,
          ...at(startOf(alias)),
          code: "scenario/bad-yaml",
          found: `*${alias.source}`,
          allowed: "text, quoted where it begins with *",
          hint: `write "*${alias.source}"`,
          message: "a star begins an alias in YAML, and there is no such anchor",
        }),
      ),
    );
  }
  let data: unknown;
  try {
    data = document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error;
    return fail({
      file,
      code: "scenario/bad-yaml",
      found: "too many aliases",
      allowed: "at most 100 nodes by alias",
      message: firstLine(error.message),
    });
  }
  return ok({
    file,
    data,
    valuePosition: (path) => at(startOf(findNode(document, path).value)),
    keyPosition: (path) => {
      const { key, value } = findNode(document, path);
      return at(startOf(key ?? value));
    },
  });
}

function unresolvedAliases(document: Document): readonly Alias[] {
  const found: Alias[] = [];
  visit(document, {
    Alias: (_key, alias) => {
      if (alias.resolve(document) === undefined) found.push(alias);
    },
  });
  return found;
}

interface Found {
  readonly key: Node | undefined;
  readonly value: Node | undefined;
}

/** Walks as far as the path leads. */
function findNode(document: Document, path: readonly Step[]): Found {
  let found: Found = { key: undefined, value: document.contents ?? undefined };
  for (const step of path) {
    const next = childOf(document, found.value, step);
    if (next === undefined) return found;
    found = next;
  }
  return found;
}

function childOf(document: Document, node: Node | undefined, step: Step): Found | undefined {
  if (isMap(node)) {
    const pair = (node.items as Pair<Node, Node | null>[]).find(
      (item) => isPair(item) && isScalar(item.key) && String(item.key.value) === String(step),
    );
    if (pair === undefined) return undefined;
    return { key: pair.key, value: pair.value ?? pair.key };
  }
  if (isSeq(node) && typeof step === "number") {
    const item = node.items[step] as Node | undefined;
    return item === undefined ? undefined : { key: undefined, value: item };
  }
  if (isAlias(node)) return childOf(document, node.resolve(document), step);
  return undefined;
}

function startOf(node: Node | undefined): number {
  return node?.range?.[0] ?? 0;
}

function firstLine(text: string): string {
  const [line = ""] = text.split("\n");
  return line.length > 80 ? `${line.slice(0, 79)}…` : line;
}
