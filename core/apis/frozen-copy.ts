/**
 * A copy of plain data, frozen to its last part; what it was copied from stays as it is.
 *
 * For texts, numbers, truth values, null, lists and plain objects, which is all that JSON has.
 */
export function frozenCopy<Value>(value: Value): Value {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) {
    return Object.freeze(value.map((item: unknown) => frozenCopy(item))) as Value;
  }
  const entries = Object.entries(value).map(([key, item]) => [key, frozenCopy(item)] as const);
  return Object.freeze(Object.fromEntries(entries)) as Value;
}
