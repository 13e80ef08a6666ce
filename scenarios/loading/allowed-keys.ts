import { compareStrings } from "../../core/units/index.ts";
import { scenarioJsonSchema } from "../scenario-schema.ts";
import type { Step } from "./scenario-document.ts";

/** The parts of a JSON Schema that lead to keys. */
interface SchemaNode {
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly propertyNames?: { readonly enum?: readonly string[] };
  readonly additionalProperties?: SchemaNode | boolean;
  readonly items?: SchemaNode;
  readonly anyOf?: readonly SchemaNode[];
  readonly allOf?: readonly SchemaNode[];
  readonly $ref?: string;
  readonly definitions?: Readonly<Record<string, SchemaNode>>;
}

let root: SchemaNode | undefined;

/**
 * The keys that the scenario file allows in the mapping at a path, sorted. Where several shapes are
 * possible, the keys of those that share the most keys with the ones that are there.
 */
export function allowedKeys(path: readonly Step[], present: readonly string[]): readonly string[] {
  root ??= scenarioJsonSchema() as SchemaNode;
  let nodes = alternatives(root);
  for (const step of path) nodes = nodes.flatMap((node) => next(node, step));
  const shapes = nodes
    .map(({ properties, propertyNames }) =>
      properties === undefined ? propertyNames?.enum : Object.keys(properties),
    )
    .filter((keys) => keys !== undefined);
  const score = (keys: readonly string[]): number =>
    present.filter((key) => keys.includes(key)).length;
  const best = Math.max(...shapes.map(score));
  const keys = new Set(shapes.filter((shape) => score(shape) === best).flat());
  return [...keys].sort(compareStrings);
}

function alternatives(node: SchemaNode): readonly SchemaNode[] {
  if (node.$ref !== undefined) {
    const target = root?.definitions?.[node.$ref.slice("#/definitions/".length)];
    return target === undefined ? [] : alternatives(target);
  }
  const branches = node.anyOf ?? node.allOf;
  return branches === undefined ? [node] : branches.flatMap(alternatives);
}

function next(node: SchemaNode, step: Step): readonly SchemaNode[] {
  const rest =
    typeof node.additionalProperties === "object" ? node.additionalProperties : undefined;
  const child = typeof step === "number" ? node.items : (node.properties?.[step] ?? rest);
  return child === undefined ? [] : alternatives(child);
}
