// The hash by which Karpenter notices that a spec has changed: FNV-1 (64 bit) over type names, field
// names and values, blind to the order of maps and lists. It equals what upstream's library computes
// with its options SlicesAsSets, IgnoreZeroValue and ZeroNil, so that hashes of a real cluster compare.

/** A hash of 64 bits. A field with a zero value has none. */
export type StructuralHash = bigint;

const offsetBasis = 0xcbf29ce484222325n;
const prime = 0x100000001b3n;

/**
 * A struct hashes its name and its fields in order; a field without a hash is left out.
 *
 * @see https://pkg.go.dev/github.com/mitchellh/hashstructure/v2#FormatV2
 */
export function hashOfStruct(
  name: string,
  fields: readonly (readonly [string, StructuralHash | undefined])[],
): StructuralHash {
  let hash = hashOfText(name);
  for (const [field, value] of fields) {
    if (value !== undefined) hash = hashOfIntegers(hash ^ hashOfIntegers(hashOfText(field), value));
  }
  return hash;
}

/** A map hashes its pairs in whatever order; an empty one has a hash of its own. */
export function hashOfMap<T>(
  map: Readonly<Record<string, T>>,
  hashOfValue: (value: T) => StructuralHash,
): StructuralHash {
  let hash = 0n;
  for (const [key, value] of Object.entries(map)) {
    hash ^= hashOfIntegers(hashOfText(key), hashOfValue(value));
  }
  return hashOfIntegers(hash);
}

/** A list hashes its elements in whatever order; an empty one hashes to zero. */
export function hashOfSet(hashes: readonly StructuralHash[]): StructuralHash {
  return hashes.reduce((sum, hash) => sum ^ hash, 0n);
}

/** A text hashes its UTF-8 bytes. */
export function hashOfText(text: string): StructuralHash {
  return fnv(new TextEncoder().encode(text));
}

/** A whole number hashes as many bytes as its type has, little-endian. */
export function hashOfInteger(value: bigint, byteCount = 8): StructuralHash {
  return fnv(littleEndian(value, byteCount));
}

/** True and false hash as one byte. */
export function hashOfFlag(isOn: boolean): StructuralHash {
  return fnv([isOn ? 1 : 0]);
}

/** Hash of 64-bit numbers, one behind the other. */
function hashOfIntegers(...values: readonly bigint[]): StructuralHash {
  return fnv(values.flatMap((value) => littleEndian(value, 8)));
}

function littleEndian(value: bigint, byteCount: number): number[] {
  const bytes: number[] = [];
  for (let index = 0; index < byteCount; index++) {
    bytes.push(Number((value >> BigInt(8 * index)) & 0xffn));
  }
  return bytes;
}

function fnv(bytes: Iterable<number>): StructuralHash {
  let hash = offsetBasis;
  for (const byte of bytes) hash = BigInt.asUintN(64, hash * prime) ^ BigInt(byte);
  return hash;
}
