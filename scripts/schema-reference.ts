/*
 * Turns a JSON Schema into a reference page: one table for each object, one row for each key. Objects
 * inside of objects are rows of the same table, with their path; alternatives get a table each.
 */

/** The parts of JSON Schema (draft-07) that our own schemas use. */
export interface JsonSchema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | JsonSchema;
  readonly items?: JsonSchema | readonly JsonSchema[];
  readonly anyOf?: readonly JsonSchema[];
  readonly allOf?: readonly JsonSchema[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly definitions?: Readonly<Record<string, JsonSchema>>;
}

/** What a page says around its tables. */
export interface ReferencePage {
  readonly title: string;
  readonly intro: string;
  /** Whether keys may be left out, so that it is worth saying which must not be. */
  readonly isInput: boolean;
}

interface Row {
  readonly key: string;
  readonly type: string;
  readonly isRequired: boolean;
  readonly fallback: string;
  readonly meaning: string;
}

interface Table {
  readonly heading: string;
  readonly rows: readonly Row[];
}

/** The page as Markdown, ending in a line feed. Keys come in the order of the schema. */
export function schemaReference(schema: JsonSchema, page: ReferencePage): string {
  const tables = [
    ...tablesOf("", schema),
    ...Object.entries(schema.definitions ?? {}).flatMap(([name, definition]) =>
      tablesOf("", definition, name),
    ),
  ];
  const seen = new Set<string>();
  const parts = tables
    .filter(({ heading }) => !seen.has(heading) && seen.add(heading))
    .map(({ heading, rows }) => {
      const title = heading === "" ? "The file" : heading;
      return `## ${title}\n\n${tableText(rows, page.isInput)}`;
    });
  return `# ${page.title}\n\n${page.intro}\n\n${parts.join("\n\n")}\n`;
}

/** Tables of one value: that of its own keys first, then those of its alternatives. */
function tablesOf(path: string, schema: JsonSchema, name = `\`${path}\``): readonly Table[] {
  if (path !== "" || schema.properties !== undefined) {
    const { rows, further } = keysOf(path, schema);
    const heading = name === "``" ? "" : name;
    return [...(rows.length === 0 ? [] : [{ heading, rows }]), ...further];
  }
  const choices = schema.anyOf ?? [];
  return choices.flatMap((choice) =>
    choice.properties === undefined
      ? [{ heading: name, rows: [{ ...rowOf("", choice, true), key: "a plain value" }] }]
      : [{ heading: `${name}: ${labelOf(choice)}`, rows: keysOf("", choice).rows }],
  );
}

function keysOf(
  path: string,
  schema: JsonSchema,
): { readonly rows: readonly Row[]; readonly further: readonly Table[] } {
  const rows: Row[] = [];
  const further: Table[] = [];
  for (const [key, value] of Object.entries(schema.properties ?? {})) {
    const at = path === "" ? key : `${path}.${key}`;
    rows.push(rowOf(at, value, schema.required?.includes(key) === true));
    // A policy's own block has the keys of the scenario's: one table of them is enough.
    if (value.description?.startsWith("laid over ") === true) continue;
    const inner = innermost(at, value);
    const choices = (inner.schema.anyOf ?? []).filter((each) => each.properties !== undefined);
    if (choices.length > 1) {
      for (const choice of choices) {
        const own = keysOf(inner.path, choice);
        further.push({ heading: `\`${inner.path}\`: ${labelOf(choice)}`, rows: own.rows });
        further.push(...own.further);
      }
    } else if (inner.schema.properties !== undefined) {
      const own = keysOf(inner.path, inner.schema);
      rows.push(...own.rows);
      further.push(...own.further);
    }
  }
  return { rows, further };
}

/** Through lists and maps to what they hold; `[]` and `<name>` in the path. */
function innermost(
  path: string,
  schema: JsonSchema,
): { readonly path: string; readonly schema: JsonSchema } {
  const { items, additionalProperties } = schema;
  if (items !== undefined && !isTuple(items)) return innermost(`${path}[]`, items);
  if (typeof additionalProperties === "object") {
    return innermost(`${path}.<name>`, additionalProperties);
  }
  return { path, schema };
}

