/**
 * Orders two strings by UTF-16 code unit: -1, 0 or 1, the same under every locale.
 *
 * For text outside the surrogate range this is the byte order by which Go sorts strings.
 * Zero means that the strings are equal, so the order is total.
 */
export function compareStrings(a: string, b: string): -1 | 0 | 1 {
  if (a < b) return -1;
  return a > b ? 1 : 0;
}

/** The entries of a record ordered by key (see `compareStrings`); none for an empty record. */
export function sortedEntries<Value>(
  record: Readonly<Record<string, Value>>,
): readonly (readonly [string, Value])[] {
  return Object.entries(record).sort(([a], [b]) => compareStrings(a, b));
}
