/**
 * A signed 64-bit integer: a number where that is exact, a bigint beyond 2^53.
 *
 * JavaScript compares numbers with bigints exactly, so `<` and `>` need no conversion. Equal values
 * always have the same representation (see `int64`), so `===` works as well.
 */
export type Int64 = number | bigint;

/** The largest 64-bit integer, 9223372036854775807. */
export const maxInt64: Int64 = 2n ** 63n - 1n;

const minInt64 = -(2n ** 63n);

/** The canonical representation of a whole number, wrapped to 64 bits as Go's arithmetic does. */
export function int64(value: bigint): Int64 {
  const wrapped = BigInt.asIntN(64, value);
  const asNumber = Number(wrapped);
  return Number.isSafeInteger(asNumber) ? asNumber : wrapped;
}

/** `value + delta`, wrapped to 64 bits. */
export function addInt64(value: Int64, delta: number): Int64 {
  const sum = typeof value === "number" ? value + delta : Number.NaN;
  return Number.isSafeInteger(sum) ? sum : int64(BigInt(value) + BigInt(delta));
}

/**
 * Reads a decimal integer: an optional sign and digits. `undefined` for anything else and for what
 * does not fit in 64 bits.
 *
 * @see https://pkg.go.dev/strconv#Atoi
 */
export function parseInt64(text: string): Int64 | undefined {
  const value = readInteger(text);
  if (typeof value !== "bigint") return value;
  return value > maxInt64 || value < minInt64 ? undefined : int64(value);
}

/**
 * Reads the operand of Gt, Lt, Gte or Lte without validating it: malformed text counts as 0, a
 * number beyond 64 bits as the nearest one within.
 *
 * @see karpenter v1.14.1 pkg/scheduling/requirement.go NewRequirementWithFlexibility
 */
export function parseInt64Saturating(text: string): Int64 {
  const value = readInteger(text);
  if (value === undefined) return 0;
  if (value > maxInt64) return maxInt64;
  return value < minInt64 ? minInt64 : typeof value === "number" ? value : int64(value);
}

const shortestDoubtful = 16;

/** The integer as a number when short, as an unchecked bigint when long. */
function readInteger(text: string): Int64 | undefined {
  const first = text.charCodeAt(0);
  const start = first === 43 || first === 45 ? 1 : 0;
  if (text.length === start) return undefined;
  let magnitude = 0;
  for (let index = start; index < text.length; index++) {
    const digit = text.charCodeAt(index) - 48;
    if (digit < 0 || digit > 9) return undefined;
    magnitude = magnitude * 10 + digit;
  }
  // Never -0: it is equal to 0, but would print and compare by Object.is as something else.
  if (text.length - start < shortestDoubtful) return first === 45 ? 0 - magnitude : magnitude;
  const exact = BigInt(text.slice(start));
  return first === 45 ? -exact : exact;
}