function rowOf(key: string, schema: JsonSchema, isRequired: boolean): Row {
  const [, meaning = "", told] =
    /^(.*?)(?:\.? Default: (.*))?$/s.exec(schema.description ?? "") ?? [];
  const written = schema.default;
  const isPlain = written !== undefined && JSON.stringify(written) !== "{}";
  return {
    key: `\`${key}\``,
    type: typeOf(schema),
    isRequired,
    fallback: isPlain
      ? `\`${plainText(written)}\``
      : told?.includes(" ") === false
        ? `\`${told}\``
        : (told ?? ""),
    meaning,
  };
}

/** Which of several forms this is: by the value or the key that only it has. */
function labelOf({ properties = {}, required = [] }: JsonSchema): string {
  const constant = Object.entries(properties).find(([, each]) => each.const !== undefined);
  if (constant !== undefined) return `\`${constant[0]}: ${plainText(constant[1].const)}\``;
  const key = required.find((each) => each !== "replicas" && each !== "format") ?? required[0];
  return `with \`${key ?? ""}\``;
}

function typeOf(schema: JsonSchema): string {
  const { $ref, allOf, anyOf, items, additionalProperties } = schema;
  const [only] = allOf ?? [];
  if (only !== undefined) return typeOf(only);
  if ($ref !== undefined) {
    const name = $ref.slice($ref.lastIndexOf("/") + 1);
    return `[${name}](#${name.toLowerCase()})`;
  }
  if (schema.const !== undefined) return `\`${plainText(schema.const)}\``;
  if (schema.enum !== undefined)
    return schema.enum.map((each) => `\`${plainText(each)}\``).join(", ");
  if (anyOf !== undefined) {
    const types = [...new Set(anyOf.map(typeOf))];
    return types.includes("mapping") && anyOf.length > 1 && types.length === 1
      ? "one of the forms below"
      : types.join(" or ");
  }
  if (items !== undefined) return isTuple(items) ? `list of ${items.length}` : listOf(items);
  if (typeof additionalProperties === "object") return mapOf(typeOf(additionalProperties));
  if (schema.type === "object") return schema.properties === undefined ? "map" : "mapping";
  const types = [schema.type ?? "any value"].flat();
  return `${types.join(" or ")}${rangeOf(schema)}`;
}

function mapOf(type: string): string {
  return type === "any value" ? "map" : `map of ${type}`;
}

function listOf(items: JsonSchema): string {
  const type = typeOf(items);
  return type === "one of the forms below"
    ? "list, each one of the forms below"
    : `list of ${type}`;
}

function rangeOf(schema: JsonSchema): string {
  const { minimum, exclusiveMinimum, exclusiveMaximum } = schema;
  const maximum = schema.maximum === Number.MAX_SAFE_INTEGER ? undefined : schema.maximum;
  const parts = [
    minimum === undefined ? "" : `${minimum} or more`,
    exclusiveMinimum === undefined ? "" : `above ${exclusiveMinimum}`,
    maximum === undefined ? "" : `${maximum} at most`,
    exclusiveMaximum === undefined ? "" : `below ${exclusiveMaximum}`,
  ].filter((part) => part !== "");
  return parts.length === 0 ? "" : `, ${parts.join(", ")}`;
}

function tableText(rows: readonly Row[], isInput: boolean): string {
  const head = isInput ? ["key", "value", "default", "meaning"] : ["key", "value", "meaning"];
  const lines = rows.map(({ key, type, isRequired, fallback, meaning }) => {
    const unless = fallback === "" && isRequired ? "required" : fallback;
    return isInput ? [key, type, unless, meaning] : [key, type, meaning];
  });
  const cells = [head, head.map(() => "---"), ...lines];
  return cells.map((row) => `| ${row.map(escaped).join(" | ")} |`).join("\n");
}

function plainText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function escaped(text: string): string {
  return text.replaceAll("|", "\\|");
}

function isTuple(items: JsonSchema | readonly JsonSchema[]): items is readonly JsonSchema[] {
  return Array.isArray(items);
}
