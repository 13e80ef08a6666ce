// Recorded cases repeat themselves: pods of a group share a specification, machines their lists of
// instance types. Each subtree that occurs more than once is written once, to keep the files small.

/** A value with its repeated parts in `parts`; a part may refer to parts before it. */
export interface Interned {
  readonly parts: readonly unknown[];
  readonly value: unknown;
}

/** Stands for a part, by its number. */
const referenceKey = "$part";
/** Shorter texts than this are left where they are. */
const textLengthMin = 30;

/** Takes apart what JSON can hold. @throws RangeError for a value that has the key of references. */
export function intern(value: unknown): Interned {
  const counts = new Map<string, number>();
  countTexts(value, counts);
  const numbers = new Map<string, number>();
  const parts: unknown[] = [];
  const take = (tree: unknown): unknown => {
    if (tree === null || typeof tree !== "object") return tree;
    const text = JSON.stringify(tree);
    const known = numbers.get(text);
    if (known !== undefined) return { [referenceKey]: known };
    const inner = mapChildren(tree, take);
    if (text.length < textLengthMin || (counts.get(text) ?? 0) < 2) return inner;
    numbers.set(text, parts.length);
    return { [referenceKey]: parts.push(inner) - 1 };
  };
  return { value: take(value), parts };
}

/** Puts it together again; what was repeated is one object then. */
export function unintern({ parts, value }: Interned): unknown {
  const whole: unknown[] = [];
  const put = (tree: unknown): unknown => {
    if (tree === null || typeof tree !== "object") return tree;
    const number = (tree as Readonly<Record<string, unknown>>)[referenceKey];
    return typeof number === "number" ? whole[number] : mapChildren(tree, put);
  };
  for (const part of parts) whole.push(put(part));
  return put(value);
}

function countTexts(tree: unknown, counts: Map<string, number>): void {
  if (tree === null || typeof tree !== "object") return;
  if (referenceKey in tree) throw new RangeError(`values cannot have the key ${referenceKey}`);
  const text = JSON.stringify(tree);
  const count = counts.get(text) ?? 0;
  counts.set(text, count + 1);
  // What is inside of a repeated part is written once with it.
  if (count === 0) for (const child of Object.values(tree)) countTexts(child, counts);
}

function mapChildren(tree: object, change: (child: unknown) => unknown): unknown {
  if (Array.isArray(tree)) return tree.map(change);
  return Object.fromEntries(Object.entries(tree).map(([key, child]) => [key, change(child)]));
}
