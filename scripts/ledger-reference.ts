/*
 * Turns the types of the ledger's entries into a reference page: what the code says of each kind and
 * each key, read out of its source.
 */
import { readFileSync } from "node:fs";
import ts from "typescript";

const entryFile = "sim/ledger/entry.ts";
const partsFile = "sim/ledger/entry-parts.ts";

const intro = `# Ledger entries

Every kind of line in a journal (\`dryfit run SCENARIO --out DIR --journal\`): one JSON object a line, gzipped, in
the order of time. Each has \`kind\` and \`at\`, milliseconds since 1970-01-01 UTC in virtual time. Keys with \`?\` may be
missing. [Explain](../explain.md) reads journals; \`zcat journal.ndjson.gz | grep '"kind":"launch-failed"'\` does, too.

Generated from [the code](../../${entryFile}) by \`tsx scripts/build-docs.ts\`; do not edit.
`;

interface Key {
  readonly name: string;
  readonly type: string;
  readonly meaning: string;
}

/** The page, as text. */
export function ledgerReference(): string {
  const entries = entriesOf(sourceOf(entryFile));
  const parts = partsOf(sourceOf(partsFile));
  const kinds = entries.map(({ kind, meaning, keys }) => section(`\`${kind}\``, meaning, keys));
  const sections = parts.map(({ name, meaning, keys }) => section(name, meaning, keys));
  const lists = ["## Entries", ...kinds, "## Parts of entries", ...sections];
  return `${[intro.trimEnd(), ...lists].join("\n\n")}\n`;
}

function sourceOf(path: string): ts.SourceFile {
  const text = readFileSync(new URL(`../${path}`, import.meta.url), "utf8");
  return ts.createSourceFile(path, text, ts.ScriptTarget.ES2023, true);
}

function entriesOf(source: ts.SourceFile) {
  const alias = source.statements.find(
    (it): it is ts.TypeAliasDeclaration =>
      ts.isTypeAliasDeclaration(it) && it.name.text === "LedgerEntry",
  );
  const union = alias === undefined ? undefined : firstUnion(alias.type);
  if (union === undefined) throw new Error(`${entryFile} has no union LedgerEntry`);
  let end = union.getFullStart();
  return union.types.map((member) => {
    if (!ts.isTypeLiteralNode(member)) throw new Error(`${member.getText()} is no entry`);
    // The comment stands before the bar, which belongs to no member.
    const meaning = commentIn(source.text.slice(end, member.getStart()));
    end = member.end;
    const [kind, ...keys] = keysOf(member.members);
    return { kind: kind?.type.replaceAll("`", "") ?? "", meaning, keys };
  });
}

function firstUnion(type: ts.TypeNode): ts.UnionTypeNode | undefined {
  if (ts.isUnionTypeNode(type)) return type;
  if (ts.isParenthesizedTypeNode(type)) return firstUnion(type.type);
  if (!ts.isIntersectionTypeNode(type)) return undefined;
  return type.types.map(firstUnion).find((it) => it !== undefined);
}

function partsOf(source: ts.SourceFile) {
  return source.statements.flatMap((statement) => {
    const meaning = commentIn(source.text.slice(statement.getFullStart(), statement.getStart()));
    if (ts.isInterfaceDeclaration(statement)) {
      return [{ name: statement.name.text, meaning, keys: keysOf(statement.members) }];
    }
    if (!ts.isTypeAliasDeclaration(statement)) return [];
    const values = `${meaning} ${typeText(statement.type)}.`;
    return [{ name: statement.name.text, meaning: values, keys: [] }];
  });
}

function keysOf(members: ts.NodeArray<ts.TypeElement>): readonly Key[] {
  return members.filter(ts.isPropertySignature).flatMap((member): readonly Key[] => {
    const source = member.getSourceFile().text;
    const meaning = commentIn(source.slice(member.getFullStart(), member.getStart()));
    const name = `${member.name.getText()}${member.questionToken === undefined ? "" : "?"}`;
    const { type } = member;
    if (type === undefined) return [];
    const inner = ts.isTypeLiteralNode(type) ? keysOf(type.members) : [];
    const own = { name, type: inner.length > 0 ? "mapping" : typeText(type), meaning };
    return [own, ...inner.map((key) => ({ ...key, name: `${member.name.getText()}.${key.name}` }))];
  });
}

const words: Readonly<Record<string, string>> = {
  SimTime: "time",
  string: "text",
  CapacityType: "`spot`, `on-demand` or `reserved`",
};

/** As people read it: `list of text`, `` `a` or `b` ``. */
function typeText(node: ts.TypeNode): string {
  if (ts.isTypeOperatorNode(node)) return typeText(node.type);
  if (ts.isArrayTypeNode(node)) return `list of ${typeText(node.elementType)}`;
  if (ts.isParenthesizedTypeNode(node)) return typeText(node.type);
  if (ts.isUnionTypeNode(node)) return node.types.map(typeText).join(" or ");
  if (ts.isLiteralTypeNode(node)) return `\`${node.getText().replaceAll('"', "")}\``;
  if (ts.isTypeLiteralNode(node)) {
    return `mapping of ${node.members.map((it) => `\`${it.name?.getText() ?? ""}\``).join(", ")}`;
  }
  const text = node.getText();
  if (text in words) return words[text] ?? text;
  return /^[A-Z]/.test(text) ? `[${text}](#${text.toLowerCase()})` : text;
}

/** The text of the last doc comment, on one line. */
function commentIn(text: string): string {
  const comments = [...text.matchAll(/\/\*\*([\s\S]*?)\*\//g)].map(([, body = ""]) =>
    body
      .split("\n")
      .map((line) => line.replace(/^\s*\*? ?/, "").trim())
      .filter((line) => line !== "")
      .join(" "),
  );
  return comments.at(-1) ?? "";
}

function section(title: string, meaning: string, keys: readonly Key[]): string {
  const head = `### ${title}${meaning === "" ? "" : `\n\n${meaning}`}`;
  if (keys.length === 0) return head;
  const rows = keys.map((it) => `| \`${it.name}\` | ${cell(it.type)} | ${cell(it.meaning)} |`);
  return `${head}\n\n${["| key | value | meaning |", "| --- | --- | --- |", ...rows].join("\n")}`;
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}
