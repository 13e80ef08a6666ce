import { posix } from "node:path";
import ts from "typescript";
import type { Tree } from "./finding.ts";

/** How one file names another. */
export interface Reference {
  /** As written: `../units/index.ts`, `yaml`, `node:fs`. */
  readonly specifier: string;
  /** The path from the repository root for a relative specifier; undefined for a package. */
  readonly target: string | undefined;
  readonly kind: "static" | "dynamic" | "url";
  /** Nothing of it is left when the types are erased. */
  readonly typeOnly: boolean;
  readonly line: number;
}

/** A parsed source file. */
export interface Source {
  readonly path: string;
  readonly text: string;
  readonly syntax: ts.SourceFile;
  readonly references: readonly Reference[];
}

const testFile = /\.test\.tsx?$/;

/** Whether the file holds tests. */
export function isTest(path: string): boolean {
  return testFile.test(path);
}

/** The files of the tree that hold TypeScript, in the order of the tree. */
export function parseSources(tree: Tree): readonly Source[] {
  const sources: Source[] = [];
  for (const [path, text] of tree) {
    if (/\.tsx?$/.test(path) && !path.endsWith(".d.ts")) {
      const syntax = ts.createSourceFile(path, text, ts.ScriptTarget.ES2023, true);
      sources.push({ path, text, syntax, references: referencesOf(path, syntax) });
    }
  }
  return sources;
}

function referencesOf(path: string, syntax: ts.SourceFile): readonly Reference[] {
  const found: Reference[] = [];
  const add = (literal: ts.Node, kind: Reference["kind"], typeOnly: boolean): void => {
    if (ts.isStringLiteralLike(literal)) {
      const specifier = literal.text;
      const target = specifier.startsWith(".")
        ? posix.normalize(posix.join(posix.dirname(path), specifier))
        : undefined;
      const line = syntax.getLineAndCharacterOfPosition(literal.getStart()).line + 1;
      found.push({ specifier, target, kind, typeOnly, line });
    }
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) {
      add(node.moduleSpecifier, "static", isTypeImport(node));
    } else if (ts.isExportDeclaration(node) && node.moduleSpecifier !== undefined) {
      add(node.moduleSpecifier, "static", isTypeExport(node));
    } else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
      add(node.argument.literal, "static", true);
    } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      const [argument] = node.arguments;
      if (argument !== undefined) {
        add(argument, "dynamic", false);
      }
    } else if (isModuleUrl(node)) {
      const [argument] = node.arguments ?? [];
      if (argument !== undefined) {
        add(argument, "url", false);
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(syntax);
  return found;
}

function isTypeImport(node: ts.ImportDeclaration): boolean {
  const clause = node.importClause;
  if (clause === undefined) {
    return false;
  }
  const named = clause.namedBindings;
  const allTypes =
    clause.name === undefined &&
    named !== undefined &&
    ts.isNamedImports(named) &&
    named.elements.length > 0 &&
    named.elements.every((element) => element.isTypeOnly);
  return clause.phaseModifier === ts.SyntaxKind.TypeKeyword || allTypes;
}

function isTypeExport(node: ts.ExportDeclaration): boolean {
  const clause = node.exportClause;
  const allTypes =
    clause !== undefined &&
    ts.isNamedExports(clause) &&
    clause.elements.length > 0 &&
    clause.elements.every((element) => element.isTypeOnly);
  return node.isTypeOnly || allTypes;
}

/** `new URL("./worker.ts", import.meta.url)`, the way to name a file that is loaded at run time. */
function isModuleUrl(node: ts.Node): node is ts.NewExpression {
  return (
    ts.isNewExpression(node) &&
    node.expression.getText() === "URL" &&
    node.arguments?.[1]?.getText() === "import.meta.url"
  );
}
