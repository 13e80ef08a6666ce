import {
  type Document,
  LineCounter,
  type Node,
  type Pair,
  type YAMLMap,
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  parseAllDocuments,
  visit,
} from "yaml";
import type { PathSegment } from "../../core/apis/index.ts";
import { findPlaceholder } from "../../core/apis/index.ts";
import type { Diagnostic } from "../../core/units/index.ts";
import { maskPlaceholders, unmaskPlaceholders } from "./mask-placeholders.ts";

/** Line and column of a character, both counted from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** Where a placeholder stands in a text that is kept as it is. */
export interface PlaceholderUse {
  readonly placeholder: string;
  readonly position: Position;
}

/** One document of a YAML file. */
export interface YamlDocument {
  /** As plain JSON. */
  readonly value: unknown;
  /**
   * Where the value of a path stands, or its key; a mapping or list is found at its key. The
   * nearest part of the path that exists, if not all of it does.
   */
  readonly locate: (segments: readonly PathSegment[], part?: "key" | "value") => Position;
  readonly placeholders: readonly PlaceholderUse[];
}

/** What a YAML file holds, and what is wrong with its syntax. */
export interface YamlFile {
  readonly documents: readonly YamlDocument[];
  readonly diagnostics: readonly Diagnostic[];
}

/** More aliases than this in one document are an attack rather than a manifest. */
const maxAliasCount = 100;

/**
 * Reads a YAML file of any number of documents; empty ones are left out.
 *
 * YAML 1.2 with merge keys, so that `yes` and `on` are texts, where kubectl's YAML 1.1 has truth
 * values. JSON is YAML.
 */
export function readYaml(file: string, text: string): YamlFile {
  const lines = new LineCounter();
  const documents: YamlDocument[] = [];
  const diagnostics: Diagnostic[] = [];
  const parsed = parseAllDocuments(maskPlaceholders(text), {
    lineCounter: lines,
    merge: true,
    prettyErrors: false,
  });
  const positionOf = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  for (const document of Array.isArray(parsed) ? parsed : []) {
    if (document.errors.length > 0) {
      for (const error of document.errors) {
        diagnostics.push(syntaxError(file, error.message, positionOf(error.pos[0])));
      }
      continue;
    }
    const placeholders = unmask(document, positionOf);
    try {
      const value: unknown = document.toJS({ maxAliasCount });
      if (value === null || value === undefined) continue;
      const locate: YamlDocument["locate"] = (segments, part = "value") =>
        positionOf(offsetOf(document, segments, part));
      documents.push({ value, locate, placeholders });
    } catch (error) {
      // The package throws ReferenceErrors for aliases without an anchor, and for too many of them.
      if (!(error instanceof ReferenceError)) throw error;
      const at = unresolvedAlias(document) ?? startOf(document.contents) ?? 0;
      diagnostics.push(syntaxError(file, error.message, positionOf(at)));
    }
  }
  const isTemplate = diagnostics.length > 0 && /\{\{.*\}\}/.test(text);
  return { documents, diagnostics: isTemplate ? [helmTemplate(file, text)] : diagnostics };
}

function unresolvedAlias(document: Document): number | undefined {
  let offset: number | undefined;
  visit(document, {
    Alias(_key, alias) {
      if (alias.resolve(document) !== undefined) return undefined;
      offset = startOf(alias);
      return visit.BREAK;
    },
  });
  return offset;
}

function syntaxError(file: string, message: string, position: Position): Diagnostic {
  const [sentence = message] = unmaskPlaceholders(message).split("\n");
  return {
    file,
    ...position,
    code: "manifests/yaml-syntax",
    found: "text that is no YAML",
    allowed: "YAML documents, separated by ---",
    message: sentence,
  };
}

function helmTemplate(file: string, text: string): Diagnostic {
  const before = text.slice(0, text.indexOf("{{")).split("\n");
  return {
    file,
    line: before.length,
    column: (before.at(-1) ?? "").length + 1,
    code: "manifests/helm-template",
    found: /\{\{.*?\}\}/.exec(text)?.[0] ?? "{{",
    allowed: "rendered YAML",
    hint: "render it first: helm template CHART > manifests.yaml",
    message: "This is a Helm template, not a manifest.",
  };
}

/** Puts the placeholders back, and lists those that do not stand in a script. */
function unmask(
  document: Document,
  positionOf: (offset: number) => Position,
): readonly PlaceholderUse[] {
  const uses: PlaceholderUse[] = [];
  visit(document, {
    Scalar(key, scalar, path) {
      if (typeof scalar.value !== "string") return;
      scalar.value = unmaskPlaceholders(scalar.value);
      const isScript = scalar.type === "BLOCK_LITERAL" || scalar.type === "BLOCK_FOLDED";
      if (key === "key" || isScript || path.some(isScriptField)) return;
      const placeholder = findPlaceholder(scalar.value as string);
      if (placeholder === undefined) return;
      uses.push({ placeholder, position: positionOf(scalar.range?.[0] ?? 0) });
    },
  });
  return uses;
}

const scriptFields: readonly unknown[] = ["userData", "command", "args", "env", "data"];

function isScriptField(node: unknown): boolean {
  return isPair(node) && isScalar(node.key) && scriptFields.includes(node.key.value);
}

/** A mapping's or list's value starts on the next line: its key is the better place to point at. */
function offsetOf(
  document: Document,
  segments: readonly PathSegment[],
  part: "key" | "value",
): number {
  let node: unknown = document.contents;
  let offset = startOf(node) ?? 0;
  for (const segment of segments) {
    const collection: unknown = isAlias(node) ? node.resolve(document) : node;
    if (isSeq(collection) && typeof segment === "number") {
      node = collection.items[segment];
      offset = startOf(node) ?? offset;
    } else if (isMap(collection)) {
      const pair = findPair(collection, String(segment));
      if (pair === undefined) return offset;
      node = pair.value;
      const isAtValue = part === "value" && isScalar(node);
      offset = startOf(isAtValue ? node : pair.key) ?? offset;
    } else {
      return offset;
    }
  }
  return offset;
}

function startOf(node: unknown): number | undefined {
  return (node as Node | null | undefined)?.range?.[0];
}

function findPair(map: YAMLMap, key: string): Pair | undefined {
  return map.items.find((pair) => isScalar(pair.key) && String(pair.key.value) === key);
}
