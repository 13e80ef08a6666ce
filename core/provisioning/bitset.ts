// Sets of small whole numbers as bits in 32-bit words: a set of instance types takes a few words,
// and narrowing it is an AND per word.

/** A set of numbers from 0 to some fixed end; sets that meet have the same end. */
export type Bits = Uint32Array;

const wordShift = 5;
const wordMask = 31;

/** The empty set with room for numbers below `size`. */
export function emptyBits(size: number): Bits {
  return new Uint32Array((size + wordMask) >>> wordShift);
}

/** All numbers below `size`. */
export function fullBits(size: number): Bits {
  const bits = emptyBits(size).fill(0xffffffff);
  const rest = size & wordMask;
  if (rest !== 0) bits[bits.length - 1] = (1 << rest) - 1;
  return bits;
}

/** Adds a number in place. */
export function setBit(bits: Bits, index: number): void {
  const word = index >>> wordShift;
  bits[word] = (bits[word] ?? 0) | (1 << (index & wordMask));
}

/** Takes a number out in place. */
export function clearBit(bits: Bits, index: number): void {
  const word = index >>> wordShift;
  bits[word] = (bits[word] ?? 0) & ~(1 << (index & wordMask));
}

/** Takes out, in place, what isn't in the other set. */
export function intersectInto(bits: Bits, other: Bits): void {
  for (let word = 0; word < bits.length; word++)
    bits[word] = (bits[word] ?? 0) & (other[word] ?? 0);
}

/** Adds, in place, what is in the other set. */
export function uniteInto(bits: Bits, other: Bits): void {
  for (let word = 0; word < bits.length; word++)
    bits[word] = (bits[word] ?? 0) | (other[word] ?? 0);
}

/** Numbers in both sets, as a new set. */
export function intersectBits(a: Bits, b: Bits): Bits {
  const both = a.slice();
  intersectInto(both, b);
  return both;
}

/** Whether two sets share a number; allocates nothing. */
export function isMeeting(a: Bits, b: Bits): boolean {
  for (let word = 0; word < a.length; word++) {
    if (((a[word] ?? 0) & (b[word] ?? 0)) !== 0) return true;
  }
  return false;
}

/** Whether the set holds nothing. */
export function isEmptyBits(bits: Bits): boolean {
  for (const word of bits) {
    if (word !== 0) return false;
  }
  return true;
}

/** Calls back with each number, ascending. */
export function forEachBit(bits: Bits, visit: (index: number) => void): void {
  for (let word = 0; word < bits.length; word++) {
    let rest = bits[word] ?? 0;
    while (rest !== 0) {
      const lowest = rest & -rest;
      visit((word << wordShift) + 31 - Math.clz32(lowest));
      rest ^= lowest;
    }
  }
}
